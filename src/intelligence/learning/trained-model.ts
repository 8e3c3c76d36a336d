import type { Clock } from "../../lib/clock.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { IntentReport } from "../../shapes/understanding.ts";
import type { Database } from "../../storage/database.ts";
import { embedExamples } from "../classifier/embed-examples.ts";
import { trainIntentModel, type IntentModel } from "../classifier/intent-model.ts";
import type { IntentExample } from "../understander.ts";
import { putModel, putReport, readModel, readReport } from "./intent-model.store.ts";
import { evaluateAside, trainAside, type TextVectors } from "./learner.ts";
import { hashExamples } from "./merge-examples.ts";
import { decodeModel, encodeModel } from "./model-bytes.ts";

export type TrainedModelDeps = { database: Database; clock: Clock };

/** What a model is of: `embedder` null for the one without weights. */
export type ModelOf = { tenantId: string; intents: readonly IntentExample[]; embedder: Embedder | null };

/** A set this small is learned before a thread has started. */
const AT_ONCE = 400;
const PATIENCE_MS = 600_000;

const countTexts = (intents: readonly IntentExample[]): number => intents.reduce((sum, { examples }) => sum + examples.length, 0);

async function vectorsOf({ tenantId, intents, embedder }: ModelOf): Promise<TextVectors | null> {
  if (embedder === null) return null;
  const { embedder: id, dimensions, byText } = await embedExamples(intents, embedder, AbortSignal.timeout(PATIENCE_MS), tenantId);
  return { embedder: id, dimensions, byText };
}

/**
 * The classifier for these examples: the stored one when they were trained on before (by any process), else trained now and stored.
 *
 * Units: a fraction of a second for a few hundred examples, some seconds for thousands; large sets on a thread of their own.
 * Throws: what the embedder throws.
 */
export async function openTrainedModel(deps: TrainedModelDeps, of: ModelOf): Promise<IntentModel> {
  const hash = hashExamples(of.intents, of.embedder?.id ?? null);
  const stored = await readModel(deps.database, of.tenantId, hash);
  const known = stored === null ? null : decodeModel(stored);
  if (known !== null) return known;
  const isSmall = of.embedder === null && countTexts(of.intents) <= AT_ONCE;
  const model = isSmall ? trainIntentModel(of.intents) : await trainAside(of.intents, await vectorsOf(of));
  await putModel(deps.database, of.tenantId, hash, encodeModel(model), new Date(deps.clock.nowMs()));
  return model;
}

/** How well these examples are told apart; made once and kept with their model. Throws: what the embedder throws. */
export async function openReport(deps: TrainedModelDeps, of: ModelOf): Promise<IntentReport> {
  const hash = hashExamples(of.intents, of.embedder?.id ?? null);
  const stored = await readReport(deps.database, of.tenantId, hash);
  if (stored !== null) return stored;
  const report = await evaluateAside(of.intents, await vectorsOf(of));
  await putReport(deps.database, of.tenantId, hash, report);
  return report;
}
