import { z } from "zod";
import { handToPerson } from "../talk/hand-to-person.ts";
import type { TalkDeps } from "../talk/talk-deps.ts";
import { declareFunction, defineFunction, talkTarget } from "./define-function.ts";

const input = z.strictObject({
  reason: z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/, "a dotted code such as refund.above_limit").default("workflow.asked"),
  summary: z.string().min(1).max(2_000).describe("For the person who takes over: what it is about."),
  facts: z.array(z.string().max(500)).max(20).default([]),
  nextStep: z.string().max(500).optional(),
  text: z.string().max(4_000).optional().describe("What the contact is told; a sentence of ours without it."),
});
const output = z.object({ status: z.enum(["handed_off", "already"]).describe("`already`: a person has it or is awaited.") });

export const handoffDeclaration = declareFunction({ name: "handoff", summary: "Hands the conversation to a person, with everything known.", input, output, traits: { waits: false, effects: true, needsConversation: true } });

/** `call: handoff`: gives the conversation to the queue with a summary; the run may go on. */
export function handoffFunction(deps: TalkDeps) {
  return defineFunction({
    ...handoffDeclaration,
    run(call, given) {
      const target = talkTarget(call);
      return call.durable.step("handoff", async (): Promise<z.infer<typeof output>> => {
        const handed = await handToPerson(deps, { ...target, idempotencyKey: call.idempotencyKey, reason: given.reason, summary: given.summary, facts: given.facts, nextStep: given.nextStep ?? null, text: given.text ?? null, onlyInCase: null });
        return { status: handed.kind };
      });
    },
  });
}
