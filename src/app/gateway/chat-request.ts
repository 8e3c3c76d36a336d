import { z } from "zod";
import type { CallContext } from "../../models/call-context.ts";
import { isRecord } from "../../lib/is-record.ts";
import { faultOfForeignSchema } from "../../lib/shape.ts";
import type { ModelImage, ModelMessage, ModelRequest, ModelToolChoice } from "../../models/model.ts";
import { requestInvalid, unsupported } from "./gateway.errors.ts";

/** A limit for answers where the client names none, so that budgets can reserve something. */
export const DEFAULT_OUTPUT_TOKENS = 4_096;
const MAX_SCHEMA_CHARACTERS = 100_000;

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const imagePart = z.object({ type: z.literal("image_url"), image_url: z.object({ url: z.string(), detail: z.string().optional() }) });
const texts = z.union([z.string(), z.array(textPart)]);
/** What a model once declined with stands in the talk like any other words of it. */
const refusalPart = z.object({ type: z.literal("refusal"), refusal: z.string() }).transform(({ refusal }) => ({ type: "text" as const, text: refusal }));
const said = z.union([z.string(), z.array(z.union([textPart, refusalPart]))]);
const toolCall = z.object({ id: z.string(), type: z.literal("function"), function: z.object({ name: z.string(), arguments: z.string() }) });
const message = z.discriminatedUnion("role", [
  z.object({ role: z.literal("system"), content: texts, name: z.string().optional() }),
  z.object({ role: z.literal("developer"), content: texts, name: z.string().optional() }),
  z.object({ role: z.literal("user"), content: z.union([z.string(), z.array(z.discriminatedUnion("type", [textPart, imagePart]))]), name: z.string().optional() }),
  z.object({ role: z.literal("assistant"), content: said.nullish(), refusal: z.string().nullish(), tool_calls: z.array(toolCall).optional(), name: z.string().optional() }),
  z.object({ role: z.literal("tool"), content: texts, tool_call_id: z.string() }),
]);
const schema = z.record(z.string(), z.unknown());
const named = z.object({ type: z.literal("function"), function: z.object({ name: z.string() }) });
const tokens = z.int().min(1).max(1_000_000).nullish();
const figure = z.number().min(-2).max(2).nullish();

/** What is taken of `POST /v1/chat/completions`. Members that are not here are refused by name, so that nothing is ignored in silence. */
export const chatBody = z.strictObject({
  model: z.string().min(1).max(200),
  messages: z.array(message).min(1).max(10_000),
  stream: z.boolean().nullish(), stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  tools: z.array(z.object({ type: z.literal("function"), function: z.object({ name: z.string().min(1).max(64), description: z.string().optional(), parameters: schema.optional(), strict: z.boolean().nullish() }) })).max(128).optional(),
  tool_choice: z.union([z.enum(["auto", "none", "required"]), named]).optional(), parallel_tool_calls: z.boolean().optional(),
  response_format: z.discriminatedUnion("type", [z.object({ type: z.literal("text") }), z.object({ type: z.literal("json_object") }), z.object({ type: z.literal("json_schema"), json_schema: z.object({ name: z.string(), description: z.string().optional(), schema: schema.optional(), strict: z.boolean().nullish() }) })]).optional(),
  max_tokens: tokens, max_completion_tokens: tokens, temperature: z.number().min(0).max(2).nullish(), top_p: z.number().min(0).max(1).nullish(), stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(), seed: z.int().nullish(),
  n: z.literal(1, "Baton gives one answer a request: leave n out, or ask several times.").nullish(),
  presence_penalty: figure, frequency_penalty: figure, logit_bias: z.record(z.string(), z.number()).nullish(), reasoning_effort: z.string().max(20).nullish(), verbosity: z.string().max(20).nullish(), service_tier: z.enum(["auto", "default"], "Baton's prices are of the default class of service: leave service_tier out.").nullish(),
  user: z.string().optional(), safety_identifier: z.string().optional(), prompt_cache_key: z.string().optional(), metadata: z.record(z.string(), z.string()).nullish(),
  modalities: z.array(z.string()).refine((given) => given.every((each) => each === "text"), "Baton gives texts only: leave modalities out.").nullish(),
  store: z.literal(false, "Baton does not keep answers for clients: leave store out.").nullish(), logprobs: z.literal(false, "Baton gives no logprobs: they would show pieces of placeholders.").nullish(),
});

export type ChatBody = z.output<typeof chatBody>;

/** `raw`: the body as it came, which goes on to a provider of the same wire. */
export type ChatRequest = { raw: Record<string, unknown>; body: ChatBody };

/** Throws `gateway.invalid_request`, naming the place. */
export function readChatRequest(raw: unknown): ChatRequest {
  const read = chatBody.safeParse(raw);
  if (read.success && isRecord(raw)) return { raw, body: read.data };
  throw invalid(read.error);
}

export function invalid(error: z.ZodError | undefined): Error {
  const issue = error?.issues[0];
  if (issue === undefined) return requestInvalid();
  const place = issue.code === "unrecognized_keys" ? issue.keys[0] : issue.path.join(".");
  const message = issue.code === "unrecognized_keys" ? `Baton does not take "${place}" here.` : `${place || "The body"}: ${issue.message}`;
  return requestInvalid({ message, details: place ? { param: place } : {} });
}

/** The members that only a provider of the same wire understands. */
export function wireOnly(body: ChatBody): string | null {
  const given = [["presence_penalty", body.presence_penalty], ["frequency_penalty", body.frequency_penalty], ["logit_bias", body.logit_bias], ["reasoning_effort", body.reasoning_effort], ["verbosity", body.verbosity]] as const;
  return given.find(([, value]) => value !== undefined && value !== null && value !== 0)?.[0] ?? (hasRemoteImage(body) ? "messages.content.image_url" : null);
}

/** The same as every model takes it. `withImages` false: their bytes are left out, which only the way there needs. */
export function toModelRequest({ body }: ChatRequest, context: CallContext, signal: AbortSignal, withImages: boolean): ModelRequest {
  const names = new Map<string, string>();
  const answerSchema = schemaOf(body);
  return {
    context, signal, messages: body.messages.map((each) => toMessage(each, names, withImages)),
    tools: (body.tools ?? []).map((tool) => ({ name: tool.function.name, description: tool.function.description ?? "", inputSchema: { type: "object", properties: {}, ...tool.function.parameters } })),
    maxOutputTokens: body.max_completion_tokens ?? body.max_tokens ?? DEFAULT_OUTPUT_TOKENS, temperature: body.temperature ?? 1,
    ...(body.tool_choice === undefined ? {} : { toolChoice: choiceOf(body.tool_choice) }), ...(answerSchema === null ? {} : { answerSchema }),
    ...(body.top_p === undefined || body.top_p === null ? {} : { topP: body.top_p }), ...(body.stop === undefined || body.stop === null ? {} : { stopSequences: typeof body.stop === "string" ? [body.stop] : body.stop }),
    ...(body.seed === undefined || body.seed === null ? {} : { seed: body.seed }),
  };
}

/** Null: any text. Not with tools: an answer by schema and calls of tools are not asked for together of every model. */
function schemaOf({ response_format: format }: ChatBody): Record<string, unknown> | null {
  if (format === undefined || format.type === "text") return null;
  return format.type === "json_object" ? { type: "object" } : (format.json_schema.schema ?? { type: "object" });
}

/** A schema that others wrote is compiled only once it is known that it may be. Throws `gateway.invalid_request`. */
export function checkAnswerSchema(schema: Record<string, unknown> | undefined, param: string): void {
  if (schema === undefined) return;
  if (JSON.stringify(schema).length > MAX_SCHEMA_CHARACTERS) throw unsupported(param, `A schema has at most ${MAX_SCHEMA_CHARACTERS} characters.`);
  const fault = faultOfForeignSchema(schema);
  if (fault !== null) throw unsupported(param, `The schema cannot be used: ${fault}`);
}

export function choiceOf(choice: NonNullable<ChatBody["tool_choice"]>): ModelToolChoice {
  return typeof choice === "string" ? choice : { tool: choice.function.name };
}

function toMessage(given: ChatBody["messages"][number], names: Map<string, string>, withImages: boolean): ModelMessage {
  switch (given.role) {
    case "system":
    case "developer":
      return { role: "system", text: textOf(given.content) };
    case "user": {
      const images = typeof given.content === "string" ? [] : given.content.flatMap((part) => (part.type === "image_url" ? [readImage(part.image_url.url, withImages)] : []));
      return { role: "user", text: typeof given.content === "string" ? given.content : given.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n"), ...(images.length > 0 ? { images } : {}) };
    }
    case "assistant": {
      const toolCalls = (given.tool_calls ?? []).map((call) => ({ callId: call.id, toolName: call.function.name, arguments: parsed(call.function.arguments) }));
      for (const call of toolCalls) names.set(call.callId, call.toolName);
      return { role: "assistant", text: textOf(given.content ?? ""), ...(toolCalls.length > 0 ? { toolCalls } : {}) };
    }
    case "tool":
      return { role: "tool", callId: given.tool_call_id, toolName: names.get(given.tool_call_id) ?? "tool", text: textOf(given.content) };
  }
}

function textOf(content: string | readonly { text: string }[]): string {
  return typeof content === "string" ? content : content.map((part) => part.text).join("\n");
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const DATA_URL = /^data:(image\/[a-z0-9.+-]{1,40});base64,/i;

/** Throws `gateway.invalid_request` for a picture that would have to be fetched, when its bytes are wanted. */
export function readImage(url: string, withBytes: boolean): ModelImage {
  const found = DATA_URL.exec(url);
  if (found === null && withBytes) throw unsupported("messages.content.image_url", "Baton fetches no pictures: give them as data:image/…;base64,… .");
  return { mediaType: found?.[1]?.toLowerCase() ?? "image/*", bytes: found === null || !withBytes ? new Uint8Array() : Buffer.from(url.slice(found[0].length), "base64") };
}

function hasRemoteImage(body: ChatBody): boolean {
  return body.messages.some((each) => each.role === "user" && typeof each.content !== "string" && each.content.some((part) => part.type === "image_url" && !DATA_URL.test(part.image_url.url)));
}
