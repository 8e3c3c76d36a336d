import { listCorrections, type IntentCorrection } from "../../intelligence/learning/intent-example.store.ts";
import { learnedExamples } from "../../intelligence/learning/intent-learning.ts";
import { listTrainings, type IntentTraining } from "../../intelligence/learning/intent-training.store.ts";
import { openReport } from "../../intelligence/learning/trained-model.ts";
import type { Understanding } from "../../intelligence/understander.ts";
import type { CorrectionView, ReadingView, TrainingView, UnderstandingView } from "../../shapes/understanding.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { UnderstandingParts } from "./compose-understanding.ts";

/** How well messages are read, and what people have taught. The figures are made when they are first asked for, in seconds. */
export async function viewUnderstanding({ learning, teaching }: UnderstandingParts, workspace: Pick<Workspace, "intents">): Promise<UnderstandingView> {
  const { database, tenantId, embedder } = teaching;
  const report = await openReport(teaching, { tenantId, intents: await learnedExamples(teaching), embedder });
  return {
    by: [...learning.by()], intents: workspace.intents.map(({ name, description }) => ({ name, description })), report,
    corrections: (await listCorrections(database, tenantId)).map(viewCorrection), trainings: (await listTrainings(database, tenantId)).map(viewTraining),
  };
}

export function viewCorrection({ id, text, intent, readAs, messageId, by, at, learnedIn }: IntentCorrection): CorrectionView {
  return { id, text, intent, readAs, messageId, by, at, state: learnedIn === null ? "waiting" : "learned" };
}

export function viewTraining({ number, ...training }: IntentTraining): TrainingView {
  return { id: `training_${number}`, ...training };
}

/** The number in `training_3`; null for anything else. */
export function numberOfTraining(id: string): number | null {
  const [, digits] = /^training_(\d{1,9})$/.exec(id) ?? [];
  return digits === undefined ? null : Number(digits);
}

export function viewReading({ intents, language, sentiment, frustration, urgency, risks, entities, steps }: Understanding, by: readonly string[]): ReadingView {
  return {
    intents, language, sentiment, frustration, urgency, risks, entities: entities.map(({ kind, value, normal = null }) => ({ kind, value, normal })),
    by: steps === undefined ? [...by] : steps.map((step) => step.by),
  };
}
