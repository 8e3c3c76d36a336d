import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from "yaml";
import { messageOf } from "../../lib/app-error.ts";
import type { WorkflowSource } from "./definition.ts";
import { splitPointer } from "./json-pointer.ts";

const MAX_BYTES = 1_000_000;
const MAX_ALIASES = 100;
const MAX_DEPTH = 100;

export type YamlFault = { rule: string; message: string; advice: string; line: number; column: number };

export type ParsedYaml = { kind: "read"; data: unknown } | { kind: "faulty"; faults: YamlFault[] };

/** YAML 1.2 to plain JSON data, within limits of size, depth and aliases. Never throws. */
export function parseYaml(text: string): ParsedYaml {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) return faulty("too-large", `The document has ${(bytes / 1_000_000).toFixed(1)} MB; at most ${MAX_BYTES / 1_000_000} MB are read.`, "Split it into sub-workflows.");
  const nul = text.indexOf("\0");
  if (nul >= 0) return faulty("yaml", "Not valid YAML: the character NUL stands in it.", "Take it out.", text.slice(0, nul));
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
    if (document.errors.some(({ message }) => message.includes("call stack"))) return TOO_DEEP;
    if (document.errors.length > 0) return { kind: "faulty", faults: document.errors.slice(0, 10).map((error) => ({ rule: "yaml", message: `Not valid YAML: ${error.message}.`.replace(/\.\.$/, "."), advice: "Mend the YAML at this place.", ...positionOf(lines, error.pos[0]) })) };
    const data: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (depthOf(data) > MAX_DEPTH) return TOO_DEEP;
    return { kind: "read", data };
  } catch (error) {
    if (error instanceof ReferenceError) return faulty("alias-bomb", `The document's aliases multiply beyond ${MAX_ALIASES} copies.`, "Write the repeated parts out, or put them into `use`.");
    if (error instanceof RangeError) return TOO_DEEP;
    return faulty("yaml", `Not valid YAML: ${messageOf(error)}.`, "Mend the YAML.");
  }
}

const TOO_DEEP = faulty("too-deep", `The document is nested more than ${MAX_DEPTH} levels deep.`, "Move inner tasks into sub-workflows.");

/** `before`: the text up to the place. */
function faulty(rule: string, message: string, advice: string, before = ""): ParsedYaml {
  const lines = before.split("\n");
  return { kind: "faulty", faults: [{ rule, message, advice, line: lines.length, column: (lines.at(-1) ?? "").length + 1 }] };
}

function positionOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let level: unknown[] = [value]; level.length > 0 && depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : [])).filter((item) => typeof item === "object" && item !== null);
  }
  return depth;
}

/**
 * Finds places by pointer. The text is parsed again at the first question only: most documents are never asked.
 * A pointer that leads nowhere gives the nearest place above it.
 */
export function createPlaceFinder(file: string, text: string): WorkflowSource["placeOf"] {
  let parsed: { document: Document; lines: LineCounter } | null = null;
  return (pointer, inside) => {
    if (parsed === null) {
      const lines = new LineCounter();
      parsed = { document: parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines };
    }
    const { document, lines } = parsed;
    const found = findNode(document, splitPointer(pointer));
    const value = found.isExact && isScalar(found.value) && typeof found.value.value === "string" ? found.value : null;
    const index = value === null || inside === undefined ? -1 : String(value.value).indexOf(inside.text);
    const at = value === null || inside === undefined || index < 0 ? found.start : offsetInScalar(text, value, index + inside.offset);
    return { file, ...positionOf(lines, at) };
  };
}

/** `start`: of the key, or of the list's item. */
function findNode(document: Document, parts: readonly string[]): { start: number; value: unknown; isExact: boolean } {
  let node: unknown = document.contents;
  let start = startOf(node) ?? 0;
  for (const part of parts) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === part);
      if (pair === undefined) return { start, value: node, isExact: false };
      start = startOf(pair.key) ?? start;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      if (item === undefined) return { start, value: node, isExact: false };
      start = startOf(item) ?? start;
      node = item;
    } else return { start, value: node, isExact: false };
  }
  return { start, value: node, isExact: true };
}

function startOf(node: unknown): number | null {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range) && typeof node.range[0] === "number" ? node.range[0] : null;
}

/** Where the n-th character of a scalar's value stands in the text; for block scalars line by line. */
function offsetInScalar(text: string, scalar: Node, offset: number): number {
  const start = startOf(scalar) ?? 0;
  const end = scalar.range?.[1] ?? text.length;
  const style = "type" in scalar ? scalar.type : "PLAIN";
  if (style !== "BLOCK_LITERAL" && style !== "BLOCK_FOLDED") return Math.min(end, start + offset + (style === "PLAIN" ? 0 : 1));
  let position = text.indexOf("\n", start) + 1;
  const indent = /^[ ]*/.exec(text.slice(position))?.[0].length ?? 0;
  for (let left = offset; ; ) {
    const lineEnd = text.indexOf("\n", position);
    const length = (lineEnd < 0 ? text.length : lineEnd) - position - indent;
    if (left <= length || lineEnd < 0 || lineEnd >= end) return Math.min(end, position + indent + left);
    left -= length + 1;
    position = lineEnd + 1;
  }
}
