import type { SecretReader } from "../credentials/secret-reader.ts";
import { readContact } from "../identity/contact.store.ts";
import { createStreamRestorer, type Placeholder, type Redactor } from "../guard/redactor.ts";
import { restoreDeep } from "../guard/redact-deep.ts";
import type { Understander } from "../intelligence/understander.ts";
import { answerExtractively } from "../knowledge/answer-extractive.ts";
import { retrieve, type RetrieveDeps } from "../knowledge/retrieve.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Budgets } from "../models/budgets/budgets.ts";
import { createStoredCache } from "../models/cache/answer-cache.store.ts";
import { composeModels, type Models } from "../models/compose-models.ts";
import type { ModelConfig } from "../models/choose-model.ts";
import type { Embedder } from "../models/embeddings/embedder.ts";
import { estimatePromptTokens, estimateTokens } from "../models/estimate-tokens.ts";
import type { ReadKey } from "../models/inventory/open-model.ts";
import type { Model, ModelPart, ModelRequest } from "../models/model.ts";
import { modelCannotAnswer, modelMisconfigured } from "../models/models.errors.ts";
import type { LearnedRouter } from "../models/routing/open-router.ts";
import { applyRules } from "../models/route/apply-rules.ts";
import type { ReadTraits } from "../models/route/read-traits.ts";
import type { HidePersonal } from "../models/wrappers/with-hiding.ts";
import type { ModelSpan } from "../models/wrappers/with-trace.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Database } from "../storage/database.ts";
import type { Workspace } from "../workspace/workspace.ts";

export type AppModelDeps = {
  database: Database; clock: Clock; log: Log; metrics: Metrics; workspace: Pick<Workspace, "models" | "tenantId">; settings: ModelConfig; secrets: SecretReader; redactor: Redactor; budgets: Budgets | null; embedder: Embedder | null; router: LearnedRouter | null;
  /** How customers' messages are read, for calls of other applications that rules by intent are about. Asked when the first such call comes. */
  understander(): Understander;
  knowledge: Omit<RetrieveDeps, "database">;
};

/** The models of this installation, with what stands higher than they do given to them. */
export function composeAppModels(deps: AppModelDeps): Models {
  const { workspace, settings, database, clock, log } = deps;
  return composeModels({
    file: workspace.models, settings, opening: { readKey: keyReader(deps), builtIn: builtInAnswer(deps.knowledge) }, budgets: deps.budgets, applyRules, ...(deps.router === null ? {} : { chooseLearned: deps.router.chooseModelFor, routerNeedsIntent: deps.router.needsIntent }), readTraits: readTraits(deps), embedder: deps.embedder, log,
    cache: workspace.models === null ? null : createStoredCache({ database, clock, ttlSeconds: workspace.models.cache.ttlSeconds }),
    hide: hidePersonal(deps), record: (span) => recordSpan(deps, span),
  });
}

const RECENT = 6;

/** What a call of another application asks for. The prompt's classes of data go with it, so what must stay in the house is hidden where a model outside is asked. */
function readTraits(deps: Pick<AppModelDeps, "understander">): ReadTraits {
  return async ({ messages, context, signal }) => {
    const place = messages.findLastIndex((message) => message.role === "user");
    const recent = messages.slice(0, Math.max(0, place)).flatMap((message) => (message.role === "user" || message.role === "assistant" ? [{ author: message.role === "user" ? ("contact" as const) : ("ai" as const), text: message.text }] : [])).slice(-RECENT);
    const { intents: [intent], risks: [risk], language } = await deps.understander().understand({ text: messages[place]?.text ?? "", recent, call: { ...context, purpose: "understand", stage: "route" }, signal });
    return { language, ...(intent === undefined ? {} : { intent: intent.name }), ...(risk === undefined ? {} : { risk }) };
  };
}

function keyReader({ secrets, workspace }: Pick<AppModelDeps, "secrets" | "workspace">): ReadKey {
  return async (name) => {
    const value = await secrets.read(workspace.tenantId, name);
    if (value === null) throw modelMisconfigured({ message: `The secret "${name}" of models.yaml is not set: set it by \`baton secrets set ${name}\`.`, details: { name } });
    return value;
  };
}

/** Placeholders for one request; the contact's name is known by its record. */
export function hidePersonal({ redactor, database }: Pick<AppModelDeps, "redactor" | "database">): HidePersonal {
  return async (texts, context) => {
    const contact = context.contactId === undefined ? null : await readContact(database, context.tenantId, context.contactId);
    const names = contact === null || contact.name === null ? [] : [contact.name];
    let placeholders: readonly Placeholder[] = [];
    const hidden = texts.map((text) => {
      const made = redactor.redact({ text, known: placeholders, names });
      placeholders = made.placeholders;
      return made.text;
    });
    const restorer = createStreamRestorer(placeholders);
    return { texts: hidden, restoring: { text: (chunk) => restorer.push(chunk), end: () => restorer.end(), value: (value) => restoreDeep(value, placeholders) } };
  };
}

const PASSAGES = 8;

/** The built-in answerer as a model: the last question, answered in the sentences of the articles that the asker may read. */
function builtInAnswer(knowledge: AppModelDeps["knowledge"]): Model["stream"] {
  return async function* answer(request: ModelRequest): AsyncGenerator<ModelPart> {
    const { tenantId, audiences } = request.context;
    const asked = request.messages.findLast((message) => message.role === "user")?.text ?? "";
    const passages = audiences.length === 0 ? [] : await retrieve(knowledge, { tenantId, audiences, query: asked, limit: PASSAGES, call: request.context });
    const found = answerExtractively({ question: asked, passages });
    if (found.kind !== "answer") throw modelCannotAnswer();
    yield { kind: "text", text: found.text };
    yield { kind: "finish", reason: "stop", usage: { promptTokens: estimatePromptTokens(request.messages, []), completionTokens: estimateTokens(found.text), isEstimated: true } };
  };
}

/** One call in metrics and log. */
export function recordSpan({ metrics, log }: Pick<AppModelDeps, "metrics" | "log">, span: ModelSpan): void {
  const { attributes, context } = span;
  const error = attributes["error.type"];
  const labels = { provider: String(attributes["gen_ai.provider.name"]), model: String(attributes["gen_ai.response.model"] ?? attributes["gen_ai.request.model"]), purpose: context.purpose };
  metrics.observeUs("gen_ai_client_operation_duration_seconds", { ...labels, outcome: error === undefined ? "ok" : String(error) }, span.durationUs);
  if (span.firstPartUs !== null) metrics.observeUs("gen_ai_client_operation_time_to_first_chunk_seconds", labels, span.firstPartUs);
  const ids = { tenantId: context.tenantId, turnId: context.turnId, runId: context.runId, apiKeyId: context.apiKeyId };
  if (error !== undefined) log.warn("models.call_failed", { ...attributes, ...ids });
  else log.debug("models.called", { ...attributes, ...ids });
}
