import type { Durable } from "../durable/durable.ts";
import type { TurnInput } from "./turn.ts";

/** Asks for the turn after this one when messages wait that this one has not heard. Its id is made from this one's, so a replay asks for the same. */
export function beginNextTurn(durable: Durable, { tenantId, conversationId, turnId }: TurnInput, pendingCount: number): void {
  if (pendingCount === 0) return;
  durable.send({ service: "conversation", handler: "turn", key: `${tenantId}:${conversationId}`, input: { tenantId, conversationId, turnId: `${turnId}n` } });
}
