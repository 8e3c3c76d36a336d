import { z } from "zod";
import type { CallContext } from "../../models/call-context.ts";
import { DATA_CLASSES } from "../../shapes/data-class.ts";
import { findLeaks } from "../../guard/leak.ts";
import { declareFunction, defineFunction } from "./define-function.ts";
import type { FunctionCall } from "./function.ts";
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
        const verdict = await deps.judge.judge({ reply: given.text, passages, facts, told: [], call: contextOf(call), signal: call.durable.signal });
        const leaks = findLeaks({ reply: given.text, allowed: [...passages, ...facts] }).map((leak) => leak.kind);
        return { isGrounded: verdict.isGrounded && leaks.length === 0, score: verdict.score, unsupported: verdict.sentences.filter((sentence) => !sentence.isSupported).map((sentence) => sentence.sentence), leaks };
      });
    },
  });
}

/** What is judged may hold anything personal: a model outside gets placeholders. */
function contextOf({ subject, task }: FunctionCall): CallContext {
  const { tenantId, runId, workflow, conversationId, contactId, caseId, turnId } = subject;
  return {
    tenantId, purpose: "judge", runId, workflow: workflow.name, stage: task.name, dataClasses: DATA_CLASSES, audiences: [], cache: "off",
    ...(conversationId === null ? {} : { conversationId }), ...(contactId === null ? {} : { contactId }), ...(caseId === null ? {} : { caseId }), ...(turnId === null ? {} : { turnId }),
  };
}
