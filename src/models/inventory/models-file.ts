import { z } from "zod";
import { CACHE_MODES, CALL_PURPOSES } from "../call-context.ts";
import { budgetsSection, unknownPriceSection } from "../budgets/budget-rules.ts";

export const ABILITIES = ["text", "tools", "json", "images", "stream", "embeddings"] as const;
export type Ability = (typeof ABILITIES)[number];
export const PROVIDERS = ["openai", "anthropic", "google", "mistral", "azure", "bedrock", "openai-compatible", "ollama", "built-in"] as const;
export type Provider = (typeof PROVIDERS)[number];

const handling = z.enum(["inside", "contract", "public"]);
const name = z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,62}$/, "A name has small letters, digits, dots, dashes and colons.");
const ms = (fallback: number) => z.int().min(1).max(3_600_000).default(fallback);
/** USD per million tokens, as providers print it; micro-USD inside. */
const rate = z.number().nonnegative().max(100_000).transform((usd) => Math.round(usd * 1_000_000));
const rates = { prompt: rate, completion: rate, cacheRead: rate.optional(), cacheWrite: rate.optional() };

const price = z.strictObject({
  ...rates,
  longPrompt: z.strictObject({ overTokens: z.int().positive(), ...rates }).optional().describe("Rates of the whole call once its prompt is longer."),
  source: z.string().min(1).describe("Where the price was read: an address, or the contract."),
  readOn: z.iso.date().describe("When it was read."),
  until: z.iso.date().optional().describe("The last day it holds, where that is known; `baton check` warns after it."),
});

const entry = z.strictObject({
  name,
  provider: z.enum(PROVIDERS),
  model: z.string().min(1).max(200).optional().describe("The provider's name of it; of Azure the deployment's. Without it the same as `name`."),
  url: z.url({ protocol: /^https?$/ }).optional().describe("Without it the provider's own address; of an OpenAI-compatible server up to and without /chat/completions."),
  key: z.string().min(1).max(120).optional().describe("Name of the secret that holds its key."),
  region: z.string().regex(/^[a-z0-9-]{2,40}$/).optional().describe("Where it runs, as eu-central-1; Amazon needs it."),
  handling: handling.optional().describe("Where the text of a request ends."),
  abilities: z.array(z.enum(ABILITIES)).min(1).optional(),
  contextTokens: z.int().min(256).max(100_000_000).optional().describe("Prompt and answer together."),
  price: price.optional(),
  concurrency: z.int().min(1).max(10_000).optional().describe("Calls at the same time, of this process."),
  timeouts: z.strictObject({ firstPartMs: ms(20_000), idleMs: ms(20_000), totalMs: ms(60_000) }).optional(),
});

const cacheMode = z.enum(CACHE_MODES).describe("Whether an answer may be given again to the same question (exact), or to one that means nearly the same (semantic).");

/** A model's name, or several that are as good as each other with their weights. */
const step = z.union([name, z.strictObject({ balance: z.record(name, z.number().positive().max(1_000)) })]);
const hedge = z.strictObject({ percentile: z.number().min(50).max(99.9).default(95), firstMs: ms(2_000) });
const route = z.union([
  z.array(step).min(1).transform((models) => ({ models, hedge: null, cache: null })),
  z.strictObject({ models: z.array(step).min(1), hedge: hedge.optional(), cache: cacheMode.optional() }).transform((given) => ({ models: given.models, hedge: given.hedge ?? null, cache: given.cache ?? null })),
]);

const oneOrMore = z.union([z.string().min(1).transform((one) => [one]), z.array(z.string().min(1)).min(1)]).optional();
const rule = z.strictObject({
  when: z.strictObject({ intent: oneOrMore, risk: oneOrMore, language: oneOrMore, channel: oneOrMore, purpose: oneOrMore, longerThan: z.int().positive().optional().describe("Tokens of the prompt.") }).refine((when) => Object.keys(when).length > 0, "A rule needs at least one condition."),
  use: name,
});

const dataRule = z.array(handling).refine((list) => new Set(list).size === list.length, "Each handling class once.");

/** `models.yaml`: every model of the workspace, what may go where, and which one is asked. */
export const modelsFile = z.strictObject({
  models: z.array(entry).min(1),
  dataRules: z.strictObject({ personal: dataRule.default(["inside"]), payment: dataRule.default(["inside"]), credential: dataRule.default(["inside"]) }).prefault({}),
  routes: z.object({ rules: z.array(rule).default([]) }).catchall(route),
  concurrency: z.partialRecord(z.enum(PROVIDERS), z.int().min(1).max(10_000)).default({}),
  cache: z.strictObject({ ttlSeconds: z.int().min(1).max(31_536_000).default(3_600), similarity: z.number().min(0.5).max(1).default(0.97), personal: z.boolean().default(false), purposes: z.partialRecord(z.enum(CALL_PURPOSES), cacheMode).default({}) }).prefault({}),
  budgets: budgetsSection.default([]),
  unknownPrice: unknownPriceSection.optional(),
}).superRefine(checkNames);

export type ModelsFile = z.output<typeof modelsFile>;
export type ModelEntry = ModelsFile["models"][number];
export type RouteDefinition = z.output<typeof route>;
export type RouteStep = z.output<typeof step>;
export type RouteRule = z.output<typeof rule>;
export type CacheSettings = ModelsFile["cache"];
export type DataRules = ModelsFile["dataRules"];

type Checked = { models: { name: string; provider: Provider; url?: string | undefined; region?: string | undefined }[]; routes: { rules: { use: string }[] } & Record<string, unknown>; budgets: { name: string; use: string | null }[] };

function checkNames(file: Checked, context: z.core.$RefinementCtx): void {
  const models = new Set<string>();
  const complain = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
  for (const [place, { name: given, provider, url, region }] of file.models.entries()) {
    if (provider === "azure" && url === undefined) complain(["models", place, "url"], "Azure needs the address of your resource, such as https://NAME.openai.azure.com/openai.");
    if (provider === "openai-compatible" && url === undefined) complain(["models", place, "url"], "An OpenAI-compatible server needs its address, up to and without /chat/completions.");
    if (provider === "bedrock" && region === undefined) complain(["models", place, "region"], "Amazon Bedrock needs a region, such as eu-central-1.");
    if (url !== undefined && new URL(url).password !== "") complain(["models", place, "url"], "An address must not hold a password; store the key as a secret and name it by `key`.");
    if (models.has(given)) complain(["models", place, "name"], `There are two models of the name "${given}".`);
    models.add(given);
  }
  const routes = routesOf(file.routes);
  if (!routes.has("default")) complain(["routes"], "There is no route `default`: name the models that answer when no rule applies.");
  for (const [routeName, { models: steps }] of routes) {
    if (models.has(routeName)) complain(["routes", routeName], `A model has the same name: a request for "${routeName}" could mean either.`);
    for (const used of steps.flatMap(namesOf)) if (!models.has(used)) complain(["routes", routeName], `There is no model "${used}" under \`models\`.`);
  }
  const isKnown = (used: string) => models.has(used) || routes.has(used);
  for (const [place, { use }] of file.routes.rules.entries()) if (!isKnown(use)) complain(["routes", "rules", place, "use"], `There is no model and no route "${use}".`);
  for (const [place, { use }] of file.budgets.entries()) if (use !== null && !isKnown(use)) complain(["budgets", place, "use"], `There is no model and no route "${use}".`);
}

/** The routes without the rules that choose among them. */
export function routesOf(section: Record<string, unknown>): Map<string, RouteDefinition> {
  const routes = new Map<string, RouteDefinition>();
  for (const [routeName, given] of Object.entries(section)) if (routeName !== "rules" && isRoute(given)) routes.set(routeName, given);
  return routes;
}

function isRoute(given: unknown): given is RouteDefinition {
  return typeof given === "object" && given !== null && "models" in given;
}

/** The models that a step names. */
export function namesOf(given: RouteStep): string[] {
  return typeof given === "string" ? [given] : Object.keys(given.balance);
}
