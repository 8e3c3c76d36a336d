import { z } from "zod";
import { findLeaks } from "../../guard/leak.ts";
import { declareFunction, defineFunction } from "./define-function.ts";
import type { FunctionDeps } from "./function-deps.ts";

const input = z.strictObject({
  text: z.string().max(50_000).describe("The answer to judge."),
  passages: z.array(z.union([z.string(), z.looseObject({ text: z.string() })])).default([]).describe("What it may rest on: texts, or passages as `retrieve` gives them."),
  facts: z.array(z.unknown()).default([]).describe("Results of tools and other known facts."),
});
const output = z.object({ isGrounded: z.boolean(), score: z.number(), unsupported: z.array(z.string()), leaks: z.array(z.string()) });

export const verifyDeclaration = declareFunction({ name: "verify", summary: "Judges whether a text is supported by passages and facts.", input, output, traits: { waits: false, effects: false, needsConversation: false } });

/** `call: verify`: whether a text says only what its sources say, and shows nothing personal that they do not hold. */
export function verifyFunction(deps: Pick<FunctionDeps, "judge">) {
  return defineFunction({
    ...verifyDeclaration,
    run(call, given) {
      return call.durable.step("verify", async () => {
        const passages = given.passages.map((each) => (typeof each === "string" ? each : each.text));
        const facts = given.facts.map((each) => (typeof each === "string" ? each : JSON.stringify(each ?? null)));
        const verdict = await deps.judge.judge({ reply: given.text, passages, facts, told: [] });
        const leaks = findLeaks({ reply: given.text, allowed: [...passages, ...facts] }).map((leak) => leak.kind);
        return { isGrounded: verdict.isGrounded && leaks.length === 0, score: verdict.score, unsupported: verdict.sentences.filter((sentence) => !sentence.isSupported).map((sentence) => sentence.sentence), leaks };
      });
    },
  });
}
