import type { Durable } from "../../durable/durable.ts";
import type { StageNote, Trace } from "../trace.ts";
import type { TurnDeps } from "../turn-deps.ts";
import type { Decision, Rights, TurnContext } from "../turn.ts";
import { act, type Acted } from "./act.ts";
import { composeBuiltIn, type Asked, type Draft } from "./compose.ts";
import type { RedactedTurn } from "./redact.ts";
import { recentOf } from "./retrieve.ts";

export type WriteInput = { context: TurnContext; rights: Rights; decision: Decision; acted: Acted; redacted: RedactedTurn; feedback: string | null };
export type Written = ({ kind: "written"; draft: Draft } | { kind: "failed"; reason: string }) & {
  /** What the tools have done, also when no answer came: an effect stays one. */
  acted: Acted;
  model: string;
  costMicroUsd: number | null;
  promptTokens: number;
  completionTokens: number;
  /** Of each model call, who answered and why that one was asked. */
  routes: string[];
};

/**
 * Writes a reply with a model and tools.
 *
 * Errors: a model that gives no answer is an outcome (`failed`); the built-in answerer then takes over. In a repair only
 * tools that read are offered.
 * Replay: each model call and tool call is a journaled step.
 */
export type ReplyWriter = (deps: TurnDeps, durable: Durable, input: WriteInput) => Promise<Written>;

export type Composed = { draft: Draft; acted: Acted };

/** Stage `compose`: the model when there is one and the decision asks for it, else (or when it fails) the built-in answerer. */
export async function compose(deps: TurnDeps, durable: Durable, trace: Trace, context: TurnContext, rights: Rights, decision: Decision, acted: Acted, redacted: RedactedTurn): Promise<Composed> {
  const writer = deps.writer;
  if (writer !== null && decision.parts.some((part) => part.kind === "agent")) {
    const made = await trace.stage("compose", () => writer(deps, durable, { context, rights, decision, acted, redacted, feedback: null }), noteWritten);
    if (made.kind === "written") return { draft: made.draft, acted: made.acted };
    deps.log.warn("conversation.model_failed", { turnId: context.turnId, reason: made.reason });
    deps.live.publish({ kind: "withdrawn", tenantId: context.tenantId, conversationId: context.conversationId, turnId: context.turnId });
    return composeWithoutModel(deps, durable, trace, context, decision, made.acted, redacted, "the model failed; answered by the built-in answerer");
  }
  return trace.stage("compose", () => ({ draft: composeBuiltIn(decision.parts, acted, askedIn(context, redacted)), acted }), (made) => ({ reason: made.draft.reason, model: made.draft.model, costMicroUsd: 0 }));
}

export function noteWritten(made: Written): StageNote {
  const figures = { model: made.model, costMicroUsd: made.costMicroUsd, promptTokens: made.promptTokens, completionTokens: made.completionTokens, detail: { calls: made.acted.calls.map((call) => call.id), routes: made.routes } };
  return made.kind === "written" ? { ...figures, reason: made.draft.reason } : { ...figures, result: "failed", reason: made.reason };
}

/** The same turn by the plan made for a missing model; effects already made are kept. */
export async function composeWithoutModel(deps: TurnDeps, durable: Durable, trace: Trace, context: TurnContext, decision: Decision, acted: Acted, redacted: RedactedTurn, reason: string): Promise<Composed> {
  return trace.stage("compose", async () => {
    // Tools the model has called are not called again: what they said is told.
    if (acted.hasEffect) return { draft: composeBuiltIn(acted.calls.map((call) => ({ kind: "tool" as const, tool: call.tool, arguments: {} })), acted, askedIn(context, redacted)), acted };
    const again = await act(deps, durable, { ...context, round: context.round + 100 }, decision, decision.fallback, { text: redacted.text, history: [], rewrite: acted.rewrite }, redacted.placeholders);
    return { draft: composeBuiltIn(decision.fallback, again, askedIn(context, redacted)), acted: again };
  }, (made) => ({ reason, model: made.draft.model, costMicroUsd: 0, result: "ok" }));
}

function askedIn(context: TurnContext, redacted: RedactedTurn): Asked {
  return { text: redacted.text, recent: recentOf(context), earlier: context.earlier };
}
