import type { Log } from "../lib/log.ts";
import { messageOf } from "../lib/app-error.ts";
import type { Budgets } from "./budgets/budgets.ts";
import { wrapBudget } from "./budgets/wrap-budget.ts";
import { wrapThrift } from "./budgets/wrap-thrift.ts";
import type { AnswerCache, CachedAnswer } from "./cache/answer-cache.ts";
import { cacheModeOf, type CacheModes } from "./cache/cache-mode.ts";
import { cacheKey } from "./cache/cache-key.ts";
import type { ModelConfig } from "./choose-model.ts";
import type { Embedder } from "./embeddings/embedder.ts";
import { STRICT_RULES } from "./inventory/data-rules.ts";
import { declaredModels } from "./inventory/declared-models.ts";
import { namesOf, PROVIDERS, type DataRules, type ModelEntry, type ModelsFile, type Provider, type RouteDefinition, type RouteRule } from "./inventory/models-file.ts";
import { openModel, type OpenedModel, type OpenModelDeps } from "./inventory/open-model.ts";
import type { Model, ModelRequest } from "./model.ts";
import type { Candidate } from "./route/candidate.ts";
import { createTraits, withTraits, type ReadTraits, type WithTraits } from "./route/read-traits.ts";
import { createRouter, findRoute, type ChooseRoute, type Router } from "./route/route-model.ts";
import { reorderSteps } from "./routing/reorder-steps.ts";
import { spareModels } from "./route/spare-models.ts";
import { withAnswerForm, type AnswerForm } from "./wrappers/with-answer-form.ts";
import { withCache } from "./wrappers/with-cache.ts";
import { withCheckedAnswer } from "./wrappers/with-checked-answer.ts";
import { withHiding, type HidePersonal, type HidingDeps } from "./wrappers/with-hiding.ts";
import { createPlaces, WAIT_FOR_PLACE, withPlaces, type Places } from "./wrappers/with-places.ts";
import { createBreaker, DEFAULT_RETRY, systemDeps, withRetry } from "./wrappers/with-retry.ts";
import { withServed } from "./wrappers/with-served.ts";
import { DEFAULT_TIMEOUTS, withTimeout, type ModelTimeouts } from "./wrappers/with-timeout.ts";
import { withTrace, type ModelSpan } from "./wrappers/with-trace.ts";

/** Which route a request takes, given the rules of `models.yaml`; the name of a route or of a model, null: the default one. */
export type ApplyRules = (rules: readonly RouteRule[], request: ModelRequest) => { use: string; reason: string } | null;

/** What was learned from graded cases, asked where no rule holds: models in their order, before the others of the default route; null: that route as it is. */
export type ChooseLearned = (request: ModelRequest) => { names: readonly string[]; reason: string } | null;

export type ComposeModels = {
  /** `models.yaml`; null: what the settings say. */
  file: ModelsFile | null;
  settings: ModelConfig;
  opening: Pick<OpenModelDeps, "readKey" | "builtIn">;
  budgets: Budgets | null;
  /** Null: nothing is kept. */
  cache: AnswerCache | null;
  embedder: Embedder | null;
  hide: HidePersonal | null;
  applyRules: ApplyRules;
  chooseLearned?: ChooseLearned;
  routerNeedsIntent?(): boolean;
  /** Reads intent, risk and language of a request that does not tell them. */
  readTraits?: ReadTraits;
  /** Each call when it has ended. */
  record(span: ModelSpan): void;
  log: Log;
};

/** All models of a workspace. */
export type Models = {
  /** What every caller uses; null: there is no model, and the built-in answerer does the work. */
  model: Model | null;
  inventory: ReadonlyMap<string, OpenedModel>;
  candidates: ReadonlyMap<string, Candidate>;
  routes: ReadonlyMap<string, RouteDefinition>;
  dataRules: DataRules;
  /** Whether an answer to this request may come out of the cache, or go into it. */
  usesCache(request: ModelRequest): boolean;
  /** The request with what the rules and the learned router ask about; `model` does it by itself, before `plan` it is the caller's to do. */
  traitsOf: WithTraits;
  /** Which models would be asked; for callers that speak to a provider themselves. Budgets, redaction and places are then theirs. */
  plan: Router["plan"] | null;
};

/**
 * The only place that puts wrappers around models. From outside in:
 * trace, traits, cache, check of structured answers, thrift, route (with fallback, balance and hedge); and around each model of it:
 * data rules and redaction, places, form of structured answers, retry with breaker, budget, timeout, provider.
 *
 * Errors: `models.misconfigured`, naming the entry of `models.yaml`. Nothing is called.
 */
export function composeModels(deps: ComposeModels): Models {
  const hiding: HidingDeps = { rules: deps.file?.dataRules ?? STRICT_RULES, hide: deps.hide };
  const { candidates, inventory, routes } = makeCandidates(deps, hiding);
  const rules = deps.file?.routes.rules ?? [];
  const modes: CacheModes = { routes, purposes: deps.file?.cache.purposes ?? {}, ruleOf: (request) => deps.applyRules(rules, request)?.use ?? null };
  const modeOf = (request: ModelRequest) => cacheModeOf(modes, request);
  const usesCache = (request: ModelRequest) => deps.cache !== null && modeOf(request) !== "off" && cacheKey(request, deps.file?.cache.personal ?? false) !== null;
  const traitsOf = createTraits({ rules, routerNeedsIntent: deps.routerNeedsIntent ?? (() => false), read: deps.readTraits ?? null, onFault: (error) => deps.log.warn("models.traits_unread", { error: messageOf(error) }) });
  const shared = { inventory, candidates, routes, dataRules: hiding.rules, usesCache, traitsOf };
  const first = [...candidates.values()].find((candidate) => candidate.abilities.has("text"));
  if (first === undefined) return { ...shared, model: null, plan: null };
  const choose = chooseBy(deps, routes, candidates);
  const sparing = deps.budgets === null ? choose : spareModels(choose, { budgets: deps.budgets, find: (name) => findRoute(routes, candidates, name), cheapestFor: (request) => cheapestOf([...candidates.values()].filter((candidate) => mayAnswer(candidate, request))) });
  const router = createRouter({ candidates, hiding, choose: sparing }, first.model);
  const routed = deps.budgets === null ? router.model : wrapThrift(router.model, { budgets: deps.budgets });
  const checked = withCheckedAnswer(routed);
  const cached = deps.cache === null ? checked : withCache(checked, { ...cacheDeps(deps, deps.cache), modeOf });
  return { ...shared, model: withTrace(withTraits(cached, traitsOf), deps.record), plan: router.plan };
}

type Made = Pick<Models, "inventory" | "candidates" | "routes">;

function makeCandidates(deps: ComposeModels, hiding: HidingDeps): Made {
  const { entries, keys, concurrency, routes } = declaredModels(deps.file, deps.settings);
  const inventory = new Map(entries.map((entry) => [entry.name, openModel(entry, { ...deps.opening, keys })]));
  const byProvider = new Map<Provider, Places>();
  for (const provider of PROVIDERS) {
    const places = concurrency[provider];
    if (places !== undefined) byProvider.set(provider, createPlaces({ places, ...WAIT_FOR_PLACE }));
  }
  const candidates = new Map(entries.flatMap((entry) => {
    const opened = inventory.get(entry.name);
    if (opened === undefined) return [];
    const candidate = candidateOf(deps, hiding, opened.adapter, { abilities: opened.abilities, contextTokens: opened.contextTokens, form: formOf(opened), places: placesOf(entry, byProvider), timeouts: entry.timeouts ?? DEFAULT_TIMEOUTS });
    return [[entry.name, candidate] as const];
  }));
  return { inventory, candidates, routes };
}

type CandidateSettings = Pick<Candidate, "abilities" | "contextTokens"> & { form: AnswerForm; places: readonly Places[]; timeouts: ModelTimeouts };

function candidateOf(deps: ComposeModels, hiding: HidingDeps, adapter: Model, settings: CandidateSettings): Candidate {
  const { form, timeouts, abilities, contextTokens } = settings;
  const timed = withTimeout(withServed(adapter), timeouts);
  const budgeted = deps.budgets === null ? timed : wrapBudget(timed, { budgets: deps.budgets });
  // What runs is counted where no limit is set, too, and before anything is awaited: balancing goes by it.
  const counted = createPlaces({ places: Number.POSITIVE_INFINITY, waiting: 0, waitMs: 0 });
  const places = [counted, ...settings.places];
  const breaker = createBreaker(adapter, DEFAULT_RETRY.breaker);
  const placed = settings.places.reduce(withPlaces, withAnswerForm(withRetry(budgeted, DEFAULT_RETRY, systemDeps, breaker), form));
  return { name: adapter.name ?? adapter.id, model: withPlaces(withHiding(placed, hiding), counted), abilities, contextTokens, running: counted.running, gate: { places, breaker, timeouts } };
}

function placesOf(entry: ModelEntry, byProvider: ReadonlyMap<Provider, Places>): Places[] {
  const shared = byProvider.get(entry.provider);
  return [...(entry.concurrency === undefined ? [] : [createPlaces({ places: entry.concurrency, ...WAIT_FOR_PLACE })]), ...(shared === undefined ? [] : [shared])];
}

function formOf(opened: OpenedModel): AnswerForm {
  if (opened.abilities.has("json")) return "native";
  return opened.abilities.has("tools") ? "tool" : "prompt";
}

/** What the caller names goes before the rules, and the rules before the default. A thrifty call without a name goes to whatever is cheapest. */
function chooseBy(deps: ComposeModels, routes: Made["routes"], candidates: Made["candidates"]): ChooseRoute {
  const rules = deps.file?.routes.rules ?? [];
  const thrifty = (among: readonly Candidate[]): RouteDefinition => ({ models: cheapestOf(among), hedge: null, cache: null });
  return (request) => {
    const { route, isThrifty } = request.context;
    if (route !== undefined) {
      const named = findRoute(routes, candidates, route);
      return { route: isThrifty === true ? thrifty(named.models.flatMap(namesOf).flatMap((name) => candidates.get(name) ?? [])) : named, reason: `asked for ${route}` };
    }
    if (isThrifty === true) return { route: thrifty([...candidates.values()].filter((candidate) => mayAnswer(candidate, request))), reason: "a budget asks for the cheapest" };
    const chosen = deps.applyRules(rules, request);
    if (chosen !== null) return { route: findRoute(routes, candidates, chosen.use), reason: chosen.reason };
    const usual = findRoute(routes, candidates, "default");
    const learned = deps.chooseLearned?.(request) ?? null;
    if (learned !== null) return { route: { ...usual, models: reorderSteps(usual.models, learned.names) }, reason: learned.reason };
    return { route: usual, reason: "the default route" };
  };
}

function cheapestOf(candidates: readonly Candidate[]): string[] {
  return candidates.toSorted((one, other) => priceOf(one) - priceOf(other)).map(({ name }) => name);
}

const BUILT_IN: Provider = "built-in";

/** Whether nobody need ask for it: the built-in answerer answers questions out of articles, and does no other work. */
function mayAnswer({ model }: Candidate, { context: { purpose } }: ModelRequest): boolean {
  return model.provider !== BUILT_IN || purpose === "reply" || purpose === "gateway";
}

/** A rough scale: prompts are mostly longer than answers. */
function priceOf({ model }: Candidate): number {
  const price = model.priceMicroUsdPerMillion;
  return price === null ? Number.POSITIVE_INFINITY : price.prompt * 3 + price.completion;
}

function cacheDeps(deps: ComposeModels, cache: AnswerCache) {
  const settings = deps.file?.cache ?? { similarity: 0.97, personal: false };
  return {
    cache, settings, embedder: deps.embedder, onFault: (error: unknown) => deps.log.warn("models.cache_failed", { error: messageOf(error) }),
    onHit: (request: ModelRequest, answer: CachedAnswer, kind: "exact" | "semantic") => {
      const { name, modelId, provider } = answer.served;
      deps.budgets?.record(request.context, { model: modelId, ...(name === undefined ? {} : { name }), provider }, { usage: answer.usage, microUsd: 0, savedMicroUsd: answer.served.costMicroUsd, outcome: "cached", served: { modelId, provider, cached: kind } });
    },
  };
}
