import type { Durable } from "../../durable/durable.ts";
import { newId } from "../../lib/ids.ts";
import { isAssisted } from "../../handoff/draft.store.ts";
import { beginTurn, closeTurn, type Claim } from "../conversation.store.ts";
import type { BegunTurn, TurnDeps } from "../turn-deps.ts";
import type { TurnEnd, TurnInput } from "../turn.ts";

/**
 * Stage `receive`, second half: claims what the inbox holds for this conversation. The first half (signature, parsing,
 * repeats, storing) is done at the channel's door.
 *
 * What the turn works on is read with the claim and not journaled: on a replay `identify` reads it again.
 *
 * While a person holds the conversation, or one is awaited, the AI says nothing: the turn ends at once, unless that person
 * gets drafts. A turn that a
 * model answers is handed to an invocation of its own, so that the conversation stays free for the next message.
 */
export async function receive(deps: TurnDeps, durable: Durable, input: TurnInput, mode: "inline" | "detached"): Promise<BegunTurn & { kind: "begun"; read: Claim["context"]; isAssisting?: boolean } | { kind: "over"; end: TurnEnd }> {
  let read: Claim["context"] = null;
  const begun = await durable.step("receive", async () => {
    const claim = await beginTurn(deps.database, input, newId("case"), new Date(deps.clock.nowMs()));
    read = claim.context;
    const { begun: claimed } = claim;
    // Asked only where no reply can be sent anyway.
    return { ...claimed, isAssisting: claimed.kind === "begun" && claimed.holder !== "ai" && (await isAssisted(deps.database, input.tenantId, input.conversationId)) };
  });
  if (begun.kind !== "begun") return { kind: "over", end: { kind: begun.kind === "joined" ? "joined" : "nothing" } };
  if (begun.holder !== "ai" && begun.isAssisting !== true) {
    await durable.step("stay-silent", () => deps.database.transaction(input.tenantId, (query) => closeTurn(query, input, { status: "silent", reason: `holder.${begun.holder}`, at: new Date(deps.clock.nowMs()) })));
    deps.live.publish({ kind: "finished", tenantId: input.tenantId, conversationId: input.conversationId, turnId: input.turnId });
    return { kind: "over", end: { kind: "ended", status: "silent" } };
  }
  if (mode === "inline" && deps.hasModel) {
    durable.send({ service: "turn", handler: "run", input });
    return { kind: "over", end: { kind: "detached" } };
  }
  return { ...begun, kind: "begun", read };
}
