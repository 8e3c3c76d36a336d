import { z } from "zod";
import type { CallContext } from "../../models/call-context.ts";
import type { ModelImage, ModelMessage, ModelRequest } from "../../models/model.ts";
import { choiceOf, DEFAULT_OUTPUT_TOKENS, invalid, parsed, readImage } from "./chat-request.ts";

const textPart = z.object({ type: z.enum(["input_text", "output_text", "text"]), text: z.string() });
const imagePart = z.object({ type: z.literal("input_image"), image_url: z.string(), detail: z.string().optional() });
const refusalPart = z.object({ type: z.literal("refusal"), refusal: z.string() }).transform(({ refusal }) => ({ type: "text" as const, text: refusal }));
const part = z.union([textPart, imagePart, refusalPart]);
const item = z.union([
  z.object({ type: z.literal("message").optional(), role: z.enum(["user", "assistant", "system", "developer"]), content: z.union([z.string(), z.array(part)]) }),
  z.object({ type: z.literal("function_call"), call_id: z.string(), name: z.string(), arguments: z.string() }),
  z.object({ type: z.literal("function_call_output"), call_id: z.string(), output: z.union([z.string(), z.array(textPart)]) }),
  z.object({ type: z.literal("reasoning") }),
]);
const schema = z.record(z.string(), z.unknown());

/** What is taken of `POST /v1/responses`; other members are refused by name. */
export const responsesBody = z.strictObject({
  model: z.string().min(1).max(200), input: z.union([z.string(), z.array(item).min(1).max(10_000)]), instructions: z.string().nullish(), stream: z.boolean().nullish(), stream_options: z.looseObject({}).nullish(),
  tools: z.array(z.object({ type: z.literal("function", "Baton takes tools of the type function only."), name: z.string().min(1).max(64), description: z.string().nullish(), parameters: schema.nullish(), strict: z.boolean().nullish() })).max(128).optional(),
  tool_choice: z.union([z.enum(["auto", "none", "required"]), z.object({ type: z.literal("function"), name: z.string() })]).optional(), parallel_tool_calls: z.boolean().nullish(),
  text: z.object({ format: z.discriminatedUnion("type", [z.object({ type: z.literal("text") }), z.object({ type: z.literal("json_object") }), z.object({ type: z.literal("json_schema"), name: z.string(), schema, strict: z.boolean().nullish(), description: z.string().optional() })]).optional() }).optional(),
  max_output_tokens: z.int().min(1).max(1_000_000).nullish(), temperature: z.number().min(0).max(2).nullish(), top_p: z.number().min(0).max(1).nullish(), truncation: z.literal("disabled").nullish(),
  user: z.string().optional(), safety_identifier: z.string().optional(), prompt_cache_key: z.string().optional(), metadata: z.record(z.string(), z.string()).nullish(), include: z.array(z.string()).max(0, "Baton adds nothing to its answers: leave include out.").nullish(),
  // OpenAI keeps answers unless told not to; clients that never ask for them again lose nothing.
  store: z.boolean().nullish(), previous_response_id: z.null("Baton keeps no answers: send the conversation so far as input.").optional(), background: z.literal(false, "Baton answers at once: leave background out.").nullish(),
});

export type ResponsesBody = z.output<typeof responsesBody>;

/** Throws `gateway.invalid_request`, naming the place. */
export function readResponsesRequest(given: unknown): ResponsesBody {
  const read = responsesBody.safeParse(given);
  if (!read.success) throw invalid(read.error);
  return read.data;
}

/** The same as every model takes it. */
export function requestOfResponses(body: ResponsesBody, context: CallContext, signal: AbortSignal): ModelRequest {
  const answerSchema = schemaOf(body);
  const { tool_choice: choice } = body;
  return {
    context, signal, messages: [...(body.instructions ? [{ role: "system" as const, text: body.instructions }] : []), ...messagesOf(body.input)],
    tools: (body.tools ?? []).map((tool) => ({ name: tool.name, description: tool.description ?? "", inputSchema: { type: "object", properties: {}, ...tool.parameters } })),
    maxOutputTokens: body.max_output_tokens ?? DEFAULT_OUTPUT_TOKENS, temperature: body.temperature ?? 1, ...(body.top_p === undefined || body.top_p === null ? {} : { topP: body.top_p }),
    ...(choice === undefined ? {} : { toolChoice: typeof choice === "string" ? choice : choiceOf({ type: "function", function: { name: choice.name } }) }), ...(answerSchema === null ? {} : { answerSchema }),
  };
}

function schemaOf({ text }: ResponsesBody): Record<string, unknown> | null {
  const format = text?.format;
  if (format === undefined || format.type === "text") return null;
  return format.type === "json_object" ? { type: "object" } : format.schema;
}

/** Calls that follow each other were asked for in one go. */
function messagesOf(input: ResponsesBody["input"]): ModelMessage[] {
  if (typeof input === "string") return [{ role: "user", text: input }];
  const names = new Map<string, string>();
  const messages: ModelMessage[] = [];
  for (const each of input) {
    if (each.type === "reasoning") continue;
    if (each.type === "function_call") {
      names.set(each.call_id, each.name);
      const call = { callId: each.call_id, toolName: each.name, arguments: parsed(each.arguments) };
      const last = messages.at(-1);
      if (last?.role === "assistant") last.toolCalls = [...(last.toolCalls ?? []), call];
      else messages.push({ role: "assistant", text: "", toolCalls: [call] });
    } else if (each.type === "function_call_output") messages.push({ role: "tool", callId: each.call_id, toolName: names.get(each.call_id) ?? "tool", text: textOf(each.output) });
    else messages.push(messageOf(each.role, each.content));
  }
  return messages;
}

type Content = string | readonly z.output<typeof part>[];

function messageOf(role: "user" | "assistant" | "system" | "developer", content: Content): ModelMessage {
  if (role === "assistant") return { role, text: textOf(content) };
  if (role !== "user") return { role: "system", text: textOf(content) };
  const images: ModelImage[] = typeof content === "string" ? [] : content.flatMap((each) => (each.type === "input_image" ? [readImage(each.image_url, true)] : []));
  return { role, text: textOf(content), ...(images.length > 0 ? { images } : {}) };
}

function textOf(content: Content): string {
  return typeof content === "string" ? content : content.flatMap((each) => (each.type === "input_image" ? [] : [each.text])).join("\n");
}
