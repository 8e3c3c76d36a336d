import { z } from "zod";
import { say } from "../talk/say.ts";
import type { TalkDeps } from "../talk/talk-deps.ts";
import { declareFunction, defineFunction, talkTarget } from "./define-function.ts";

const input = z.strictObject({ text: z.string().min(1).max(20_000) });
const output = z.object({
  status: z.enum(["sent", "withheld"]).describe("`withheld`: a person holds the conversation, or has to look at what a model has written first, so nothing was sent."),
  messageId: z.string().nullable(),
});

export const replyDeclaration = declareFunction({ name: "reply", summary: "Sends a message to the contact.", input, output, traits: { waits: false, effects: true, needsConversation: true } });

/** `call: reply`: a message to the run's contact on the channel they wrote on last. Sends nothing while a person holds the conversation, and no words of a model that the autonomy ladder lets nobody send by itself. */
export function replyFunction(deps: TalkDeps) {
  return defineFunction({
    ...replyDeclaration,
    run(call, given) {
      const target = talkTarget(call);
      return call.durable.step("reply", async (): Promise<z.infer<typeof output>> => {
        const said = await say(deps, { ...target, idempotencyKey: call.idempotencyKey, text: given.text, messageKind: "reply" });
        return said.kind === "sent" ? { status: "sent", messageId: said.messageId } : { status: "withheld", messageId: null };
      });
    },
  });
}
