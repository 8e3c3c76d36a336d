import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { messageOf } from "../../src/lib/app-error.ts";
import type { HttpClient } from "../http-client.ts";
import type { Visit } from "../visits.ts";
import type { Random } from "./random.ts";

/** A message a customer has sent; `messageId` once the server has said that it is stored. */
export type SentMessage = { id: string; text: string; messageId: string | null; seq: number; sends: number };

export type Writer = {
  sent: SentMessage[];
  /** What must not be: a refusal, another id for the same message. */
  faults: string[];
  /** Until it is acknowledged, with the same id; and as many times more at once as `extra` says. */
  send(text: string, extra?: number): Promise<SentMessage>;
};

const stored = z.object({ id: z.string(), seq: z.number() });

export function makeWriter({ client, visit, random }: { client: HttpClient; visit: Visit; random: Random }): Writer {
  const sent: SentMessage[] = [];
  const faults: string[] = [];
  const accept = (message: SentMessage, given: { id: string; seq: number }) => {
    if (message.messageId !== null && (message.messageId !== given.id || message.seq !== given.seq)) faults.push(`message ${message.id} was stored twice: ${message.messageId}, ${given.id}`);
    message.messageId = given.id;
    message.seq = given.seq;
  };
  const post = async (message: SentMessage): Promise<void> => {
    for (;;) {
      message.sends += 1;
      try {
        const answer = await client.send({ method: "POST", path: "/api/chat/messages", headers: visit.headers, body: { id: message.id, text: message.text }, timeoutMs: 15_000 });
        if (answer.status === 202) return accept(message, stored.parse(JSON.parse(answer.text)));
        if (answer.status < 500) {
          faults.push(`message ${message.id} was refused: ${answer.status} ${answer.text.slice(0, 200)}`);
          return;
        }
        if (answer.status !== 503) faults.push(`message ${message.id} met a fault: ${answer.status} ${answer.text.slice(0, 200)}`);
      } catch (error) {
        if (error instanceof z.ZodError || error instanceof SyntaxError) faults.push(`message ${message.id}: ${messageOf(error)}`);
      }
      await sleep(random.between(20, 200));
    }
  };
  return {
    sent, faults,
    async send(text, extra = 0) {
      const message: SentMessage = { id: randomBytes(8).toString("hex"), text, messageId: null, seq: 0, sends: 0 };
      sent.push(message);
      await Promise.all(Array.from({ length: 1 + extra }, () => post(message)));
      return message;
    },
  };
}
