import { AppError, messageOf } from "../lib/app-error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Redactor } from "../guard/redactor.ts";
import { makeLedgerEntry } from "../observe/ledger.ts";
import type { Policy, PolicyEntity } from "../policy/policy.ts";
import type { Database } from "../storage/database.ts";
import { dataClassesIn } from "./data-classes.ts";
import { judgeCall } from "./judge-call.ts";
import { resolveArguments } from "./resolve-arguments.ts";
import { isHouseAway, type ToolRunner } from "./run-call.ts";
import { isIdempotent, type SqlClient, type Tool, type ToolContact, type ToolContext, type ToolResult } from "./tool.ts";
import { findToolCall, saveToolCall, startToolCall, type ToolCallRecord } from "./tool-call.store.ts";
import { takeCall } from "./tool-rate.store.ts";
import { toolUnknown } from "./tools.errors.ts";

/** What stands in for a tool that reads while its system is away: another tool with the same arguments, or a sentence. */
export type ToolFallback = { tool: string } | { say: string };

export type CallToolDeps = { database: Database; tools: ReadonlyMap<string, Tool>; fallbacks: ReadonlyMap<string, ToolFallback>; policy: Policy; redactor: Redactor; runner: ToolRunner; sql: SqlClient; clock: Clock; log: Log };

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
  turnId: string | null;
  conversationId: string | null;
  caseId: string | null;
  /** What `tool.failed` carries: how many runs, each begun by an event of the one before, stand before it. Not given: 0. */
  eventDepth?: number;
};

/**
 * The only way to an effect: validate → policy → call with its idempotency key → validate → record.
 *
 * Shapes: every outcome is a record (`ok`, `not_found`, `refused` by the system of record, `denied` by policy, `failed`).
 * Throws: `tools.unknown`; `storage.unavailable` (retryable: the call was not recorded, so the same id may be called again).
 * Replay: call it inside a journaled step; the same `callId` runs the effect once and answers the recorded outcome.
 */
export async function callTool(deps: CallToolDeps, input: CallToolInput): Promise<ToolCallRecord> {
  const known = await findToolCall(deps.database, input.tenantId, input.callId);
  if (known && known.status !== "started") return known;
  const tool = findTool(deps.tools, input.tool);
  const startedMs = performance.now();
  const outcome = await attempt(deps, tool, input, known?.rules ?? null);
  const at = new Date(deps.clock.nowMs());
  const record: ToolCallRecord = { id: input.callId, turnId: input.turnId, conversationId: input.conversationId, tool: tool.name, risk: tool.risk, arguments: input.arguments, ...outcome };
  const entry = makeLedgerEntry({
    kind: "tool.called", subjectId: input.conversationId ?? input.callId, caseId: input.caseId, actor: actorOf(input), at,
    body: { callId: input.callId, turnId: input.turnId, tool: tool.name, risk: tool.risk, status: outcome.status, reason: outcome.status === "failed" ? "failed" : outcome.reason, rules: outcome.rules, policy: deps.policy.hash, evidence: outcome.evidence },
  });
  await saveToolCall(deps.database, input.tenantId, { ...record, actor: actorOf(input), durationUs: Math.round((performance.now() - startedMs) * 1_000), at, eventDepth: input.eventDepth ?? 0 }, entry);
  return record;
}

/** Throws `tools.unknown`. */
export function findTool(tools: ReadonlyMap<string, Tool>, name: string): Tool {
  const tool = tools.get(name);
  if (tool === undefined) throw toolUnknown({ message: `There is no tool "${name}" in this workspace.` });
  return tool;
}

type PreviewInput = Pick<CallToolInput, "tenantId" | "tool" | "arguments" | "contact" | "principal" | "channel" | "conversationId" | "caseId">;

/**
 * Whether policy would allow a call now; makes nothing and records nothing. `missing`: no such target for this contact.
 * Throws `storage.unavailable` (retryable). A fault of the system of record counts as allowed: the call itself will show it.
 */
export async function previewCall(deps: CallToolDeps, input: PreviewInput): Promise<"allow" | "approve" | "deny" | "missing"> {
  const tool = deps.tools.get(input.tool);
  const resolved = tool === undefined ? null : resolveArguments(tool, input.arguments, input);
  if (tool === undefined || resolved?.kind === "unfit") return "allow";
  if (resolved?.kind !== "resolved" || isUnverified(tool, input)) return "deny";
  try {
    return (await judgeCall(deps, tool, input, resolved.value, contextOf(deps, input, "preview"))).effect;
  } catch (error) {
    if (isHouseAway(error)) throw error;
    return "allow";
  }
}

function isUnverified(tool: Tool, input: Pick<CallToolInput, "contact">): boolean {
  return tool.needsVerifiedContact && input.contact?.isVerified !== true;
}

function contextOf(deps: CallToolDeps, { tenantId, contact }: Pick<CallToolInput, "tenantId" | "contact">, idempotencyKey: string): Omit<ToolContext, "signal"> {
  return { tenantId, contact: { contactId: contact?.contactId ?? "", email: contact?.email ?? "", externalId: contact?.externalId ?? null }, idempotencyKey, sql: deps.sql };
}

function actorOf({ principal }: Pick<CallToolInput, "principal">): string {
  return `${principal.type}:${principal.id}`;
}

type Outcome = Pick<ToolCallRecord, "status" | "reason" | "say" | "output" | "needsPerson" | "rules"> & { evidence: string | null };

const ended = (outcome: Partial<Outcome> & Pick<Outcome, "status">): Outcome => ({ reason: null, say: null, output: null, needsPerson: false, rules: [], evidence: null, ...outcome });

const NO_FALLBACKS: ReadonlyMap<string, ToolFallback> = new Map();

const SIGN_IN = "Please sign in first, so that I can see your own account and orders.";

/**
 * `allowedBy`: the rules that allowed this call before a crash cut it off; it is then finished without being judged again,
 * because its own effect may already have changed the facts it was judged by.
 */
async function attempt(deps: CallToolDeps, tool: Tool, input: CallToolInput, allowedBy: string[] | null): Promise<Outcome> {
  const resolved = resolveArguments(tool, input.arguments, input);
  if (resolved.kind === "unverified" || (resolved.kind === "resolved" && isUnverified(tool, input))) return ended({ status: "denied", reason: SIGN_IN });
  if (resolved.kind === "unfit") return ended({ status: "failed", reason: `arguments.invalid: ${resolved.reason}`, needsPerson: true });
  const context = contextOf(deps, input, input.callId);
  try {
    const unwanted = [...dataClassesIn(deps.redactor, resolved.arguments)].find((found) => !tool.accepts.includes(found));
    if (unwanted !== undefined) return ended({ status: "denied", reason: `The call holds ${unwanted} data, which "${tool.name}" may not receive.`, needsPerson: true, rules: ["tool.data_class"] });
    if (allowedBy !== null && !isIdempotent(tool)) return ended({ status: "failed", reason: "It is not known whether this was done: the call was cut off and may not be repeated.", needsPerson: true, rules: allowedBy });
    const decision = allowedBy === null ? await judgeCall(deps, tool, input, resolved.value, context) : { effect: "allow" as const, rules: allowedBy };
    // Nobody can be asked here, so a call that waits for approval goes to a person.
    if (decision.effect === "approve") return ended({ status: "denied", reason: decision.reason, needsPerson: true, rules: decision.rules });
    if (decision.effect === "deny") return ended({ status: "denied", reason: decision.reason, needsPerson: decision.needsPerson, rules: decision.rules });
    // Policy has not been asked about a target that is not there: a tool that does not find this out itself is not called.
    if (decision.effect === "missing" && tool.notFound !== undefined) return ended({ status: "not_found", say: tool.notFound });
    const rules = decision.effect === "missing" ? [] : decision.rules;
    const limit = tool.rateLimit;
    if (limit !== null && allowedBy === null && !(await takeCall(deps.database, input.tenantId, limit.scope === "contact" ? `${tool.name}:${context.contact.contactId}` : tool.name, limit, deps.clock.nowMs()))) return ended({ status: "failed", reason: `"${tool.name}" may be called ${limit.calls} times in ${limit.perMs / 1_000} s, and has been.`, needsPerson: true, rules: ["tool.rate_limit"] });
    if (allowedBy === null && !(await mayStart(deps, tool, input, rules))) return ended({ status: "denied", reason: "A person holds this conversation now.", rules: ["holder.not_ai"] });
    return toOutcome(tool, await deps.runner.run(tool, (signal) => tool.run(resolved.value, { ...context, signal })), rules);
  } catch (error) {
    if (isHouseAway(error)) throw error;
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
  const outcome = await attempt({ ...deps, fallbacks: NO_FALLBACKS }, other, { ...input, tool: other.name }, null);
  return { ...outcome, reason: outcome.reason ?? reason, evidence: outcome.evidence ?? `by ${other.name}, since ${reason}` };
}

/** Writes down that the call was allowed; false when the AI no longer holds the conversation. */
function mayStart(deps: CallToolDeps, tool: Tool, input: CallToolInput, rules: string[]): Promise<boolean> {
  if (tool.risk === "read") return Promise.resolve(true);
  return startToolCall(deps.database, input.tenantId, {
    id: input.callId, turnId: input.turnId, conversationId: input.conversationId, tool: tool.name, risk: tool.risk, arguments: input.arguments, rules, actor: actorOf(input), at: new Date(deps.clock.nowMs()),
  });
}

function toOutcome(tool: Tool, result: ToolResult, rules: string[]): Outcome {
  if (result.kind === "not_found") return ended({ status: "not_found", say: result.say, rules });
  if (result.kind === "refused") return ended({ status: "refused", reason: result.reason, say: result.say, rules });
  const output = tool.output.parse(result.output);
  if (!output.isFit) return ended({ status: "failed", reason: "The system answered in another shape than its contract.", needsPerson: true, rules });
  if (Buffer.byteLength(JSON.stringify(output.value) ?? "") > tool.maxOutputBytes) return ended({ status: "failed", reason: "The system's answer is too large.", needsPerson: true, rules });
  return ended({ status: "ok", say: result.say, output: output.value, rules, evidence: result.evidence ?? null });
}
