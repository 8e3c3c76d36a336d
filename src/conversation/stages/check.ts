import type { Durable } from "../../durable/durable.ts";
import { restore } from "../../guard/redactor.ts";
import type { Trace } from "../trace.ts";
import type { TurnDeps } from "../turn-deps.ts";
import type { Decision, Rights, TurnContext } from "../turn.ts";
import { EXTRACTIVE, withheldDraft, type Draft } from "./compose.ts";
import { namesOf, type RedactedTurn } from "./redact.ts";
import { verify, type Verdict } from "./verify.ts";
import { composeWithoutModel, noteWritten, type Composed } from "./write-reply.ts";

/** Stage `verify`: judged, repaired once, else answered without the model, else handed off. The placeholders are put back first. */
export async function check(deps: TurnDeps, durable: Durable, trace: Trace, turn: { context: TurnContext; rights: Rights; decision: Decision; redacted: RedactedTurn }, composed: Composed): Promise<Composed> {
  const { context, rights, decision, redacted } = turn;
  let current = restored(composed, redacted);
  const first = await judge(deps, trace, context, current);
  if (first.isSendable) return current;
  const writer = deps.writer;
  if (writer !== null && current.draft.model !== EXTRACTIVE) {
    // The faults quote the answer with the values put back, and the model may not see those.
    const feedback = deps.redactor.redact({ text: describeFaults(first), known: redacted.placeholders, names: namesOf(context) }).text;
    const repaired = await trace.stage("compose", () => writer(deps, durable, { context, rights, decision, acted: current.acted, redacted, feedback }), noteWritten);
    current = { draft: repaired.kind === "written" ? repaired.draft : current.draft, acted: repaired.acted };
    if (repaired.kind === "written") {
      current = restored(current, redacted);
      if ((await judge(deps, trace, context, current)).isSendable) return current;
    } else deps.log.warn("conversation.repair_failed", { turnId: context.turnId, reason: repaired.reason });
    deps.live.publish({ kind: "withdrawn", tenantId: context.tenantId, conversationId: context.conversationId, turnId: context.turnId });
    current = restored(await composeWithoutModel(deps, durable, trace, context, decision, current.acted, redacted, "the model's answer was not supported"), redacted);
    if ((await judge(deps, trace, context, current)).isSendable) return current;
  }
  return { draft: withheldDraft("verify.failed"), acted: current.acted };
}

function judge(deps: TurnDeps, trace: Trace, context: TurnContext, composed: Composed): Promise<Verdict> {
  return trace.stage("verify", () => verify(deps.judge, composed.draft, composed.acted, context), (verdict) => ({
    reason: verdict.reason, result: verdict.isSendable ? "ok" : "refused",
    detail: { by: deps.judge.id, leaks: verdict.leaks, unsupported: verdict.grounding?.sentences.filter((sentence) => !sentence.isSupported).length ?? 0 },
  }));
}

function restored(composed: Composed, redacted: RedactedTurn): Composed {
  if (redacted.placeholders.length === 0) return composed;
  const draft: Draft = { ...composed.draft, text: restore(composed.draft.text, redacted.placeholders) };
  return { ...composed, draft };
}

function describeFaults(verdict: Verdict): string {
  const unsupported = verdict.grounding?.sentences.filter((sentence) => !sentence.isSupported).map((sentence) => `- ${sentence.sentence} (${sentence.reason})`) ?? [];
  return unsupported.length > 0 ? `These sentences are not supported by the sources; leave them out or correct them:\n${unsupported.join("\n")}` : `The answer was refused: ${verdict.reason}. Write it without that.`;
}
