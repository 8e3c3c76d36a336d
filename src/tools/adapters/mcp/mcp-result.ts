import { z } from "zod";
import { excerpt } from "../../../lib/cut.ts";
import { shapeOfJsonSchema, type Shape } from "../../../lib/shape.ts";
import type { PinnedTool } from "../../declared/mcp-pin.ts";
import { systemFault } from "../../tools.errors.ts";
import type { McpToolRules } from "./mcp-declaration.ts";

const part = z.looseObject({ type: z.string(), text: z.string().optional(), data: z.string().optional(), mimeType: z.string().optional(), uri: z.string().optional(), name: z.string().optional(), resource: z.looseObject({ uri: z.string(), mimeType: z.string().optional(), text: z.string().optional(), blob: z.string().optional() }).optional() });
const callResult = z.looseObject({ content: z.array(part).default([]), structuredContent: z.unknown().optional(), isError: z.boolean().default(false) });
type Part = z.output<typeof part>;

const MAX_REASON = 500;
const NOT_DONE = "Our system did not accept that.";

const attachment = { type: "object", properties: { kind: { type: "string" }, uri: { type: "string" }, name: { type: "string" }, mimeType: { type: "string" }, bytes: { type: "integer" } }, required: ["kind"], additionalProperties: false };
const TEXT_SHAPE = { type: "object", properties: { text: { type: "string" }, attachments: { type: "array", items: attachment } }, required: ["text", "attachments"], additionalProperties: false };

/** What a tool's answers look like: as the server declared it when it was pinned, as the declaration says of its JSON, or a text with a list of what else there was. */
export function outputShape(rules: Pick<McpToolRules, "answer" | "output">, { outputSchema }: Pick<PinnedTool, "outputSchema">): Shape {
  return shapeOfJsonSchema(outputSchema ?? (rules.answer === "json" ? (rules.output ?? {}) : TEXT_SHAPE));
}

/**
 * The outcome of a call. What the server says in words is data, told to nobody as ours; images, sounds and resources are only named.
 * Null: there is no such record. Throws `tools.system_fault`.
 */
export function readResult(rules: Pick<McpToolRules, "answer" | "notFoundText">, { outputSchema }: Pick<PinnedTool, "outputSchema">, result: unknown): { output: unknown } | { refused: string; say: string } | null {
  const read = callResult.safeParse(result);
  if (!read.success) throw systemFault({ message: "The MCP server answered in another shape than the protocol's." });
  const { content, structuredContent, isError } = read.data;
  const text = content.filter(({ type }) => type === "text").map((each) => each.text ?? "").join("\n");
  if (rules.notFoundText !== undefined && text.includes(rules.notFoundText) && (isError || outputSchema === undefined)) return null;
  if (isError) return { refused: excerpt(text === "" ? "It says that it failed, and not why." : text, MAX_REASON), say: NOT_DONE };
  if (outputSchema !== undefined) {
    if (structuredContent === undefined) throw systemFault({ message: "The MCP server answered without the structured content that it declares." });
    return { output: structuredContent };
  }
  if (rules.answer === "json") return { output: parse(text) };
  return { output: { text, attachments: content.filter(({ type }) => type !== "text").map(summarise) } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw systemFault({ message: "The MCP server's answer is not JSON, as its declaration says.", cause: error });
  }
}

function summarise({ type, data, mimeType, uri, name, resource }: Part): Record<string, unknown> {
  const bytes = resource?.text !== undefined ? Buffer.byteLength(resource.text) : bytesOf(data ?? resource?.blob);
  const told = { uri: uri ?? resource?.uri, name, mimeType: mimeType ?? resource?.mimeType, bytes };
  return { kind: type, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) };
}

function bytesOf(base64: string | undefined): number | undefined {
  return base64 === undefined ? undefined : Buffer.byteLength(base64, "base64");
}
