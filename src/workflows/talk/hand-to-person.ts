import { cut } from "../../lib/cut.ts";
import { openHandoff, readBackground, setHolder } from "../../handoff/handoff.store.ts";
import { newId } from "../../lib/ids.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import { listTried } from "../../tools/list-tried.ts";
import { say } from "./say.ts";
import type { TalkDeps, TalkTarget } from "./talk-deps.ts";

export type HandInput = TalkTarget & {
  idempotencyKey: string;
  /** Dotted code, as `workflow.failed`. */
  reason: string;
  /** For the person who takes over: what it is about, in a sentence. */
  summary: string;
  facts: readonly string[];
  nextStep: string | null;
  /** What the contact is told. */
  text: string | null;
  /** Does nothing once this case is closed; null: whatever the case. */
  onlyInCase: string | null;
};

export type Handed = { kind: "handed_off"; messageId: string } | { kind: "already"; holder: "queue" | "human" };

const HANDOFF_TEXT = "I'm passing you to a colleague now; they will see our whole conversation.";

/**
 * Gives the run's conversation to the queue with what is known, and tells the contact, in one transaction. Does nothing when
 * a person has it or is awaited already.
 *
 * Throws: as `say`. Replay: inside a journaled step; once per `idempotencyKey`.
 */
export async function handToPerson(deps: TalkDeps, input: HandInput): Promise<Handed> {
  const { tenantId, conversationId } = input;
  // Read before the lock is taken: a transaction that waits for a second connection would hold up everyone behind the lock.
  const tried = await listTried(deps.database, input, deps.clock.nowMs());
  const said = await say(deps, {
    ...input, text: input.text ?? HANDOFF_TEXT, mayHoldModelWords: input.text !== null && input.mayHoldModelWords, authored: HANDOFF_TEXT, messageKind: "handoff",
    async andThen(query, { conv, at }) {
      await setHolder(query, { tenantId, conversationId, holder: "queue", assigneeId: null, at });
      const known = await readBackground(query, tenantId, conversationId);
      const summary = {
        headline: cut(input.summary, 500), intent: known.intent, sentiment: null, language: null, openQuestion: known.lastText === null ? null : cut(known.lastText, 500),
        verifiedFacts: [known.isVerified ? `identity verified: ${known.email ?? known.name ?? "yes"}` : "identity not verified", ...input.facts], suggestedNextStep: input.nextStep ?? "Read the thread and the run, and take it from there.",
      };
      const handoffId = newId("hand", at.getTime());
      await openHandoff(query, { tenantId, conversationId, caseId: conv.caseId, handoffId, reason: input.reason, summary, tried, at });
      await recordInLedger(query, tenantId, [{ kind: "handoff.requested", subjectId: conversationId, caseId: conv.caseId, actor: `workflow:${input.workflow}`, at, body: { handoffId, runId: input.runId, reason: input.reason } }]);
    },
  });
  if (said.kind !== "sent") return { kind: "already", holder: said.kind === "withheld" ? said.holder : "human" };
  for (const kind of ["holder", "handoff"] as const) deps.live.publish({ kind, tenantId, conversationId });
  return { kind: "handed_off", messageId: said.messageId };
}
