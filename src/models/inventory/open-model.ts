import { isInside } from "../choose-model.ts";
import { createAiSdkModel, type AiSdkOptions, type Wire, type WireKey } from "../adapters/index.ts";
import { AppError } from "../../lib/app-error.ts";
import type { Model, ModelHandling, ModelPart, ModelPrice, ModelRequest } from "../model.ts";
import { modelMisconfigured } from "../models.errors.ts";
import { findPrice, NO_CHARGE } from "../prices.ts";
import type { Ability, ModelEntry, Provider } from "./models-file.ts";

/** A secret by its name: a text, or named texts (`accessKeyId`, `secretAccessKey`). Throws when there is none. */
export type ReadKey = (name: string) => Promise<string | Readonly<Record<string, string>>>;

export type OpenModelDeps = {
  readKey: ReadKey;
  /** Keys of the environment's settings, for entries without `key`. */
  keys: Partial<Record<Provider, string>>;
  /** The built-in answerer; null: there is none here. */
  builtIn: Model["stream"] | null;
};

/** An entry with everything it does not say filled in. `wire` null: the built-in answerer. */
export type OpenedModel = {
  name: string;
  provider: Provider;
  modelId: string;
  wire: Wire | null;
  baseUrl: string | null;
  region: string | null;
  handling: ModelHandling;
  abilities: ReadonlySet<Ability>;
  contextTokens: number | null;
  price: ModelPrice | null;
  /** Reads the key anew; undefined: the server wants none. */
  key(): Promise<WireKey | undefined>;
  /** The provider alone, without any wrapper. */
  adapter: Model;
};

type Defaults = { wire: Wire; url: string | null; abilities: readonly Ability[]; needsKey: boolean };
const FULL: readonly Ability[] = ["text", "tools", "json", "images", "stream"];

/** Addresses as the providers print them. Azure's is the resource's own, Amazon's the region's. */
const DEFAULTS: Record<Exclude<Provider, "built-in">, Defaults> = {
  openai: { wire: "openai", url: "https://api.openai.com/v1", abilities: FULL, needsKey: true },
  anthropic: { wire: "anthropic", url: "https://api.anthropic.com/v1", abilities: FULL, needsKey: true },
  google: { wire: "google", url: "https://generativelanguage.googleapis.com/v1beta", abilities: FULL, needsKey: true },
  mistral: { wire: "mistral", url: "https://api.mistral.ai/v1", abilities: ["text", "tools", "json", "stream"], needsKey: true },
  azure: { wire: "azure", url: null, abilities: FULL, needsKey: true },
  bedrock: { wire: "bedrock", url: null, abilities: ["text", "tools", "json", "stream"], needsKey: true },
  "openai-compatible": { wire: "openai-compatible", url: null, abilities: ["text", "tools", "stream"], needsKey: false },
  ollama: { wire: "openai-compatible", url: "http://127.0.0.1:11434/v1", abilities: ["text", "tools", "json", "stream"], needsKey: false },
};

/**
 * Makes a model of an entry of `models.yaml`. Nothing is called; the key is read at the first call and again after a provider
 * has refused it, so that a new one needs no restart.
 *
 * Errors: `models.misconfigured`, naming the entry and what it lacks. A call without its secret throws what `readKey` throws.
 */
export function openModel(entry: ModelEntry, deps: OpenModelDeps): OpenedModel {
  if (entry.provider === "built-in") return openBuiltIn(entry, deps);
  const defaults = DEFAULTS[entry.provider];
  const baseUrl = baseUrlOf(entry, defaults);
  const key = keyOf(entry, defaults, deps);
  const isCompatible = defaults.wire === "openai-compatible";
  const handling = entry.handling ?? (isCompatible ? (isAtHome(baseUrl) ? "inside" : "public") : "contract");
  const modelId = entry.model ?? entry.name;
  // What stands at a private address may hand requests on to somebody who bills them; Ollama runs them itself.
  const isFree = isCompatible && handling === "inside" && !isTakenForOurs(entry);
  const price = entry.price !== undefined ? priceOf(entry.price) : isFree ? NO_CHARGE : findPrice(entry.provider, modelId);
  const abilities = new Set(entry.abilities ?? defaults.abilities);
  const options = { wire: defaults.wire, modelId, baseUrl, handling, priceMicroUsdPerMillion: price, hasJson: abilities.has("json"), ...(entry.region === undefined ? {} : { region: entry.region }) };
  return { name: entry.name, provider: entry.provider, modelId, wire: defaults.wire, baseUrl, region: entry.region ?? null, handling, abilities, contextTokens: entry.contextTokens ?? null, price, key, adapter: { ...openLate(options, key), name: entry.name } };
}

function isAtHome(url: string): boolean {
  return isInside(new URL(url).hostname.replace(/^\[|\]$/g, ""));
}

/** Whether only its address says that this server is in the house. */
export function isTakenForOurs({ provider, url, handling }: Pick<ModelEntry, "provider" | "url" | "handling">): boolean {
  return provider === "openai-compatible" && handling === undefined && url !== undefined && isAtHome(url);
}

/** The library of a provider takes its key when it is made, so it is made at the first call. */
function openLate(options: AiSdkOptions, key: () => Promise<WireKey | undefined>): Model {
  let opened: Promise<Model> | null = null;
  const open = async () => {
    const apiKey = await key();
    return createAiSdkModel({ ...options, ...(apiKey === undefined ? {} : { apiKey }) });
  };
  async function* stream(request: ModelRequest): AsyncGenerator<ModelPart> {
    try {
      opened ??= open();
      yield* (await opened).stream(request);
    } catch (thrown) {
      // A missing or refused key may have been replaced until the next call.
      if (!(thrown instanceof AppError) || ["models.unauthorized", "models.misconfigured"].includes(thrown.code) || !thrown.code.startsWith("models.")) opened = null;
      throw thrown;
    }
  }
  return { id: options.modelId, provider: options.wire, handling: options.handling, priceMicroUsdPerMillion: options.priceMicroUsdPerMillion, stream };
}

function openBuiltIn(entry: ModelEntry, { builtIn }: OpenModelDeps): OpenedModel {
  if (builtIn === null) throw wrong(entry, "The built-in answerer is not to be had here.");
  const modelId = "built-in/extractive";
  const adapter: Model = { name: entry.name, id: modelId, provider: "built-in", handling: "inside", priceMicroUsdPerMillion: NO_CHARGE, stream: builtIn };
  return { name: entry.name, provider: "built-in", modelId, wire: null, baseUrl: null, region: null, handling: "inside", abilities: new Set<Ability>(["text"]), contextTokens: null, price: NO_CHARGE, key: () => Promise.resolve(undefined), adapter };
}

function baseUrlOf(entry: ModelEntry, defaults: Defaults): string {
  const url = entry.url ?? (entry.provider === "bedrock" ? `https://bedrock-runtime.${entry.region}.amazonaws.com` : defaults.url);
  // The file has been checked for it.
  if (url === null) throw wrong(entry, "It needs a `url`.");
  return url.replace(/\/+$/, "");
}

function keyOf(entry: ModelEntry, defaults: Defaults, deps: OpenModelDeps): () => Promise<WireKey | undefined> {
  const { key, provider } = entry;
  if (key !== undefined) return async () => toWireKey(entry, await deps.readKey(key));
  const known = deps.keys[provider];
  if (known === undefined && defaults.needsKey) throw wrong(entry, "It needs a `key`: the name of a secret that you have stored by `baton secrets set`.");
  return () => Promise.resolve(known);
}

function toWireKey(entry: ModelEntry, secret: string | Readonly<Record<string, string>>): WireKey {
  if (typeof secret === "string") return secret;
  const { accessKeyId, secretAccessKey, sessionToken } = secret;
  if (entry.provider !== "bedrock" || accessKeyId === undefined || secretAccessKey === undefined) throw wrong(entry, "Its secret must be one text; of Amazon it may hold `accessKeyId` and `secretAccessKey`.");
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function priceOf(price: NonNullable<ModelEntry["price"]>): ModelPrice {
  const { longPrompt } = price;
  return { ...rates(price), ...(longPrompt === undefined ? {} : { longPrompt: { overTokens: longPrompt.overTokens, ...rates(longPrompt) } }) };
}

function rates(given: { prompt: number; completion: number; cacheRead?: number | undefined; cacheWrite?: number | undefined }): Omit<ModelPrice, "longPrompt"> {
  return { prompt: given.prompt, completion: given.completion, ...(given.cacheRead === undefined ? {} : { cacheRead: given.cacheRead }), ...(given.cacheWrite === undefined ? {} : { cacheWrite: given.cacheWrite }) };
}

function wrong(entry: ModelEntry, message: string): AppError {
  return modelMisconfigured({ message: `models.yaml: model "${entry.name}": ${message}`, details: { model: entry.name } });
}
