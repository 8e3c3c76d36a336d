import type { Understanding } from "../../intelligence/understander.ts";
import { hasForm, readAnswer } from "../../workflows/talk/read-answer.ts";
import type { OpenQuestion } from "../../workflows/talk/question.store.ts";
import type { IntentRule } from "../../workspace/workspace.ts";

/** How sure the understanding must be before a message counts as another matter. */
const OTHER_CONFIDENCE = 0.7;
const OTHER_WORDS = 3;

/**
 * The question of a run that a message answers, out of those that wait in its conversation, the last one asked first.
 *
 * The rule: an answer that has the wanted form (one of the choices, a number, a pattern) is an answer whatever else it may
 * be, and so is one that takes the wish back. A message that has neither, and is clearly another matter (an intent of the workspace with confidence 0.7 or more, not
 * the question's own, at least three words, to be answered by more than a fixed sentence), is dealt with as such and the
 * question stays open. Everything else goes to the question that was asked last, which asks again when it does not fit.
 * Risks and a wish for a person come before this. Pure.
 */
export function chooseQuestion(intents: ReadonlyMap<string, IntentRule>, questions: readonly OpenQuestion[], understanding: Understanding, text: string): OpenQuestion | null {
  const last = questions[0];
  if (last === undefined) return null;
  const fitting = questions.find((question) => hasForm(question.expects) && readAnswer(question.expects, text).kind === "fits");
  if (fitting !== undefined) return fitting;
  if (readAnswer(last.expects, text).kind === "declined") return last;
  const top = understanding.intents[0];
  const action = top === undefined ? undefined : intents.get(top.name)?.action;
  const isOther = top !== undefined && top.confidence >= OTHER_CONFIDENCE && top.name !== last.expects.intent && action !== undefined && action.kind !== "say" && text.trim().split(/\s+/).length >= OTHER_WORDS;
  return isOther ? null : last;
}
