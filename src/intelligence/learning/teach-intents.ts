import { newId } from "../../lib/ids.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { IntentReport, IntentSummary } from "../../shapes/understanding.ts";
import { correctionUnknown, intentUnknown, nothingToLearn, trainingNotLast } from "../intelligence.errors.ts";
import { deleteWaiting, insertCorrection, listCorrections, markLearned, unlearn, type IntentCorrection } from "./intent-example.store.ts";
import { insertTraining, listTrainings, lockTrainings, markUndone, readLastStanding, type IntentTraining } from "./intent-training.store.ts";
import type { IntentLearning, IntentLearningDeps } from "./intent-learning.ts";
import { mergeExamples } from "./merge-examples.ts";
import { openReport, openTrainedModel } from "./trained-model.ts";

export type TeachDeps = Pick<IntentLearningDeps, "database" | "clock" | "tenantId" | "intents" | "embedder"> & {
  /** Takes personal values out of a text; placeholders stand for them. */
  redact(text: string): string;
  /** After something was learned or undone: this process follows at once. */
  follow: IntentLearning["follow"];
};

/** `by`: an actor's name in the ledger, as `user:user_…`. */
export type Correction = { text: string; intent: string; readAs: string | null; messageId: string; by: string };

/**
 * Keeps what a person says a message means; it waits until the next training. A message that waits already gets the new intent.
 *
 * Throws: `intelligence.intent_unknown`.
 */
export async function correctIntent(deps: TeachDeps, given: Correction): Promise<IntentCorrection> {
  if (!deps.intents.some(({ name }) => name === given.intent)) throw intentUnknown({ message: `The workspace has no intent "${given.intent}". It has ${deps.intents.map(({ name }) => name).join(", ")}.` });
  const at = new Date(deps.clock.nowMs());
  const made = { id: newId("example", at.getTime()), text: deps.redact(given.text).trim(), intent: given.intent, readAs: given.readAs, messageId: given.messageId, by: given.by };
  await deps.database.transaction(deps.tenantId, async (query) => {
    await insertCorrection(query, deps.tenantId, made, at);
    await recordInLedger(query, deps.tenantId, [{ kind: "understanding.corrected", subjectId: made.id, actor: given.by, at, body: { messageId: given.messageId, intent: given.intent, readAs: given.readAs } }]);
  });
  return { ...made, at: at.toISOString(), learnedIn: null };
}

/** Throws: `intelligence.correction_unknown`, also for one that is learned. */
export async function withdrawCorrection(deps: Pick<TeachDeps, "database" | "clock" | "tenantId">, id: string, by: string): Promise<void> {
  const at = new Date(deps.clock.nowMs());
  await deps.database.transaction(deps.tenantId, async (query) => {
    if ((await deleteWaiting(query, deps.tenantId, id)) === null) throw correctionUnknown();
    await recordInLedger(query, deps.tenantId, [{ kind: "understanding.correction_withdrawn", subjectId: id, actor: by, at, body: {} }]);
  });
}

export function summaryOf({ examples, accuracy, noneRecall, calibrationError }: IntentReport): IntentSummary {
  return { examples, accuracy, noneRecall, calibrationError };
}

/**
 * Learns all corrections that wait: trains with them, measures before and after by cross-validation, and stores all of it. From
 * then on messages are read by it, in every process within two seconds.
 *
 * Units: seconds for thousands of examples, on a thread of its own.
 * Throws: `intelligence.nothing_to_learn`; what the embedder throws.
 */
export async function learnCorrections(deps: TeachDeps, by: string): Promise<IntentTraining> {
  const { database, tenantId, clock, embedder } = deps;
  const all = await listCorrections(database, tenantId);
  const waiting = all.filter(({ learnedIn }) => learnedIn === null);
  if (waiting.length === 0) throw nothingToLearn();
  const of = (corrections: readonly IntentCorrection[]) => ({ tenantId, intents: mergeExamples(deps.intents, corrections), embedder });
  const before = summaryOf(await openReport(deps, of(all.filter(({ learnedIn }) => learnedIn !== null))));
  // Trained and measured before anything is changed: the next reading finds the model stored.
  const next = of(all);
  await openTrainedModel(deps, { ...next, embedder: null });
  if (embedder !== null) await openTrainedModel(deps, next);
  const after = summaryOf(await openReport(deps, next));
  const at = new Date(clock.nowMs());
  await database.transaction(tenantId, async (query) => {
    const number = ((await lockTrainings(query, tenantId))?.number ?? 0) + 1;
    const learned = await markLearned(query, tenantId, number, waiting.map(({ id }) => id));
    if (learned === 0) throw nothingToLearn();
    await insertTraining(query, tenantId, { number, learned, before, after, by }, at);
    await recordInLedger(query, tenantId, [{ kind: "understanding.learned", subjectId: String(number), actor: by, at, body: { learned, before, after } }]);
  });
  await deps.follow();
  const [made] = await listTrainings(database, tenantId);
  if (made === undefined) throw nothingToLearn();
  return made;
}

/** Takes the latest training back: its corrections wait again, and messages are read as before. Throws: `intelligence.training_not_last`. */
export async function undoTraining(deps: Pick<TeachDeps, "database" | "clock" | "tenantId" | "follow">, number: number, by: string): Promise<void> {
  const { database, tenantId } = deps;
  const at = new Date(deps.clock.nowMs());
  await database.transaction(tenantId, async (query) => {
    await lockTrainings(query, tenantId);
    if ((await readLastStanding(query, tenantId))?.number !== number) throw trainingNotLast();
    await unlearn(query, tenantId, number);
    await markUndone(query, tenantId, number, by, at);
    await recordInLedger(query, tenantId, [{ kind: "understanding.undone", subjectId: String(number), actor: by, at, body: {} }]);
  });
  await deps.follow();
}
