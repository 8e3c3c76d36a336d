import type { Durable } from "../../durable/durable.ts";
import { beginNextTurn } from "../next-turn.ts";
import type { Delivered } from "../conversation.store.ts";
import type { TurnDeps } from "../turn-deps.ts";
import type { TurnContext, TurnEnd } from "../turn.ts";
import type { Draft } from "./compose.ts";

/**
 * Stage `record`, second half: tells open pages, and starts what follows. Ledger, cost and trace were written in the
 * delivery's own transaction, so nothing is sent unrecorded.
 */
export function record(deps: TurnDeps, durable: Durable, context: TurnContext, draft: Draft, delivered: Exclude<Delivered, { kind: "joined" | "limited" }> & { isTold: boolean }): TurnEnd {
  const at = { tenantId: context.tenantId, conversationId: context.conversationId };
  beginNextTurn(durable, context, delivered.pendingCount);
  if (delivered.kind === "sent") {
    if (!delivered.isTold) deps.live.publish({ kind: "message", ...at, seq: delivered.seq });
    if (draft.handoffReason !== null) {
      deps.live.publish({ kind: "holder", ...at });
      deps.live.publish({ kind: "handoff", ...at });
    }
  } else if (delivered.kind === "silent") deps.live.publish({ kind: "withdrawn", ...at, turnId: context.turnId });
  // Also after a repeat: the attempt that delivered may have died before it came to this line.
  if (delivered.kind !== "silent" && deps.channels.get(context.channel)?.delivery === "push") durable.send({ service: "outbox", handler: "deliver", key: `${context.tenantId}:${context.conversationId}`, input: at });
  deps.live.publish({ kind: "finished", ...at, turnId: context.turnId });
  if (delivered.kind === "repeat") return { kind: "ended", status: delivered.status };
  return { kind: "ended", status: delivered.kind === "silent" ? "silent" : draft.handoffReason === null ? "replied" : "handed_off" };
}
