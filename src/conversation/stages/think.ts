import { scanForInjection } from "../../guard/injection.ts";
import type { Durable } from "../../durable/durable.ts";
import type { CallContext } from "../../models/call-context.ts";
import { savePlaceholders } from "../conversation.store.ts";
import type { Trace } from "../trace.ts";
import type { TurnDeps } from "../turn-deps.ts";
import { previewCall } from "../../tools/call-tool.ts";
import { describeGiven } from "../../tools/describe-call.ts";
import type { Decision, PlannedPart, Rights, TurnContext } from "../turn.ts";
import { occasionOf, placeOf, restoreArguments } from "./act.ts";
import { ASSISTANT } from "./authorize.ts";
import { decide } from "./decide.ts";
import { holdToLadder } from "./hold-to-ladder.ts";
import { recordsOf } from "./planned-runs.ts";
import { withTakenBack } from "./take-back.ts";
import type { RedactedTurn } from "./redact.ts";

/** Stages `understand` and `decide`, journaled together: the decision rests on an understanding that may be costly or random. */
export async function think(deps: TurnDeps, durable: Durable, trace: Trace, context: TurnContext, rights: Rights, redacted: RedactedTurn): Promise<Decision> {
  let isFirstRun = false;
  const decision = await durable.step("decide", async () => {
    isFirstRun = true;
    await savePlaceholders(deps.database, context.tenantId, context.caseId, redacted.fresh);
    const understanding = await trace.stage("understand", () => deps.understander.understand({ text: redacted.text, recent: deps.hasModel ? redacted.history : context.earlier, call: contextOf(context, rights), signal: durable.signal }), (made) => ({
      reason: made.intents[0] === undefined ? "none of the known intents" : `${made.intents[0].name} (${made.intents[0].confidence.toFixed(2)})`,
      ...(made.usage ?? {}),
      detail: { by: made.steps?.at(-1)?.by ?? deps.understander.id, ...(made.steps === undefined ? {} : { steps: made.steps }), injection: scanForInjection(redacted.text).score, intents: made.intents, language: made.language, sentiment: made.sentiment, frustration: made.frustration, urgency: made.urgency, risks: made.risks, entities: made.entities.map((entity) => entity.kind) },
    }));
    return trace.stage("decide", async () => holdToLadder(deps, context, await settleRuns(deps, context, await withTakenBack(deps, context, await previewed(deps, context, redacted, decide({ ...deps, describe: (tool, slots) => describeGiven(tool, slots, placeOf(context)) }, context, rights, understanding, redacted.text, context.questions))))), (made) => ({ reason: made.reason, detail: { parts: made.parts.map((part) => part.kind), confidence: made.confidence, ...(made.autonomy === undefined ? {} : { autonomy: made.autonomy.level }) } }));
  });
  if (!isFirstRun) {
    trace.add("understand", 0, { reason: "from the journal", detail: { intent: decision.intent } });
    trace.add("decide", 0, { reason: decision.reason, detail: { parts: decision.parts.map((part) => part.kind), isReplayed: true } });
  }
  return decision;
}

/** The message and what was said before hold placeholders only, when there is a model that may see them. */
function contextOf(context: TurnContext, rights: Rights): CallContext {
  return { tenantId: context.tenantId, purpose: "understand", turnId: context.turnId, conversationId: context.conversationId, caseId: context.caseId, contactId: context.contact.id, stage: "understand", dataClasses: [], audiences: rights.audiences, traits: { channel: context.channel } };
}

const STILL_AT_IT = "I'm still working on this, and I will write as soon as there is news.";

/**
 * Finds the versions of the runs to start, so that a replay starts the same ones. A workflow that is not published is a
 * person's work; one that is under way here already is not begun again.
 */
async function settleRuns(deps: TurnDeps, context: TurnContext, decision: Decision): Promise<Decision> {
  const settle = (parts: readonly PlannedPart[]) => Promise.all(parts.map(async (part) => (part.kind === "workflow" ? settleRun(deps, context, part) : part.kind === "tool" && part.follow !== undefined ? settleFollow(deps, context, part, part.follow) : part)));
  // The plan for a missing model may name runs that follow its calls, also when a model makes them.
  const parts = await settle(decision.parts);
  return { ...decision, parts, fallback: decision.fallback === decision.parts ? parts : await settle(decision.fallback), runtimeVersion: deps.workflows.runtimeVersion, asksFirst: true, ...(deps.rewriter === null ? {} : { rewrites: true as const }) };
}

async function settleRun(deps: TurnDeps, context: TurnContext, part: Extract<PlannedPart, { kind: "workflow" }>): Promise<PlannedPart> {
  if (await deps.workflows.isRunning(context.tenantId, context.conversationId, part.workflow, part.entities)) return { kind: "say", text: STILL_AT_IT };
  const hash = await hashOf(deps, context, part.workflow);
  return hash === null ? { kind: "handoff", reason: "workflow.missing" } : { ...part, hash };
}

/** Without its workflow, or while that is at it already, the call stands alone. */
async function settleFollow(deps: TurnDeps, context: TurnContext, part: Extract<PlannedPart, { kind: "tool" }>, follow: { when: string; workflow: string }): Promise<PlannedPart> {
  const { follow: _unsettled, ...call } = part;
  if (await deps.workflows.isRunning(context.tenantId, context.conversationId, follow.workflow, recordsOf(part.arguments))) return call;
  const hash = await hashOf(deps, context, follow.workflow);
  return hash === null ? call : { ...call, follow: { ...follow, hash } };
}

async function hashOf(deps: TurnDeps, context: TurnContext, workflow: string): Promise<string | null> {
  const hash = await deps.workflows.hashOf(context.tenantId, workflow);
  if (hash === null) deps.log.error("conversation.workflow_missing", { tenantId: context.tenantId, turnId: context.turnId, workflow });
  return hash;
}

/** What policy would refuse is not offered: the call is made at once instead, so that its refusal and its way on are told. */
async function previewed(deps: TurnDeps, context: TurnContext, redacted: RedactedTurn, decision: Decision): Promise<Decision> {
  const pending = decision.focus.pending;
  if (pending?.awaiting !== "confirmation") return decision;
  const call = { tool: pending.tool, arguments: restoreArguments(pending.slots, redacted.placeholders) };
  const judged = await previewCall(deps.toolCalls, { ...call, ...placeOf(context), tenantId: context.tenantId, channel: context.channel, ...occasionOf(context, decision), principal: ASSISTANT });
  // The contact says yes first, then a colleague does.
  if (judged === "allow" || judged === "approve" || judged === "unknown") return decision;
  const parts: PlannedPart[] = [{ kind: "tool", tool: pending.tool, arguments: pending.slots }];
  return { ...decision, parts: decision.parts.some((part) => part.kind === "agent") ? decision.parts : parts, fallback: parts, reason: `${decision.reason}, refused beforehand`, focus: { ...decision.focus, pending: null } };
}
