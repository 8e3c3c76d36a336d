import { parseJson } from "../../lib/parse-json.ts";
import type { Model, ModelPart, ModelRequest } from "../model.ts";

/** How a model is brought to answer by a schema: its provider does it, by a tool it must call, or by words. */
export type AnswerForm = "native" | "tool" | "prompt";

const ANSWER = "answer";

/** The same model, which understands `answerSchema` whatever its provider can do. Whether the answer fits is checked by `withCheckedAnswer`. */
export function withAnswerForm(model: Model, form: AnswerForm): Model {
  if (form === "native") return { ...model, stream: (request) => (request.answerSchema === undefined || isObjectSchema(request.answerSchema) ? model.stream(request) : wrapped(model, request, request.answerSchema)) };
  return { ...model, stream: (request) => (request.answerSchema === undefined ? model.stream(request) : form === "tool" ? byTool(model, request, request.answerSchema) : byPrompt(model, request, request.answerSchema)) };
}

async function* byTool(model: Model, request: ModelRequest, schema: Record<string, unknown>): AsyncGenerator<ModelPart> {
  const isObject = isObjectSchema(schema);
  const inputSchema = isObject ? schema : wrap(schema);
  const { answerSchema: _, ...plain } = request;
  let hasAnswer = false;
  for await (const part of model.stream({ ...plain, tools: [{ name: ANSWER, description: "Takes the answer in its wanted form.", inputSchema }], toolChoice: { tool: ANSWER } })) {
    if (part.kind === "tool_call") {
      const made = part.call.arguments;
      hasAnswer = true;
      yield { kind: "text", text: typeof made === "string" ? made : JSON.stringify(isObject ? made : valueOf(made)) };
    } else yield part.kind === "finish" && hasAnswer && part.reason === "tool_calls" ? { ...part, reason: "stop" } : part;
  }
}

/** Providers take an object only. */
async function* wrapped(model: Model, request: ModelRequest, schema: Record<string, unknown>): AsyncGenerator<ModelPart> {
  let text = "";
  for await (const part of model.stream({ ...request, answerSchema: wrap(schema) })) {
    if (part.kind === "text") text += part.text;
    else {
      const made = valueOf(parseJson(text));
      // What is no JSON is told as it came.
      if (text !== "") yield { kind: "text", text: made === undefined ? text : JSON.stringify(made) };
      text = "";
      yield part;
    }
  }
}

function isObjectSchema(schema: Record<string, unknown>): boolean {
  return schema["type"] === "object";
}

/** A tool's arguments are an object; any other schema is wrapped. */
function wrap(schema: Record<string, unknown>): Record<string, unknown> {
  return { type: "object", properties: { value: schema }, required: ["value"], additionalProperties: false };
}

function valueOf(made: unknown): unknown {
  return typeof made === "object" && made !== null && "value" in made ? made.value : made;
}

function byPrompt(model: Model, request: ModelRequest, schema: Record<string, unknown>): AsyncIterable<ModelPart> {
  const { answerSchema: _, ...plain } = request;
  const text = `Answer with one JSON document that fits this JSON Schema, and with nothing else, no words before or after it and no code fence:\n${JSON.stringify(schema)}`;
  return model.stream({ ...plain, messages: [...plain.messages, { role: "user", text }] });
}
