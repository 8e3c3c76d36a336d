import { startTurn, type ReceiveDeps } from "../channels/receive-message.ts";
import { listDue } from "../channels/outbox.store.ts";
import { listNeglected } from "../conversation/conversation.store.ts";
import { startDelivery } from "../handoff/hold-conversation.ts";
import type { HandoffDeps } from "../handoff/hold-conversation.ts";
import { repeat } from "../lib/repeat.ts";

const EVERY_MS = 2_000;
const NEGLECTED_MS = 5_000;
/** Longer than an agent's longest run. */
const LOST_MS = 11 * 60_000;
const LIMIT = 500;
/** However many processes sweep, the engine is asked once in this time for the same thing. */
const ASK_AGAIN_MS = 15_000;

/**
 * Starts what was stored but never reached the engine: turns of waiting messages, deliveries of waiting replies. Asking
 * twice does no harm (a turn with nothing to claim ends at once), so every process may sweep; a key keeps a slow engine from
 * being flooded. Returns the way to stop.
 */
export function startSweeper(deps: { receive: ReceiveDeps; handoff: HandoffDeps; tenantId: string }): () => Promise<void> {
  const { database, log, clock } = deps.receive;
  const { tenantId } = deps;
  const round = async () => {
    const minute = Math.floor(clock.nowMs() / ASK_AGAIN_MS);
    for (const { conversationId, lastSeq, turnId } of await listNeglected(database, tenantId, { unclaimedMs: NEGLECTED_MS, runningMs: LOST_MS }, LIMIT)) {
      await startTurn(deps.receive, tenantId, conversationId, { ...(turnId === null ? {} : { turnId }), idempotencyKey: `sweep:${conversationId}:${lastSeq}:${minute}` });
    }
    for (const target of await listDue(database, tenantId, NEGLECTED_MS, LIMIT)) await startDelivery(deps.handoff, target, `sweep:${target.conversationId}:${minute}`);
  };
  return repeat(round, { everyMs: EVERY_MS, waitsFirst: true, log, failure: "app.sweep_failed" }).stop;
}
