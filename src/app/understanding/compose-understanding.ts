import { createLanguageModelUnderstander } from "../../intelligence/adapters/language-model.ts";
import { OUT_OF_SCOPE } from "../../intelligence/classifier/intent-model.ts";
import { openIntentLearning, type IntentLearning } from "../../intelligence/learning/intent-learning.ts";
import type { TeachDeps } from "../../intelligence/learning/teach-intents.ts";
import type { IntentExample } from "../../intelligence/understander.ts";
import type { Redactor } from "../../guard/redactor.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { Model } from "../../models/model.ts";
import type { Database } from "../../storage/database.ts";
import type { Workspace } from "../../workspace/workspace.ts";

type UnderstandingDeps = { database: Database; clock: Clock; log: Log; workspace: Workspace; redactor: Redactor; model: Model | null; /** The workspace's, for meanings; asked only where texts stay in the house. */ embedder: Embedder | null };

/** How messages are read, and how people teach it. */
export type UnderstandingParts = { learning: IntentLearning; teaching: TeachDeps };

/** The workspace's intents as classifiers are trained on them, with what fits none of them. */
export function taxonomyOf(workspace: Pick<Workspace, "intents" | "outOfScopeExamples">): IntentExample[] {
  return [...workspace.intents.map(({ name, description, examples }) => ({ name, description, examples })), { name: OUT_OF_SCOPE, examples: workspace.outOfScopeExamples }];
}

/** Opens the workspace's understander. Throws: what the embedder throws. */
export async function composeUnderstanding({ database, clock, log, workspace, redactor, model, embedder: given }: UnderstandingDeps): Promise<UnderstandingParts> {
  const { tenantId, entityPatterns, understanding: { askModelBelow: below, route } } = workspace;
  const intents = taxonomyOf(workspace);
  // "hashed" vectors say what words and characters say already.
  const embedder = given?.handling === "inside" && workspace.embeddings !== "hashed" ? given : null;
  const languageModel = model === null || below === undefined ? null : { understander: createLanguageModelUnderstander({ model, intents, entityPatterns, route }), below };
  const learning = await openIntentLearning({ database, clock, log, tenantId, intents, entityPatterns, embedder, languageModel });
  return { learning, teaching: { database, clock, tenantId, intents, embedder, redact: (text) => redactor.redact({ text, known: [], names: [] }).text, follow: learning.follow } };
}
