import type pg from "pg";
import { verifyLedger } from "../../src/observe/ledger-verify.ts";
import type { Database } from "../../src/storage/database.ts";
import { countHumanReplies, readEffects, readInbound, readLastSeqs, runChecks, type StoredMessage } from "./check.store.ts";
import type { Clerk } from "./clerk.ts";
import type { Customer } from "./customer.ts";

/** Faults by name, each with its lines; a name without lines is a promise kept. */
export type Verdict = Map<string, string[]>;

export const TENANT = "shop";

/** Compares what the store holds with what every customer sent and was shown. */
export async function judge(deps: { client: pg.Client; database: Database; customers: readonly Customer[]; clerk: Clerk }): Promise<Verdict> {
  const { client, customers } = deps;
  const verdict: Verdict = new Map([["lostMessages", []], ["lostEffects", []], ["refusedMessages", []], ["streamFaults", []]]);
  const add = (name: string, fault: string) => verdict.set(name, [...(verdict.get(name) ?? []), fault]);
  const inbound = await readInbound(client, customers.map((customer) => customer.visit.conversationId));
  const effects = await readEffects(client);
  const lastSeqs = await readLastSeqs(client, customers.map((customer) => customer.visit.conversationId));
  for (const customer of customers) {
    for (const fault of customer.faults) add("refusedMessages", fault);
    for (const fault of customer.stream.faults) add("streamFaults", fault);
    const lastSeq = lastSeqs.get(customer.visit.conversationId) ?? 0;
    if (customer.stream.messages.length !== lastSeq) add("streamFaults", `${customer.visit.conversationId}: ${customer.stream.messages.length} of ${lastSeq} messages were shown`);
    const shown = new Map(customer.stream.messages.map((message) => [message.id, message]));
    for (const sent of customer.sent) {
      const fault = judgeMessage(inbound.get(sent.id), sent.messageId, (id) => shown.has(id));
      if (fault !== null) add("lostMessages", `"${sent.text}" (${sent.messageId ?? sent.id}): ${fault}`);
    }
    for (const wish of customer.wishes) {
      const turns = wish.messages.map((message) => inbound.get(message.id));
      // A person who takes over meanwhile, or a hand-off before it, may keep the AI from acting: then nothing is owed.
      const isOwed = wish.isConfirmed && turns.every((turn) => turn?.status === "replied");
      const done = effects.get(wish.order);
      if (done === undefined && isOwed) add("lostEffects", `${wish.tool} ${wish.order} did not happen: ${turns.map((turn) => `${turn?.turnId} ${turn?.decision} ${turn?.reason}`).join("; ")}`);
      if (done !== undefined && done !== wish.tool) add("repeatedEffects", `order ${wish.order}: ${done} instead of ${wish.tool}`);
    }
  }
  for (const [name, faults] of await runChecks(client)) verdict.set(name, [...(verdict.get(name) ?? []), ...faults]);
  judgeWishedOrders(customers, effects, add);
  const humanReplies = await countHumanReplies(client);
  for (const text of deps.clerk.replies) if (humanReplies.get(text) !== 1) add("humanReplies", `"${text}" is there ${humanReplies.get(text) ?? 0} times`);
  for (const [text, count] of humanReplies) if (count > 1) add("humanReplies", `"${text}" is there ${count} times`);
  verdict.set("humanReplies", verdict.get("humanReplies") ?? []);
  const ledger = await verifyLedger(deps.database, TENANT);
  verdict.set("brokenLinks", ledger.problems);
  return verdict;
}

/** Why a sent message counts as lost; null when it was answered, or rightly met silence beside a person. */
function judgeMessage(stored: StoredMessage | undefined, messageId: string | null, isShown: (id: string) => boolean): string | null {
  if (messageId === null) return stored === undefined ? "never acknowledged and not stored" : "stored, but never acknowledged";
  if (stored === undefined) return "acknowledged, but not stored";
  if (stored.messageId !== messageId) return `stored as ${stored.messageId}`;
  if (stored.turnId === null) return "no turn has claimed it";
  if (stored.status === "silent") return stored.reason?.startsWith("holder.") ? null : `its turn ${stored.turnId} ended without a word: ${stored.reason}`;
  if (stored.status !== "replied" && stored.status !== "handed_off") return `its turn ${stored.turnId} is ${stored.status}`;
  if (stored.replyId === null || !isShown(stored.replyId)) return `the reply of ${stored.turnId} was not shown`;
  return null;
}

/** Nothing may happen to an order nobody spoke of. */
function judgeWishedOrders(customers: readonly Customer[], effects: ReadonlyMap<number, string>, add: (name: string, fault: string) => void): void {
  const wished = new Map(customers.flatMap((customer) => customer.wishes.map((wish) => [wish.order, wish.tool] as const)));
  for (const [order, tool] of effects) if (!wished.has(order)) add("repeatedEffects", `order ${order}: ${tool} though nobody asked for it`);
}
