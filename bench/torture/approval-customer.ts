import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient } from "../http-client.ts";
import type { Visit } from "../visits.ts";
import { makeApprovalCaller, type ApprovalCaller } from "./approval-caller.ts";
import { followStream, type Stream } from "./follow-stream.ts";
import type { OwnOrders } from "./orders.store.ts";
import type { Random } from "./random.ts";
import { makeWriter, type Writer } from "./write-message.ts";

/** Longer than the deadlines of `torture-approvals.ts`, with a recovery in between. */
const PATIENCE_MS = 30_000;
/** An assistant asks until it is told, and this long once nothing is killed any more. */
const LAST_PATIENCE_MS = 120_000;

export type ApprovalCustomer = { visit: Visit; stream: Stream; writer: Writer; caller: ApprovalCaller; /** Wishes whose outcome was not shown yet. */ underWay(): number; wishes(): number; takenBack(): number; run(isOver: () => boolean): Promise<void> };

/** A customer who wants what people have to approve: one wish after the other, some by an assistant of their own, some of them taken back, with questions in between. */
export function makeApprovalCustomer({ client, visit, orders, random }: { client: HttpClient; visit: Visit; orders: OwnOrders; random: Random }): ApprovalCustomer {
  const stream = followStream(client, visit);
  const writer = makeWriter({ client, visit, random });
  const caller = makeApprovalCaller({ client, visit, random: random.fork() });
  const state = { isWaiting: false, wishes: 0, takenBack: 0 };
  const hears = (afterSeq: number, words: (text: string) => boolean, patienceMs = PATIENCE_MS) => stream.until(() => stream.messages.some(({ seq, author, text }) => seq > afterSeq && author !== "contact" && words(text)), patienceMs);

  const askFor = async (): Promise<{ order: number; seq: number } | null> => {
    const isRefund = random.chance(0.4);
    const order = isRefund ? orders.refundable.pop() : orders.cancellable.pop();
    if (order === undefined) return null;
    state.wishes += 1;
    const asked = await writer.send(isRefund ? `I want a refund for order ${order}` : `Please cancel order ${order}`);
    if (!isRefund) return { order, seq: asked.seq };
    if (!(await hears(asked.seq, (text) => text.includes("Shall I")))) return null;
    return { order, seq: (await writer.send("yes")).seq };
  };
  const letAssistantAsk = async (isOver: () => boolean) => {
    const order = orders.cancellable.pop();
    if (order === undefined) return;
    state.wishes += 1;
    let overSinceMs: number | null = null;
    await caller.cancel(order, () => {
      overSinceMs ??= isOver() ? Date.now() : null;
      return overSinceMs !== null && Date.now() - overSinceMs > LAST_PATIENCE_MS;
    });
  };
  const wish = async (isOver: () => boolean) => {
    if (random.chance(0.25)) return letAssistantAsk(isOver);
    const wanted = await askFor();
    if (wanted === null) return;
    const isAbout = (text: string) => text.includes(String(wanted.order));
    if (!(await hears(wanted.seq, (text) => isAbout(text) && text.includes("asked a colleague")))) return;
    if (random.chance(0.2)) {
      await sleep(random.between(0, 800));
      state.takenBack += 1;
      await writer.send(`Never mind, forget order ${wanted.order}`);
    } else if (random.chance(0.3)) await writer.send(`Where is my order ${random.pick(orders.lasting)}?`);
    await hears(wanted.seq, (text) => isAbout(text) && !text.includes("asked a colleague"));
  };
  return {
    visit, stream, writer, caller, underWay: () => (state.isWaiting ? 1 : 0), wishes: () => state.wishes, takenBack: () => state.takenBack,
    async run(isOver) {
      while (!isOver()) {
        // While a person is awaited or speaks, the customer waits; the clerk hands back.
        if (stream.holder() !== "ai") await stream.until(() => stream.holder() === "ai" || isOver(), PATIENCE_MS);
        state.isWaiting = true;
        await wish(isOver);
        state.isWaiting = false;
        await sleep(random.between(0, 400));
      }
    },
  };
}
