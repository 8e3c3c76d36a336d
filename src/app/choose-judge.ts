import { createBuiltInGroundingJudge } from "../guard/adapters/built-in-judge.ts";
import { createLanguageModelJudge } from "../guard/adapters/language-model-judge.ts";
import { createLocalModelJudge } from "../guard/adapters/local-model-judge.ts";
import type { GroundingJudge } from "../guard/groundedness.ts";
import type { GuardSettings } from "../guard/guard-file.ts";
import type { Embedder } from "../models/embeddings/embedder.ts";
import type { Model } from "../models/model.ts";
import { workspaceInvalid } from "../workspace/workspace.errors.ts";

/** The judge that `guard` in `baton.yaml` names. Throws `workspace.invalid` where what it needs is not there: a weaker judge is no silent substitute. */
export function chooseJudge({ judge, route }: Pick<GuardSettings, "judge" | "route">, { model, embedder }: { model: Model | null; embedder: Embedder | null }): GroundingJudge {
  if (judge === "language-model") {
    if (model === null) throw workspaceInvalid({ message: "baton.yaml: guard.judge is language-model, but no model is set: set one, or choose built-in." });
    return createLanguageModelJudge({ model, route });
  }
  if (judge === "local-model") {
    if (embedder === null || embedder.handling !== "inside") throw workspaceInvalid({ message: "baton.yaml: guard.judge is local-model, but embeddings name no model inside the house: name one, or choose built-in." });
    return createLocalModelJudge({ embedder });
  }
  return createBuiltInGroundingJudge();
}
