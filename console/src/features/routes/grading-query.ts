import type { ComparisonView, EvaluationView } from "../../../../src/shapes/grading.ts";
import { fetchJson } from "../../lib/fetch-json.ts";

const PATH = "/api/routes";

export type GivenGrade = { model: string; quality: number };

/** Two models' answers to the prompt of an earlier reply. */
export function compare(): Promise<ComparisonView> {
  return fetchJson<ComparisonView>(`${PATH}/comparisons`, { method: "POST", body: {} });
}

export function keepGrades(id: string, grades: readonly GivenGrade[]): Promise<unknown> {
  return fetchJson(`${PATH}/grades`, { method: "PUT", body: { id, grades } });
}

export function evaluate(prompts: number): Promise<EvaluationView> {
  return fetchJson<EvaluationView>(`${PATH}/evaluations`, { method: "POST", body: { prompts } });
}
