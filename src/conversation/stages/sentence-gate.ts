import type { AgentText } from "../../agents/agent.ts";
import { createStreamRestorer, type Placeholder } from "../../guard/redactor.ts";
import { findLeaks } from "../../guard/leak.ts";
import type { TurnDeps } from "../turn-deps.ts";
import type { TurnContext } from "../turn.ts";
import type { Acted } from "./act.ts";

export type SentenceGate = { onText(event: AgentText): void; /** Waits until all that may be shown is shown. */ done(): Promise<void> };

const SENTENCE_END = /[.!?:;…](?:\s*\[\d{1,2}\])*(?=\s)|\n+/g;

/**
 * Shows an answer while it is being made, a sentence at a time, each judged like the whole: what is not supported stops the
 * preview there. `isShown` false: a person sees the answer first, and nothing is shown. The preview is no promise: the stored message replaces it. Placeholders are put back across chunk borders.
 */
export function createSentenceGate(deps: TurnDeps, context: TurnContext, acted: Acted, placeholders: readonly Placeholder[], isShown = true): SentenceGate {
  const at = { tenantId: context.tenantId, conversationId: context.conversationId, turnId: context.turnId };
  let restorer = createStreamRestorer(placeholders);
  let waiting = "";
  let index = 0;
  let isStopped = false;
  let work = Promise.resolve();
  let isTaken = false;
  const stopListening = deps.live.onConversation(at.tenantId, at.conversationId, (event) => {
    if (event.kind === "holder") isTaken = true;
  });

  const show = async (sentence: string) => {
    if (!isShown || isStopped || isTaken) return;
    const passages = acted.passages.map((passage) => passage.text);
    const facts = acted.calls.map((call) => `${call.say ?? ""} ${JSON.stringify(call.output ?? null)}`);
    const isLeaking = findLeaks({ reply: sentence, allowed: [context.text, context.contact.email ?? "", ...passages, ...facts] }).length > 0;
    const isForbidden = deps.judgeReply({ reply: sentence, own: [...passages, ...facts] }).length > 0;
    isStopped = isLeaking || isForbidden || !(await deps.previewJudge.judge({ reply: sentence, passages, facts, told: [], own: [context.text, context.contact.email ?? "", context.contact.name ?? ""] })).isGrounded;
    if (!isStopped && !isTaken) deps.live.publish({ kind: "delta", ...at, index: index++, text: sentence });
  };
  const queue = (sentence: string) => {
    work = work.then(() => show(sentence));
  };
  const reset = () => {
    waiting = "";
    restorer = createStreamRestorer(placeholders);
    work = work.then(() => {
      isStopped = false;
      if (index > 0) deps.live.publish({ kind: "withdrawn", ...at });
      index = 0;
    });
  };
  return {
    onText(event) {
      if (event.kind === "withdrawn") return reset();
      if (event.offset === 0) reset();
      waiting += restorer.push(event.text);
      let from = 0;
      for (const match of waiting.matchAll(SENTENCE_END)) {
        const end = match.index + match[0].length;
        queue(waiting.slice(from, end));
        from = end;
      }
      waiting = waiting.slice(from);
    },
    async done() {
      const rest = waiting + restorer.end();
      waiting = "";
      if (rest.trim() !== "") queue(rest);
      await work;
      stopListening();
    },
  };
}
