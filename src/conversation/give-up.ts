import type { Durable } from "../durable/durable.ts";
import { AppError, messageOf } from "../lib/app-error.ts";
import { cut } from "../lib/cut.ts";
import { newId } from "../lib/ids.ts";
import { makeLedgerEntry } from "../observe/ledger.ts";
import { closeTurn, deliverTurn, readContext, type Delivered } from "./conversation.store.ts";
import type { TurnDeps } from "./turn-deps.ts";
import type { TurnEnd, TurnInput } from "./turn.ts";

/**
 * The last resort of a turn that met a fault of ours: the contact is told and a person gets the case, so that nothing is
 * dropped. What may pass by itself (a database away) is thrown on, and the engine tries again.
 */
export async function giveUp(deps: TurnDeps, durable: Durable, input: TurnInput, error: unknown): Promise<TurnEnd> {
  if (error instanceof AppError && error.isRetryable) throw error;
  deps.log.error("conversation.turn_failed", { ...input, error: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
  const delivered = await durable.step("give-up", () => tellAndHandOff(deps, input, error)).catch(async (second: unknown) => {
    if (second instanceof AppError && second.isRetryable) throw second;
    deps.log.error("conversation.give_up_failed", { ...input, error: messageOf(second) });
    // Not even that can be stored: the turn is closed, so that the next message gets one of its own.
    await durable.step("close", () => deps.database.transaction(input.tenantId, (query) => closeTurn(query, input, { status: "failed", reason: "turn.failed", at: new Date(deps.clock.nowMs()) })));
    return null;
  });
  const at = { tenantId: input.tenantId, conversationId: input.conversationId };
  if (delivered?.kind === "sent") deps.live.publish({ kind: "message", ...at, seq: delivered.seq });
  for (const kind of ["holder", "handoff"] as const) deps.live.publish({ kind, ...at });
  deps.live.publish({ kind: "finished", ...at, turnId: input.turnId });
  return { kind: "ended", status: delivered === null ? "failed" : "handed_off" };
}

async function tellAndHandOff(deps: TurnDeps, input: TurnInput, error: unknown): Promise<Delivered> {
    const at = new Date(deps.clock.nowMs());
    const context = await readContext(deps.database, input, null);
    const code = error instanceof AppError ? error.code : "fault";
    const handoffId = newId("hand", at.getTime());
    const headline = `A fault stopped the answer to: "${cut(context.text, 140)}"`;
    return deliverTurn(deps.database, input, {
      untilSeq: null, messageId: newId("msg", at.getTime()), text: "Something went wrong on our side, and I don't want to leave you waiting. I'm passing you to a colleague, who will see our whole conversation.",
      authorName: deps.assistantName, citations: [], channel: context.channel, pushChannel: deps.channels.get(context.channel)?.delivery === "push" ? context.channel : null, outboxId: newId("out", at.getTime()),
      intent: null, decision: "handoff", reason: `turn.failed: ${code}`, model: null, costMicroUsd: 0, stages: [], focus: context.focus, subject: null, isForced: true, ladder: null,
      handoff: { id: handoffId, reason: "turn.failed", summary: { headline, intent: null, sentiment: null, language: null, openQuestion: cut(context.text, 500), verifiedFacts: [], suggestedNextStep: "Read the thread and answer by hand." }, tried: [] }, runs: [],
      ledger: [makeLedgerEntry({ kind: "turn.failed", subjectId: input.conversationId, caseId: context.caseId, actor: "baton", at, body: { turnId: input.turnId, code, handoffId } })],
    }, at);
}
