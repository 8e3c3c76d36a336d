import { ZodError } from "zod";
import type { StaffActor } from "../../identity/actor.ts";
import { actorName } from "../../identity/actor.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import type { Model } from "../../models/model.ts";
import { modelUnknown } from "../../models/models.errors.ts";
import { listGrades } from "../../models/routing/grade.store.ts";
import type { Grade } from "../../models/routing/grade.ts";
import { keepGrades } from "../../models/routing/keep-grades.ts";
import { nothingToGrade } from "../../models/routing/routing.errors.ts";
import type { EvaluationView } from "../../shapes/grading.ts";
import { askForGrading } from "./ask-for-grading.ts";
import { gradeOf } from "./grade-of.ts";
import { gradedModels, type GradingDeps } from "./grading-deps.ts";
import { judgeAnswers } from "./judge-answers.ts";
import { shuffled } from "./shuffled.ts";
import { listStoredPrompts, type StoredPrompt } from "./stored-prompt.store.ts";

/** `prompts`: how many at most. `judge`: a model of `models.yaml`; without one the dearest of the default route. */
export type EvaluationAsked = { prompts: number; judge?: string | undefined; by: StaffActor; signal: AbortSignal };

const AT_ONCE = 4;

/**
 * Asks all models of the default route the prompts of earlier replies, and lets one of them, or another, grade the answers. Only
 * prompts without any grade are taken. A prompt counts when all have answered and the judge has graded; what was graded until a
 * budget or the caller ends it is kept.
 *
 * Units: two to three calls a prompt and model, on the budgets of the tenant and the caller, with the purpose `evaluate`.
 * Throws: `models.nothing_to_grade`, `models.unknown` for the judge.
 */
export async function evaluateModels(deps: GradingDeps, asked: EvaluationAsked): Promise<EvaluationView> {
  const { tenantId } = asked.by;
  const { model, routable } = gradedModels(deps);
  const names = routable.map(({ name }) => name);
  const judge = asked.judge ?? names.at(-1) ?? "";
  if (!deps.models.candidates.has(judge)) throw modelUnknown({ message: `There is no model "${judge}" in models.yaml.`, details: { name: judge } });
  const known = new Set((await listGrades(deps.database, tenantId, names)).map(({ promptHash }) => promptHash));
  const prompts = (await listStoredPrompts(deps.database, tenantId)).filter(({ promptHash }) => !known.has(promptHash)).slice(0, asked.prompts);
  if (prompts.length === 0) throw nothingToGrade({ message: "No reply waits to be graded: only those count that a model wrote without tools, and whose prompt has no grade yet." });
  const run = { model, names, judge, asked, figures: createFigures() };
  const waiting = prompts.values();
  const graded: Grade[][] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const prompt of waiting) {
      if (run.figures.stopped() !== null || asked.signal.aborted) return;
      const grades = await gradePrompt(run, prompt);
      if (grades !== null) graded.push(grades);
    }
  }));
  const { failures, microUsd, stopped } = run.figures;
  if (graded.length > 0) await keepGrades(deps, { tenantId, grades: graded.flat(), by: actorName(asked.by), about: { source: "evaluation", judge, models: names, prompts: graded.length } });
  return { judge, models: names, prompts: graded.length, grades: graded.flat().length, microUsd: microUsd(), failures: failures(), stopped: stopped() };
}

type Run = { model: Model; names: readonly string[]; judge: string; asked: EvaluationAsked; figures: Figures };

async function gradePrompt({ model, names, judge, asked: { by, signal }, figures }: Run, prompt: StoredPrompt): Promise<Grade[] | null> {
  // The order of answers must not tell the judge who has written them.
  const answers = await Promise.all(shuffled(names).map((name) => figures.noted(name, async () => {
    const answer = await askForGrading({ model, name, by, stage: "answer", signal }, { messages: prompt.messages });
    figures.spend(answer.served.costMicroUsd);
    return { name, answer };
  })));
  const all = answers.filter((each) => each !== null);
  if (all.length < names.length) return null;
  const qualities = await figures.noted(judge, async () => {
    const judged = await judgeAnswers({ model, name: judge, by, signal }, prompt.messages, all.map(({ answer }) => answer.text));
    figures.spend(judged.answer.served.costMicroUsd);
    return judged.qualities;
  });
  return qualities === null ? null : all.map(({ name, answer }, place) => gradeOf(prompt, { model: name, quality: qualities[place] ?? 0, microUsd: answer.served.costMicroUsd, source: "evaluation" }));
}

type Figures = {
  /** What the work gives; null: the model did not do it, which is counted. Throws what is no failure of a model. */
  noted<Made>(model: string, work: () => Promise<Made>): Promise<Made | null>;
  spend(microUsd: number | null): void;
  microUsd(): number | null;
  failures(): EvaluationView["failures"];
  /** Why nothing more is to be asked. */
  stopped(): string | null;
};

function createFigures(): Figures {
  const failures = new Map<string, EvaluationView["failures"][number]>();
  let stopped: string | null = null;
  let spent: number | null = 0;
  return {
    async noted(model, work) {
      try {
        return await work();
      } catch (error) {
        const isOfModel = error instanceof ZodError || error instanceof SyntaxError || (error instanceof AppError && error.code.startsWith("models."));
        if (!isOfModel) throw error;
        const reason = error instanceof AppError ? error.code : "no grade came";
        if (reason.startsWith("models.over_budget")) stopped ??= messageOf(error);
        const key = `${model} ${reason}`;
        failures.set(key, { model, reason, count: (failures.get(key)?.count ?? 0) + 1 });
        return null;
      }
    },
    spend(microUsd) {
      spent = microUsd === null || spent === null ? null : spent + microUsd;
    },
    microUsd: () => spent,
    failures: () => [...failures.values()],
    stopped: () => stopped,
  };
}
