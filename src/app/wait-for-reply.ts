import { receiveMessage, type InboundMessage, type ReceiveDeps } from "../channels/receive-message.ts";
import { findReply } from "../conversation/conversation.store.ts";
import type { MessageView } from "../shapes/conversation.ts";
import type { Database } from "../storage/database.ts";

const RECHECK_MS = 1_000;
const LONGEST_WAIT_S = 60;

/** `Prefer: wait=30` (RFC 7240), at most 60 s; 0 when nothing is said. */
export function preferredWaitMs(prefer: string | undefined): number {
  const seconds = Number(/(?:^|[,;\s])wait=(\d+)/.exec(prefer ?? "")?.[1] ?? "0");
  return Math.min(LONGEST_WAIT_S, seconds) * 1_000;
}

/**
 * Sends a message and waits for the first reply after it. Null when none came in time, and at once when the message's turn has
 * ended without one, since a person has the conversation or looks at the draft first; what comes later comes by the stream.
 * `again`: how a reply to a message that was sent before is shown now.
 */
export async function waitForReply(deps: { receive: ReceiveDeps; database: Database }, inbound: InboundMessage, waitMs: number, signal: AbortSignal, again: (reply: MessageView) => Promise<MessageView>): Promise<{ message: MessageView; reply: MessageView | null }> {
  const { tenantId, conversationId } = inbound;
  let wake = () => {};
  let isDirty = false;
  let ownSeq = Infinity;
  let newestSeq = 0;
  const stored: MessageView[] = [];
  const stop = deps.receive.live.onConversation(tenantId, conversationId, (event) => {
    if (event.kind === "message") {
      newestSeq = Math.max(newestSeq, event.seq === 0 ? Infinity : event.seq);
      if (event.message !== undefined) stored.push(event.message);
      if (newestSeq <= ownSeq) return;
    } else if (event.kind !== "finished") return;
    isDirty = true;
    wake();
  });
  try {
    const untilMs = performance.now() + waitMs;
    const { message, isRepeat } = await receiveMessage(deps.receive, inbound);
    ownSeq = message.seq;
    isDirty ||= isRepeat || newestSeq > ownSeq;
    for (;;) {
      if (isDirty) {
        isDirty = false;
        const told = stored.find((reply) => reply.seq > message.seq);
        if (told !== undefined) return { message, reply: told };
        const reply = await findReply(deps.database, tenantId, conversationId, message.seq);
        if (reply === "none") return { message, reply: null };
        if (reply !== "not_yet") return { message, reply: isRepeat ? await again(reply) : reply };
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || signal.aborted) return { message, reply: null };
      if (!isDirty) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(leftMs, RECHECK_MS));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        // Events may be lost between processes; the store is asked from time to time.
        isDirty = true;
      }
    }
  } finally {
    stop();
  }
}
