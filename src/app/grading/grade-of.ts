import type { Grade } from "../../models/routing/grade.ts";
import type { StoredPrompt } from "./stored-prompt.store.ts";

/** What was made of one answer to a stored prompt. */
export function gradeOf({ promptHash, prompt, intent, language }: StoredPrompt, made: Pick<Grade, "model" | "quality" | "microUsd" | "source">): Grade {
  return { promptHash, prompt, intent, language, ...made };
}
