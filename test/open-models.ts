import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { createBuiltInRedactor } from "../src/guard/adapters/built-in-redactor.ts";
import { restoreDeep } from "../src/guard/redact-deep.ts";
import { createStreamRestorer, type Placeholder } from "../src/guard/redactor.ts";
import { createLog } from "../src/lib/log.ts";
import type { Budgets } from "../src/models/budgets/budgets.ts";
import { composeModels, type ChooseLearned, type ComposeModels, type Models } from "../src/models/compose-models.ts";
import { modelsFile } from "../src/models/inventory/models-file.ts";
import { noContext, requestOf } from "../src/models/model.contract.ts";
import type { Model, ModelRequest } from "../src/models/model.ts";
import { readAnswer } from "../src/models/read-answer.ts";
import { applyRules } from "../src/models/route/apply-rules.ts";
import type { HidePersonal } from "../src/models/wrappers/with-hiding.ts";
import type { ModelSpan } from "../src/models/wrappers/with-trace.ts";
import { type ScriptedAnswer, type ScriptedModelServer, type ScriptedRequest, startScriptedModel } from "./scripted-model.ts";

/** The built-in redactor as compose gives it, without names. */
export const hide: HidePersonal = async (texts) => {
  const redactor = createBuiltInRedactor();
  let placeholders: readonly Placeholder[] = [];
  const hidden = texts.map((text) => {
    const made = redactor.redact({ text, known: placeholders, names: [] });
    placeholders = made.placeholders;
    return made.text;
  });
  const restorer = createStreamRestorer(placeholders);
  return { texts: hidden, restoring: { text: (chunk) => restorer.push(chunk), end: () => restorer.end(), value: (value) => restoreDeep(value, placeholders) } };
};

export type OpenedModels = AsyncDisposable & { models: Models; model: Model; server: ScriptedModelServer; spans: ModelSpan[]; asked(): string[]; ask(given?: Partial<ModelRequest>): ReturnType<typeof readAnswer> };

/** Models as a `models.yaml` declares them, all on one scripted server; `SERVER` in the file is its address. `rules` answer by the provider's model. */
export async function openModels(file: string, rules: (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>, given: { hide?: HidePersonal | null; builtIn?: Model["stream"]; budgets?: Budgets; chooseLearned?: ChooseLearned } = {}): Promise<OpenedModels> {
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(await startScriptedModel(rules));
  const spans: ModelSpan[] = [];
  const models = composeModels({
    ...bare(), file: modelsFile.parse(parse(file.replaceAll("SERVER", server.url))), hide: given.hide === undefined ? hide : given.hide, record: (span) => void spans.push(span),
    budgets: given.budgets ?? null, ...(given.chooseLearned === undefined ? {} : { chooseLearned: given.chooseLearned }), opening: { readKey: async () => "sk-secret", builtIn: given.builtIn ?? null },
  });
  const { model } = models;
  if (model === null) return assert.fail("no model");
  cleanup.move();
  return { models, model, server, spans, asked: () => server.requests.map((request) => request.model), ask: (request = {}) => readAnswer(model, requestOf(request)), [Symbol.asyncDispose]: server.close };
}

export const compatible = (name: string, more: Record<string, unknown> = {}) => ({ name, provider: "openai-compatible", url: "SERVER", ...more });
export const fileOf = (models: object[], routes: Record<string, unknown>, more: Record<string, unknown> = {}) => stringify({ models, routes, ...more });
export const twoModels = (route: unknown = ["first", "second"]) => fileOf([compatible("first"), compatible("second")], { default: route });
export const personal = { ...noContext, dataClasses: ["personal" as const] };

/** What models are made of where nothing else is wanted. */
export function bare(): ComposeModels {
  return { file: null, settings: {}, budgets: null, cache: null, embedder: null, hide, applyRules, record: () => {}, opening: { readKey: async () => "k", builtIn: null }, log: createLog({ level: "error", isPretty: true }) };
}
