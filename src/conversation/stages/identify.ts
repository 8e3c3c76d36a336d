import { readContext } from "../conversation.store.ts";
import type { Trace } from "../trace.ts";
import type { BegunTurn, TurnDeps } from "../turn-deps.ts";
import type { TurnContext, TurnInput } from "../turn.ts";

/**
 * Stage `identify`: contact, conversation, case and what was said before. `round` counts how often messages have joined,
 * `untilSeq` is the last one heard. Replay: reads immutable texts up to it, needs no journal.
 */
export async function identify(deps: TurnDeps, trace: Trace, input: TurnInput, begun: BegunTurn & { read: Omit<TurnContext, "round"> | null; isAssisting?: boolean }, { round, untilSeq }: { round: number; untilSeq: number }): Promise<TurnContext> {
  const waitUs = Math.max(0, (deps.clock.nowMs() - Date.parse(begun.receivedAt)) * 1_000);
  trace.add("receive", waitUs, { reason: "stored, then claimed", detail: { messageIds: begun.messageIds } });
  return trace.stage("identify", async () => ({ ...(round === 0 && begun.read !== null ? begun.read : await readContext(deps.database, input, untilSeq)), round, ...(begun.isAssisting === true ? { isAssisting: true } : {}) }), (context) => ({
    reason: context.contact.isVerified ? "known and verified" : "unverified visitor",
    detail: { contactId: context.contact.id, caseId: context.caseId, messages: context.messages.length, round },
  }));
}
