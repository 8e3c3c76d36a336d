import { actorName, type StaffActor } from "../../identity/actor.ts";
import { listGrades } from "../../models/routing/grade.store.ts";
import { keepGrades } from "../../models/routing/keep-grades.ts";
import { modelUnknown } from "../../models/models.errors.ts";
import { nothingToGrade, promptUnknown } from "../../models/routing/routing.errors.ts";
import type { ComparisonView } from "../../shapes/grading.ts";
import { askForGrading } from "./ask-for-grading.ts";
import { gradeOf } from "./grade-of.ts";
import { gradedModels, type GradingDeps } from "./grading-deps.ts";
import { shuffled } from "./shuffled.ts";
import { listStoredPrompts, readStoredPrompt } from "./stored-prompt.store.ts";

/** `models`: two of the default route; without them the cheapest and the dearest. */
export type ComparisonAsked = { models?: readonly string[] | undefined; by: StaffActor; signal: AbortSignal };

/**
 * Asks two models the prompt of the newest reply that no person has graded for both, and shows their answers in an order that is drawn.
 * Nothing is kept.
 *
 * Throws: `models.nothing_to_grade`, `models.unknown`; what the models throw.
 */
export async function compareAnswers(deps: GradingDeps, { models, by, signal }: ComparisonAsked): Promise<ComparisonView> {
  const { model, routable } = gradedModels(deps);
  const all = routable.map(({ name }) => name);
  const names = models ?? [all[0] ?? "", all.at(-1) ?? ""];
  for (const name of names) if (!all.includes(name)) throw notOfRoute(name);
  const graded = new Set((await listGrades(deps.database, by.tenantId, names)).filter(({ source }) => source === "person").map(({ promptHash, model: name }) => `${promptHash} ${name}`));
  const next = (await listStoredPrompts(deps.database, by.tenantId)).find(({ promptHash }) => names.some((name) => !graded.has(`${promptHash} ${name}`)));
  if (next === undefined) throw nothingToGrade({ message: "No reply waits to be graded: only those count that a model wrote without tools." });
  const answers = await Promise.all(shuffled(names).map(async (name) => ({ model: name, text: (await askForGrading({ model, name, by, stage: "answer", signal }, { messages: next.messages })).text })));
  const talk = next.messages.slice(0, -1).flatMap(({ role, text }) => (role === "user" || role === "assistant" ? [{ author: role === "user" ? ("contact" as const) : ("ai" as const), text }] : []));
  return { id: next.id, prompt: next.prompt, talk, answers };
}

/** A person's grades of answers to a stored prompt, which take the place of a model's. `quality` 0..1. */
export type PersonGrades = { id: string; grades: readonly { model: string; quality: number }[]; by: StaffActor };

/** Throws: `models.prompt_unknown`, `models.unknown`. */
export async function takePersonGrades(deps: GradingDeps, { id, grades, by }: PersonGrades): Promise<void> {
  const prompt = await readStoredPrompt(deps.database, by.tenantId, id);
  if (prompt === null) throw promptUnknown();
  const names = gradedModels(deps).routable.map(({ name }) => name);
  for (const { model } of grades) if (!names.includes(model)) throw notOfRoute(model);
  // What an answer costs is counted from the price when it is learned from.
  await keepGrades(deps, { tenantId: by.tenantId, grades: grades.map((given) => gradeOf(prompt, { ...given, microUsd: null, source: "person" })), by: actorName(by), about: { source: "person", models: grades.map(({ model }) => model) } });
}

function notOfRoute(name: string): Error {
  return modelUnknown({ message: `"${name}" is no model of the default route in models.yaml.`, details: { name } });
}
