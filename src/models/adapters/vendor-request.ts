import type { JSONSchema7 } from "ai";
import type { ModelMessage, ModelRequest, ModelTool, ModelToolChoice } from "../model.ts";

type Text = { type: "text"; text: string };
type File<Data> = { type: "file"; mediaType: string; data: Data };
type ToolCall = { type: "tool-call"; toolCallId: string; toolName: string; input: object };
type ToolResult = { type: "tool-result"; toolCallId: string; toolName: string; output: { type: "text"; value: string } };
type Message<Data> =
  | { role: "system"; content: string }
  | { role: "user"; content: (Text | File<Data>)[] }
  | { role: "assistant"; content: (Text | ToolCall)[] }
  | { role: "tool"; content: ToolResult[] };
type Tool = { type: "function"; name: string; description: string; inputSchema: JSONSchema7 };
type ToolChoice = { type: "auto" | "none" | "required" } | { type: "tool"; toolName: string };
type ProviderOptions = Record<string, Record<string, boolean | string | { thinkingBudget: number }>>;

type Options<Data> = {
  prompt: Message<Data>[];
  maxOutputTokens: number;
  temperature: number;
  topP?: number;
  stopSequences?: string[];
  seed?: number;
  tools?: Tool[];
  toolChoice?: ToolChoice;
  responseFormat?: { type: "json"; schema: JSONSchema7; name: string };
  headers?: Record<string, string>;
  providerOptions?: ProviderOptions;
  abortSignal: AbortSignal;
};

/** A request for a provider's library; the two versions of its interface differ in `NewData` and `OldData`. */
export type NewVendorOptions = Options<NewData> & { reasoning?: "none" };
export type OldVendorOptions = Options<OldData>;
type NewData = { type: "data"; data: Uint8Array };
type OldData = Uint8Array;

export type VendorCall = {
  request: ModelRequest;
  abortSignal: AbortSignal;
  /** The model thinks before it answers, and can be told not to. */
  isThinking: boolean;
  providerOptions: ProviderOptions;
};

export function newForm(call: VendorCall): NewVendorOptions {
  return { ...optionsOf(call, (data) => ({ type: "data", data })), ...(call.isThinking ? { reasoning: "none" } : {}) };
}

export function oldForm(call: VendorCall): OldVendorOptions {
  return optionsOf(call, (data) => data);
}

function optionsOf<Data>({ request, abortSignal, providerOptions }: VendorCall, dataOf: (bytes: Uint8Array) => Data): Options<Data> {
  const { topP, stopSequences, seed, toolChoice, answerSchema, idempotencyKey } = request;
  return {
    prompt: request.messages.filter((message) => message.role !== "assistant" || message.text !== "" || message.toolCalls?.length).map((message) => messageOf(message, dataOf)),
    maxOutputTokens: request.maxOutputTokens,
    temperature: request.temperature,
    abortSignal,
    ...(topP === undefined ? {} : { topP }),
    ...(stopSequences === undefined ? {} : { stopSequences }),
    ...(seed === undefined ? {} : { seed }),
    ...(request.tools.length > 0 ? { tools: request.tools.map(toolOf) } : {}),
    ...(toolChoice === undefined || request.tools.length === 0 ? {} : { toolChoice: choiceOf(toolChoice) }),
    ...(answerSchema === undefined ? {} : { responseFormat: { type: "json", schema: schemaOf(answerSchema), name: "answer" } }),
    ...(idempotencyKey === undefined ? {} : { headers: { "Idempotency-Key": idempotencyKey } }),
    ...(Object.keys(providerOptions).length === 0 ? {} : { providerOptions }),
  };
}

function messageOf<Data>(message: ModelMessage, dataOf: (bytes: Uint8Array) => Data): Message<Data> {
  if (message.role === "system") return { role: "system", content: message.text };
  if (message.role === "user") return { role: "user", content: [{ type: "text", text: message.text }, ...(message.images ?? []).map((image) => ({ type: "file" as const, mediaType: image.mediaType, data: dataOf(image.bytes) }))] };
  if (message.role === "tool") return { role: "tool", content: [{ type: "tool-result", toolCallId: message.callId, toolName: message.toolName, output: { type: "text", value: message.text } }] };
  const calls = (message.toolCalls ?? []).map((call) => ({ type: "tool-call" as const, toolCallId: call.callId, toolName: call.toolName, input: asObject(call.arguments) }));
  return { role: "assistant", content: [...(message.text === "" ? [] : [{ type: "text" as const, text: message.text }]), ...calls] };
}

/** Providers take objects only; anything else goes back to the model as what it wrote. */
function asObject(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : { unreadable: value };
}

function choiceOf(choice: ModelToolChoice): ToolChoice {
  return typeof choice === "string" ? { type: choice } : { type: "tool", toolName: choice.tool };
}

function toolOf(tool: ModelTool): Tool {
  const schema = tool.inputSchema;
  if (schema["type"] !== "object") throw new RangeError(`the input schema of tool ${tool.name} must have the type object`);
  return { type: "function", name: tool.name, description: tool.description, inputSchema: schemaOf(schema) };
}

/** JSON Schema as the libraries type it; they hand it on as it is. */
function schemaOf(schema: Record<string, unknown>): JSONSchema7 {
  return schema;
}
