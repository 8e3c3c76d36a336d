import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createAzure } from "@ai-sdk/azure";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { modelInvalidAnswer } from "../models.errors.ts";
import { newForm, oldForm, type NewVendorOptions, type OldVendorOptions, type VendorCall } from "./vendor-request.ts";

/** How a provider is spoken to. `openai-compatible` is every server with OpenAI's `/v1/chat/completions`, Ollama among them. */
export type Wire = "openai" | "anthropic" | "google" | "mistral" | "azure" | "bedrock" | "openai-compatible";

/** Amazon takes a bearer key, or the pair of an AWS account. */
export type WireKey = string | { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type VendorSettings = { wire: Wire; modelId: string; baseUrl: string; apiKey?: WireKey; /** Of Amazon. */ region?: string; /** The server takes a JSON Schema of the answer. */ hasJson?: boolean };

type OpenAiModel = ReturnType<ReturnType<typeof createOpenAI>["chat"]>;
type GoogleModel = ReturnType<ReturnType<typeof createGoogleGenerativeAI>>;
type PartsOf<Stream> = Stream extends ReadableStream<infer Part> ? Part : never;
export type VendorPart = PartsOf<Awaited<ReturnType<OpenAiModel["doStream"]>>["stream"]> | PartsOf<Awaited<ReturnType<GoogleModel["doStream"]>>["stream"]>;

/** One provider's model behind its own library. The stream is the provider's (`doStream`), not `streamText`: no console, no globals, no buffers. */
export type Vendor = (call: VendorCall) => Promise<AsyncIterable<VendorPart>>;

/** The provider's library for one model. It sends exactly one request a call, and follows no redirect. */
export function createVendor(settings: VendorSettings): Vendor {
  const { modelId, baseUrl } = settings;
  const shared = { fetch: guardedFetch, baseURL: baseUrl };
  const apiKey = typeof settings.apiKey === "string" ? settings.apiKey : "none";
  switch (settings.wire) {
    case "openai":
      return newVendor(createOpenAI({ ...shared, apiKey }).chat(modelId));
    case "anthropic":
      return newVendor(createAnthropic({ ...shared, apiKey })(modelId));
    case "openai-compatible":
      return newVendor(createOpenAICompatible({ ...shared, ...(settings.apiKey === undefined ? {} : { apiKey }), name: "compatible", includeUsage: true, supportsStructuredOutputs: settings.hasJson === true }).chatModel(modelId));
    case "google":
      return oldVendor(createGoogleGenerativeAI({ ...shared, apiKey })(modelId));
    case "mistral":
      return oldVendor(createMistral({ ...shared, apiKey })(modelId));
    case "azure":
      return oldVendor(createAzure({ ...shared, apiKey }).chat(modelId));
    case "bedrock":
      return oldVendor(createAmazonBedrock({ ...shared, region: settings.region ?? "us-east-1", ...(typeof settings.apiKey === "object" ? settings.apiKey : { apiKey }) })(modelId));
  }
}

/** The libraries speak two versions of their common interface; they differ in how a file stands in a prompt. */
function newVendor(model: { doStream(options: NewVendorOptions): PromiseLike<{ stream: AsyncIterable<VendorPart> }> }): Vendor {
  return async (call) => (await model.doStream(newForm(call))).stream;
}

function oldVendor(model: { doStream(options: OldVendorOptions): PromiseLike<{ stream: AsyncIterable<VendorPart> }> }): Vendor {
  return async (call) => (await model.doStream(oldForm(call))).stream;
}

/** A redirect could carry a prompt out of the house, so none is followed; a page instead of a stream is named as such. */
const guardedFetch: typeof fetch = async (url, init) => {
  const response = await fetch(url, { ...init, redirect: "manual" });
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || !/^(text\/html|application\/json)/i.test(type)) return response;
  await response.body?.cancel();
  throw modelInvalidAnswer({ details: { contentType: type } });
};
