import assert from "node:assert/strict";
import { test } from "node:test";
import type { OpenQuestion } from "../../workflows/talk/question.store.ts";
import { comeBack } from "./come-back.ts";
import { withheldDraft, type Draft } from "./compose.ts";

const open = (question: string | null): OpenQuestion => ({ id: "ques_1", runId: "run_1", workflow: "refund", externalId: "x", expects: { choices: null, schema: null, intent: "refund", question } });
const draft: Draft = { ...withheldDraft("x"), text: "Yes, we ship to Norway.", handoffReason: null };

test("the reply to another matter ends with the question that still waits", () => {
  assert.equal(comeBack({ questions: [open("Shall I refund it?"), open("Which one?")] }, draft).text, "Yes, we ship to Norway.\n\nBack to my question: Shall I refund it?");
});

test("without an open question, and when a person takes over, nothing is added", () => {
  assert.equal(comeBack({ questions: [] }, draft), draft);
  assert.equal(comeBack({ questions: [open(null)] }, draft), draft);
  const handed = { ...draft, handoffReason: "contact.asked" };
  assert.equal(comeBack({ questions: [open("Shall I refund it?")] }, handed), handed);
});
