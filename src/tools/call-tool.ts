import { AppError, messageOf } from "../lib/app-error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Redactor } from "../guard/redactor.ts";
import { makeLedgerEntry } from "../observe/ledger.ts";
import type { Live } from "../observe/live.ts";
import type { Policy, PolicyEntity } from "../policy/policy.ts";
import type { Database } from "../storage/database.ts";
import { askForCall } from "./approvals/ask-for-call.ts";
import { takeForCall } from "./approvals/take-for-call.ts";
import { judgeApproved } from "./approvals/judge-approved.ts";
import type { Asker } from "./approvals/request-approval.ts";
import { grantOf, mismatch, standingOf, type Grant } from "./approvals/standing.ts";
import { overWords } from "./approvals/approval-words.ts";
import { dataClassesIn } from "./data-classes.ts";
import { bindCall, hashCall, wholeCall, type CallOwner } from "./approvals/hash-call.ts";
import { contextOf, judgeCall, type CallOccasion, type Judgement } from "./judge-call.ts";
import { resolveArguments, type Resolved } from "./resolve-arguments.ts";
import { isHouseAway, type ToolRunner } from "./run-call.ts";
import { isIdempotent, type SqlClient, type Tool, type ToolContact, type ToolResult } from "./tool.ts";
import { findToolCall, saveToolCall, startToolCall, type ToolCallRecord } from "./tool-call.store.ts";
import { takeCall } from "./tool-rate.store.ts";
import { toolUnknown } from "./tools.errors.ts";

/** What stands in for a tool that reads while its system is away: another tool with the same arguments, or a sentence. */
export type ToolFallback = { tool: string } | { say: string };

export type CallToolDeps = { database: Database; tools: ReadonlyMap<string, Tool>; fallbacks: ReadonlyMap<string, ToolFallback>; policy: Policy; redactor: Redactor; runner: ToolRunner; sql: SqlClient; clock: Clock; log: Log; /** Told of requests for approval. */ live?: Pick<Live, "publish"> };

export type CallToolInput = {
  tenantId: string;
  /** The same on every attempt: the record is made once under it and the system of record is given it as idempotency key. */
  callId: string;
  tool: string;
  /** Without what the server sets. */
  arguments: Record<string, unknown>;
  contact: (ToolContact & { isVerified: boolean }) | null;
  principal: PolicyEntity;
  channel: string;
  /** Not given where nobody asked for something: a run's own calls. */
  occasion?: CallOccasion;
  turnId: string | null;
  conversationId: string | null;
  caseId: string | null;
  /** Who waits when people have to approve the call. Without it such a call is denied, since nobody would make it later. */
  asker?: Asker;
  /** An approval that was given for this exact call beforehand; `usedBy` is the same on every attempt. */
  approval?: { id: string; usedBy: string };
  /** What `tool.failed` carries: how many runs, each begun by an event of the one before, stand before it. Not given: 0. */
  eventDepth?: number;
};

/**
 * The only way to an effect: validate → policy → approval if asked → call with its idempotency key → validate → record.
 *
 * Shapes: every outcome is a record (`ok`, `not_found`, `refused` by the system of record, `denied` by policy, `failed`).
 *   `waiting`: people were asked; nothing was done. The same call made again after their decision is carried out as it was
 *   approved, in the name of who approved it, or ends as `denied`; before, it answers `waiting` again.
 * Throws: `tools.unknown`; `approvals.mismatch` (the approval handed over is not for this call);
 *   `storage.unavailable` (retryable: the call was not recorded, so the same id may be called again).
 * Replay: call it inside a journaled step; the same `callId` runs the effect once and answers the recorded outcome.
 */
export async function callTool(deps: CallToolDeps, input: CallToolInput): Promise<ToolCallRecord> {
  const known = await findToolCall(deps.database, input.tenantId, input.callId);
  if (known && known.status !== "started" && known.status !== "waiting") return known;
  const standing = known === null ? { kind: "none" as const } : await standingOf(deps.database, input.tenantId, input.callId);
  if (known?.status === "waiting" && standing.kind === "waits") return known;
  const startedMs = performance.now();
  if (known?.status === "waiting" && standing.kind === "over") return record(deps, input, known, startedMs, ended({ status: "denied", ...overWords(standing.approval.status), rules: [`approval.${standing.approval.status}`] }));
  const tool = deps.tools.get(input.tool);
  if (tool === undefined && known?.status === "waiting") return record(deps, input, known, startedMs, ended({ status: "failed", reason: `There is no tool "${input.tool}" any more.`, needsPerson: true }));
  if (tool === undefined) throw toolUnknown({ message: `There is no tool "${input.tool}" in this workspace.` });
  const grant = standing.kind === "given" ? standing.grant : input.approval === undefined ? null : await grantOf(deps.database, input.tenantId, input.approval, input.tool);
  // An approved call is made as it was approved, which may differ from how it was asked for.
  const asked = grant?.isOwn === true ? { ...input, arguments: grant.approval.given } : input;
  const outcome = await attempt(deps, tool, asked, known?.status === "started" ? known.rules : null, grant);
  const made: CallMade = { tool: tool.name, risk: tool.risk, arguments: asked.arguments };
  if (outcome.status === "waiting") return { id: input.callId, turnId: input.turnId, conversationId: input.conversationId, ...made, ...outcome };
  return record(deps, input, made, startedMs, outcome, grant);
}

type CallMade = Pick<ToolCallRecord, "tool" | "risk" | "arguments">;

async function record(deps: CallToolDeps, input: CallToolInput, made: CallMade, startedMs: number, outcome: Outcome, grant: Grant | null = null): Promise<ToolCallRecord> {
  const at = new Date(deps.clock.nowMs());
  const actor = actorOf(input, grant);
  const entry = makeLedgerEntry({
    kind: "tool.called", subjectId: input.conversationId ?? input.callId, caseId: input.caseId, actor, at,
    body: {
      callId: input.callId, turnId: input.turnId, tool: made.tool, risk: made.risk, status: outcome.status, reason: outcome.status === "failed" ? "failed" : outcome.reason, rules: outcome.rules, policy: deps.policy.hash, evidence: outcome.evidence,
      ...(grant === null ? {} : { approvalId: grant.approval.id, callHash: grant.approval.call_hash, approvedBy: grant.people.map(({ userId }) => `user:${userId}`) }),
    },
  });
  const { evidence: _inLedger, isAnswered, ...ending } = outcome;
  const call: ToolCallRecord = { id: input.callId, turnId: input.turnId, conversationId: input.conversationId, tool: made.tool, risk: made.risk, arguments: made.arguments, ...ending };
  await saveToolCall(deps.database, input.tenantId, { ...call, actor, durationUs: Math.round((performance.now() - startedMs) * 1_000), at, eventDepth: input.eventDepth ?? 0, isAnswered }, entry);
  return call;
}

/** Throws `tools.unknown`. */
function findTool(tools: ReadonlyMap<string, Tool>, name: string): Tool {
  const tool = tools.get(name);
  if (tool === undefined) throw toolUnknown({ message: `There is no tool "${name}" in this workspace.` });
  return tool;
}

type PreviewInput = Pick<CallToolInput, "tenantId" | "tool" | "arguments" | "contact" | "principal" | "channel" | "occasion" | "conversationId" | "caseId">;

/**
 * Whether policy would allow a call now; makes nothing and records nothing. `missing`: no such target for this contact;
 * `unknown`: policy could not be asked, since the system of record told no facts.
 * Throws `storage.unavailable` (retryable).
 */
export async function previewCall(deps: CallToolDeps, input: PreviewInput): Promise<"allow" | "approve" | "deny" | "missing" | "unknown"> {
  const tool = deps.tools.get(input.tool);
  const resolved = tool === undefined ? null : resolveArguments(tool, input.arguments, input);
  if (tool === undefined || resolved?.kind === "unfit") return "allow";
  if (resolved?.kind !== "resolved" || isUnverified(tool, input)) return "deny";
  try {
    return (await judgeCall(deps, tool, input, resolved.value, contextOf(deps, input, "preview"))).effect;
  } catch (error) {
    if (isHouseAway(error)) throw error;
    return "unknown";
  }
}

function isUnverified(tool: Tool, input: Pick<CallToolInput, "contact">): boolean {
  return tool.needsVerifiedContact && input.contact?.isVerified !== true;
}

/** Who has it done: the person who approved it, else who calls. */
function actorOf({ principal }: Pick<CallToolInput, "principal">, grant: Grant | null): string {
  const approver = grant?.people.at(-1);
  return approver === undefined ? `${principal.type}:${principal.id}` : `HumanAgent:${approver.userId}`;
}

type Outcome = Pick<ToolCallRecord, "status" | "reason" | "say" | "output" | "needsPerson" | "rules"> & { evidence: string | null; /** The system has said what came of the call. */ isAnswered: boolean };

const ended = (outcome: Partial<Outcome> & Pick<Outcome, "status">): Outcome => ({ reason: null, say: null, output: null, needsPerson: false, rules: [], evidence: null, isAnswered: false, ...outcome });

const NO_FALLBACKS: ReadonlyMap<string, ToolFallback> = new Map();

const NOT_FOUND = "I could not find that in your account.";

const SIGN_IN = "Please sign in first, so that I can see your own account and orders.";

/**
 * `allowedBy`: the rules that allowed this call before a crash cut it off; it is then finished without being judged again,
 * because its own effect may already have changed the facts it was judged by.
 */
async function attempt(deps: CallToolDeps, tool: Tool, input: CallToolInput, allowedBy: string[] | null, grant: Grant | null): Promise<Outcome> {
  const resolved = resolveArguments(tool, input.arguments, input);
  if (resolved.kind === "unverified" || (resolved.kind === "resolved" && isUnverified(tool, input))) return ended({ status: "denied", reason: SIGN_IN });
  if (resolved.kind === "unfit") return ended({ status: "failed", reason: `arguments.invalid: ${resolved.reason}`, needsPerson: true });
  const context = contextOf(deps, input, input.callId);
  try {
    const unwanted = [...dataClassesIn(deps.redactor, resolved.arguments)].find((found) => !tool.accepts.includes(found));
    if (unwanted !== undefined) return ended({ status: "denied", reason: `The call holds ${unwanted} data, which "${tool.name}" may not receive.`, needsPerson: true, rules: ["tool.data_class"] });
    if (grant !== null && !isForCall(grant, tool, resolved, input)) return otherCall(grant, tool);
    if (allowedBy !== null && !isIdempotent(tool)) return cutOff(allowedBy);
    const decision = allowedBy === null ? await judgeCall(deps, tool, input, resolved.value, context, grant === null ? undefined : (request) => judgeApproved(deps.policy, request, grant)) : { effect: "allow" as const, rules: allowedBy };
    if (decision.effect === "approve") return await askOrDeny(deps, tool, input, resolved, decision, grant);
    if (decision.effect === "deny") return ended({ status: "denied", reason: decision.reason, needsPerson: decision.needsPerson, rules: decision.rules });
    // Policy has not been asked about a target that is not there, so nothing is changed; only a tool that reads may say it in its own words.
    if (decision.effect === "missing" && (tool.notFound !== undefined || tool.risk !== "read")) return ended({ status: "not_found", say: tool.notFound?.(resolved.value) ?? NOT_FOUND });
    const rules = decision.effect === "missing" ? [] : decision.rules;
    const limit = tool.rateLimit;
    if (limit !== null && allowedBy === null && !(await takeCall(deps.database, input.tenantId, limit.scope === "contact" ? `${tool.name}:${context.contact.contactId}` : tool.name, limit, deps.clock.nowMs()))) return ended({ status: "failed", reason: `"${tool.name}" may be called ${limit.calls} times in ${limit.perMs / 1_000} s, and has been.`, needsPerson: true, rules: ["tool.rate_limit"] });
    const stopped = allowedBy === null ? await start(deps, tool, input, resolved, rules, grant) : null;
    if (stopped !== null) return stopped;
    return { ...toOutcome(tool, await deps.runner.run(tool, (signal) => tool.run(resolved.value, { ...context, signal })), rules), isAnswered: true };
  } catch (error) {
    if (isHouseAway(error) || (error instanceof AppError && error.code === "approvals.mismatch")) throw error;
    deps.log.warn("tools.failed", { tool: tool.name, callId: input.callId, code: error instanceof AppError ? error.code : "unknown", error: messageOf(error) });
    return (await insteadOf(deps, tool, input, error)) ?? ended({ status: "failed", reason: messageOf(error).slice(0, 500), needsPerson: true });
  }
}

/** What the workspace declares for a system that is away; null when it declares nothing. Only for calls that read: whether another has had its effect is not known. */
async function insteadOf(deps: CallToolDeps, tool: Tool, input: CallToolInput, error: unknown): Promise<Outcome | null> {
  const fallback = tool.risk === "read" ? deps.fallbacks.get(tool.name) : undefined;
  if (fallback === undefined) return null;
  const reason = `${tool.system} was away: ${messageOf(error)}`.slice(0, 500);
  if ("say" in fallback) return ended({ status: "failed", reason, say: fallback.say });
  const other = findTool(deps.tools, fallback.tool);
  const outcome = await attempt({ ...deps, fallbacks: NO_FALLBACKS }, other, { ...withoutAsking(input), tool: other.name }, null, null);
  return { ...outcome, reason: outcome.reason ?? reason, evidence: outcome.evidence ?? `by ${other.name}, since ${reason}` };
}

function withoutAsking({ asker: _none, ...input }: CallToolInput): CallToolInput {
  return input;
}

type ResolvedCall = Extract<Resolved, { kind: "resolved" }>;

function ownerOf({ contact, conversationId }: Pick<CallToolInput, "contact" | "conversationId">): CallOwner {
  return { contactId: contact?.contactId ?? null, conversationId };
}

/** Whether the call as it would be made now is the one that was approved. */
function isForCall(grant: Grant, tool: Tool, resolved: ResolvedCall, input: CallToolInput): boolean {
  return bindCall(hashCall(tool.name, wholeCall(resolved)), ownerOf(input)) === grant.approval.call_hash;
}

/** Whoever hands an approval over is told that it does not fit; a call that waited ends. */
function otherCall(grant: Grant, tool: Tool): Outcome {
  if (!grant.isOwn) throw mismatch(grant.approval.id, tool.name);
  return ended({ status: "denied", reason: "This is no longer the call that was approved: what it is made of has changed since.", needsPerson: true, rules: ["approval.mismatch"] });
}

async function askOrDeny(deps: CallToolDeps, tool: Tool, input: CallToolInput, resolved: ResolvedCall, decision: Extract<Judgement, { effect: "approve" }>, grant: Grant | null): Promise<Outcome> {
  // A call asks once: when policy wants more people now than have approved it, one of them must look.
  if (input.asker === undefined || grant?.isOwn === true) return ended({ status: "denied", reason: decision.reason, needsPerson: true, rules: decision.rules });
  const asked = await askForCall(deps, { callId: input.callId, tenantId: input.tenantId, asker: input.asker, tool, given: input.arguments, arguments: wholeCall(resolved), value: resolved.value, facts: decision.facts, owner: ownerOf(input), caseId: input.caseId, turnId: input.turnId, channel: input.channel, principal: actorOf(input, null), decision, eventDepth: input.eventDepth ?? 0 });
  if (asked.kind === "waiting") return ended({ status: "waiting", say: asked.say, rules: decision.rules });
  if (asked.kind === "twin") return ended({ status: "denied", say: asked.say, reason: asked.say, rules: ["approval.waiting"] });
  return ended({ ...HELD, rules: [...HELD.rules] });
}

const HELD = { status: "denied", reason: "A person holds this conversation now.", rules: ["holder.not_ai"] } as const satisfies Partial<Outcome> & { status: "denied"; rules: readonly string[] };

/** Writes down that the call is made now, before it is; an outcome when it may not be. */
async function start(deps: CallToolDeps, tool: Tool, input: CallToolInput, resolved: ResolvedCall, rules: string[], grant: Grant | null): Promise<Outcome | null> {
  const call = { id: input.callId, turnId: input.turnId, conversationId: input.conversationId, tool: tool.name, risk: tool.risk, arguments: input.arguments, rules, actor: actorOf(input, grant), at: new Date(deps.clock.nowMs()), eventDepth: input.eventDepth ?? 0 };
  if (grant === null) {
    const begun = tool.risk === "read" ? "started" : await startToolCall(deps.database, input.tenantId, call);
    if (begun === "not_holder") return ended({ ...HELD, rules: [...HELD.rules] });
    return begun === "under_way" && !isIdempotent(tool) ? cutOff(rules) : null;
  }
  const taken = await takeForCall(deps.database, { tenantId: input.tenantId, approvalId: grant.approval.id, usedBy: grant.usedBy, callHash: bindCall(hashCall(tool.name, wholeCall(resolved)), ownerOf(input)), owner: ownerOf(input), call });
  if (taken === "refused") return otherCall(grant, tool);
  // Another process is at it, or was when it died: as after a crash.
  return taken === "under_way" && !isIdempotent(tool) ? cutOff(rules) : null;
}

/** Whoever makes the call, if it still does, replaces this with what came of it. */
function cutOff(rules: string[]): Outcome {
  return ended({ status: "failed", reason: "It is not known whether this was done: the call was cut off and may not be repeated.", needsPerson: true, rules });
}

function toOutcome(tool: Tool, result: ToolResult, rules: string[]): Outcome {
  if (result.kind === "not_found") return ended({ status: "not_found", say: result.say, rules });
  if (result.kind === "refused") return ended({ status: "refused", reason: result.reason, say: result.say, rules });
  const output = tool.output.parse(result.output);
  if (!output.isFit) return ended({ status: "failed", reason: "The system answered in another shape than its contract.", needsPerson: true, rules });
  if (Buffer.byteLength(JSON.stringify(output.value) ?? "") > tool.maxOutputBytes) return ended({ status: "failed", reason: "The system's answer is too large.", needsPerson: true, rules });
  return ended({ status: "ok", say: result.say, output: output.value, rules, evidence: result.evidence ?? null });
}
