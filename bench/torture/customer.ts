import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient } from "../http-client.ts";
import type { Visit } from "../visits.ts";
import { followStream, type Stream } from "./follow-stream.ts";
import type { OwnOrders } from "./orders.store.ts";
import type { Random } from "./random.ts";
import { makeWriter, type SentMessage } from "./write-message.ts";

/** An effect a customer has asked for once, in so many words; `isConfirmed`: it must have happened unless a person took over. */
export type Wish = { tool: "cancel_order" | "refund_order"; order: number; messages: SentMessage[]; isConfirmed: boolean };

export type Customer = {
  visit: Visit;
  stream: Stream;
  sent: SentMessage[];
  wishes: Wish[];
  faults: string[];
  /** Messages sent and not answered yet. */
  underWay(): number;
  /** Milliseconds from the first send to the shown reply, for messages that were waited for. */
  waitsMs: number[];
  run(isOver: () => boolean): Promise<void>;
};

export type CustomerOptions = { client: HttpClient; visit: Visit; orders: OwnOrders; questions: readonly [string, ...string[]]; random: Random };

const PATIENCE_MS = 30_000;

/** A customer with a script: asks about orders, has some cancelled and refunded, asks the articles, writes in bursts, sends twice. */
export function makeCustomer({ client, visit, orders, questions, random }: CustomerOptions): Customer {
  const stream = followStream(client, visit);
  const writer = makeWriter({ client, visit, random });
  const wishes: Wish[] = [];
  const waitsMs: number[] = [];
  const open = new Set<SentMessage>();

  const send = async (text: string, extra = 0): Promise<SentMessage> => {
    const sending = writer.send(text, extra);
    const message = writer.sent.at(-1);
    if (message !== undefined) open.add(message);
    return sending;
  };
  /** The first reply after the last of these; null when patience ran out. */
  const waitForReply = async (messages: readonly SentMessage[], fromMs: number): Promise<string | null> => {
    const lastSeq = Math.max(...messages.map((message) => message.seq));
    const reply = () => stream.messages.find((message) => message.seq > lastSeq && (message.author === "ai" || message.author === "human"));
    await stream.until(() => reply() !== undefined, PATIENCE_MS);
    for (const message of messages) open.delete(message);
    const found = reply();
    if (found === undefined) return null;
    waitsMs.push(performance.now() - fromMs);
    return found.text;
  };
  const ask = async (text: string, extra = 0) => {
    const fromMs = performance.now();
    return waitForReply([await send(text, extra)], fromMs);
  };
  const question = () => random.pick(questions);
  const statusQuestion = () => `Where is my order ${random.pick(orders.lasting)}?`;

  const cancel = async (isHasty: boolean) => {
    const order = orders.cancellable.pop();
    if (order === undefined) return ask(statusQuestion());
    const fromMs = performance.now();
    const wish: Wish = { tool: "cancel_order", order, messages: [], isConfirmed: true };
    const message = await send(`Please cancel order ${order}`);
    wish.messages.push(message);
    wishes.push(wish);
    // Not waiting for the answer: the next message meets a turn that has just changed something, or is about to.
    return waitForReply(isHasty ? [message, await send(question())] : [message], fromMs);
  };
  const refund = async () => {
    const order = orders.refundable.pop();
    if (order === undefined) return ask(statusQuestion());
    const fromMs = performance.now();
    const wish: Wish = { tool: "refund_order", order, messages: [], isConfirmed: false };
    wishes.push(wish);
    const asked = await send(`I want a refund for order ${order}`);
    wish.messages.push(asked);
    const answer = await waitForReply([asked], fromMs);
    if (answer === null || !answer.includes("Shall I")) return answer;
    const confirmed = await send("yes");
    wish.messages.push(confirmed);
    wish.isConfirmed = true;
    return waitForReply([confirmed], performance.now());
  };
  const burst = async () => {
    const fromMs = performance.now();
    const messages: SentMessage[] = [];
    for (let place = 0; place < 3; place += 1) {
      messages.push(await send(random.chance(0.5) ? statusQuestion() : question()));
      await sleep(random.between(0, 30));
    }
    return waitForReply(messages, fromMs);
  };

  const step = (): Promise<unknown> => {
    const dice = random.between(0, 100);
    if (dice < 14) return cancel(random.chance(0.4));
    if (dice < 24) return refund();
    if (dice < 44) return burst();
    if (dice < 54) return ask(random.chance(0.5) ? statusQuestion() : question(), 2);
    if (dice < 55) return ask("I want to talk to a human");
    return ask(dice < 78 ? statusQuestion() : question());
  };
  return {
    visit, stream, sent: writer.sent, wishes, faults: writer.faults, waitsMs, underWay: () => open.size,
    async run(isOver) {
      while (!isOver()) {
        // While a person is awaited or speaks, the customer waits; the clerk hands back.
        if (stream.holder() !== "ai") await stream.until(() => stream.holder() === "ai" || isOver(), PATIENCE_MS);
        await step();
        await sleep(random.between(0, 250));
      }
    },
  };
}
