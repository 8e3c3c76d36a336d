import { cut } from "../../lib/cut.ts";
import type { TurnContext } from "../turn.ts";
import type { Draft } from "./compose.ts";

const LONGEST_QUESTION = 500;

/**
 * The reply to another matter, with the question of a run that still waits for its answer put again at its end. Not when a
 * person takes over, and not beside a question of the reply's own.
 *
 * Replay: pure. It needs no check: the contact has been asked these very words before.
 */
export function comeBack(context: Pick<TurnContext, "questions">, draft: Draft): Draft {
  const open = context.questions[0]?.expects.question ?? null;
  if (open === null || draft.handoffReason !== null || draft.pending !== null) return draft;
  return { ...draft, text: `${draft.text}\n\nBack to my question: ${cut(open, LONGEST_QUESTION)}` };
}
