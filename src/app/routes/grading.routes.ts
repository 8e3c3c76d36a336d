import { createRoute, z } from "@hono/zod-openapi";
import { allow } from "../../identity/rights.ts";
import { plainText } from "../../lib/plain-text.ts";
import { countGrades } from "../../models/routing/grade.store.ts";
import { comparisonView, evaluationView } from "../../shapes/grading.ts";
import type { App } from "../app.ts";
import { compareAnswers, takePersonGrades } from "../grading/compare-answers.ts";
import { evaluateModels } from "../grading/evaluate-models.ts";
import { body, createApi, json, problems, staff } from "../http/api.ts";

const tags = ["routes"];
const model = plainText(120).min(1);
const comparison = z.object({ models: z.array(model).length(2).refine(([one, other]) => one !== other, "Two different models.").optional().describe("Two of the default route; without them the cheapest and the dearest.") });
const grades = z.object({ id: plainText(60).min(1).describe("Of the comparison."), grades: z.array(z.object({ model, quality: z.number().min(0).max(1).describe("1: right, 0: wrong.") })).min(1).max(10) });
const evaluation = z.object({ prompts: z.int().min(1).max(50).default(20).describe("How many at most; each is put to every model of the default route and to the judge."), judge: model.optional().describe("A model of models.yaml; without it the dearest of the default route.") });
const counts = z.object({ grades: z.number(), prompts: z.number(), models: z.number() });

const routes = {
  compare: createRoute({ method: "post", path: "/api/routes/comparisons", tags, summary: "Two models' answers to the prompt of an earlier reply, for a person to grade", request: body(comparison), responses: { 200: json(z.object(comparisonView.shape).openapi("AnswerComparison"), "In an order that is drawn."), ...problems } }),
  grade: createRoute({ method: "put", path: "/api/routes/grades", tags, summary: "A person's grades of the answers of a comparison; they take the place of a model's", request: body(grades), responses: { 200: json(counts, "How many grades are kept in all."), ...problems } }),
  evaluate: createRoute({ method: "post", path: "/api/routes/evaluations", tags, summary: "Put prompts of earlier replies to all models of the default route and let a model grade the answers, within the budgets (admins)", request: body(evaluation), responses: { 200: json(z.object(evaluationView.shape).openapi("ModelEvaluation"), "What came of it, when it has ended."), ...problems } }),
};

export function gradingRoutes(app: Pick<App, "identity" | "database" | "clock" | "models" | "workspace">) {
  const api = createApi();
  api.openapi(routes.compare, async (c) => {
    const by = allow(await staff(c, app.identity), "routes.grade");
    return c.json(await compareAnswers(app, { ...c.req.valid("json"), by, signal: c.req.raw.signal }), 200);
  });
  api.openapi(routes.grade, async (c) => {
    const by = allow(await staff(c, app.identity), "routes.grade");
    await takePersonGrades(app, { ...c.req.valid("json"), by });
    return c.json(await countGrades(app.database, by.tenantId), 200);
  });
  api.openapi(routes.evaluate, async (c) => {
    const by = allow(await staff(c, app.identity), "routes.evaluate");
    return c.json(await evaluateModels(app, { ...c.req.valid("json"), by, signal: c.req.raw.signal }), 200);
  });
  return api;
}
