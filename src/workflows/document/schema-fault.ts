import { validate } from "@serverlessworkflow/sdk";
import { messageOf } from "../../lib/app-error.ts";
import { excerpt } from "../../lib/cut.ts";
import { either } from "../../lib/either.ts";
import { isRecord } from "../../lib/is-record.ts";
import { didYouMeanNear } from "../../lib/did-you-mean.ts";
import { joinPointer, splitPointer } from "./json-pointer.ts";
import type { RawObject } from "./raw-value.ts";
import { flatten, rawTasks } from "./raw-tasks.ts";
import { KIND_KEYS, TASK_BASE_KEYS, TASK_KINDS, kindOf } from "./task-kinds.ts";

export type SchemaFault = { pointer: string; message: string };

/** One line of the validator's list. */
type Line = { pointer: string; schemaPath: string; keyword: string; text: string; params: RawObject };

/**
 * Checks against the standard's schema and says the one thing that is wrong at the deepest place; null when nothing is.
 * The validator names every alternative that does not fit, most of them of other task kinds: those are left out.
 */
export function findSchemaFault(root: RawObject): SchemaFault | null {
  const flat = flatten(root);
  try {
    validate("Workflow", flat.root);
    return null;
  } catch (error) {
    return chooseFault(root, linesOf(messageOf(error)).map((line) => ({ ...line, pointer: flat.pointerOf(line.pointer) })));
  }
}

function linesOf(message: string): Line[] {
  const lines: Line[] = [];
  for (const line of message.slice(0, message.lastIndexOf("\n\ndata: ")).split("\n")) {
    const match = /^- (.*?) \| (.*?) \| (.*) \| (\{.*\})$/.exec(line);
    if (match === null) continue;
    const [, pointer = "", schemaPath = "", text = "", json = "{}"] = match;
    const params: unknown = JSON.parse(json);
    lines.push({ pointer, schemaPath, keyword: schemaPath.slice(schemaPath.lastIndexOf("/") + 1), text, params: isRecord(params) ? params : {} });
  }
  return lines;
}

function chooseFault(root: RawObject, lines: readonly Line[]): SchemaFault {
  const tasks = new Map([...rawTasks(root)].map((task) => [task.pointer, task]));
  const telling = lines.filter((line) => !isNoise(line, tasks.get(line.pointer)?.raw ?? null, tasks));
  const depth = (line: Line) => splitPointer(line.pointer).length;
  const deepest = Math.max(0, ...telling.map(depth));
  const group = telling.filter((line) => depth(line) === deepest);
  const chosen = group.filter((line) => line.pointer === group[0]?.pointer);
  const [first] = chosen;
  if (first === undefined) return { pointer: lines.at(-1)?.pointer ?? "", message: "This is not as the standard's schema has it." };
  return { pointer: placeOfFault(first), message: sentence(root, first, chosen) };
}

const COMBINING = new Set(["oneOf", "anyOf", "allOf", "if", "not"]);

function isNoise(line: Line, task: RawObject | null, tasks: ReadonlyMap<string, unknown>): boolean {
  if (COMBINING.has(line.keyword)) return true;
  const parent = line.pointer.slice(0, line.pointer.lastIndexOf("/"));
  if (line.keyword === "const" && line.pointer.endsWith("/call") && tasks.has(parent)) return true;
  if (task === null) return false;
  const kind = kindOf(task);
  const missing = line.params["missingProperty"];
  if (line.keyword === "required" && typeof missing === "string") return TASK_KINDS.some((other) => other === missing) && (kind === null || !KIND_KEYS[kind].includes(missing) || task[missing] !== undefined);
  const surplus = surplusOf(line);
  return surplus !== null && kind !== null && [...TASK_BASE_KEYS, ...KIND_KEYS[kind]].includes(surplus);
}

function surplusOf(line: Line): string | null {
  const surplus = line.params["unevaluatedProperty"] ?? line.params["additionalProperty"];
  return typeof surplus === "string" ? surplus : null;
}

function placeOfFault(line: Line): string {
  const surplus = surplusOf(line);
  return surplus === null ? line.pointer : joinPointer(line.pointer, surplus);
}

function sentence(root: RawObject, line: Line, group: readonly Line[]): string {
  const name = splitPointer(line.pointer).at(-1) ?? "document";
  const value = valueAt(root, line.pointer);
  const ofKeyword = (keyword: string, param: string) => [...new Set(group.filter((other) => other.keyword === keyword).map((other) => String(other.params[param])))];
  switch (line.keyword) {
    case "required": return `"${name}" has no ${either(ofKeyword("required", "missingProperty").map((key) => `"${key}"`))}.`;
    case "type": if (group.some((other) => other.keyword === "pattern")) return patternSentence(name, value, group.filter((other) => other.keyword === "pattern")); else return `"${name}" must be ${either(ofKeyword("type", "type").map(withArticle))}, not ${describe(value)}.`;
    case "enum": return `"${name}" must be ${either(listOf(line.params["allowedValues"]).map((allowed) => `"${String(allowed)}"`))}, not ${describe(value)}.${didYouMeanNear(String(value), listOf(line.params["allowedValues"]).map(String).slice(0, 40))}`;
    case "pattern": return patternSentence(name, value, group);
    case "unevaluatedProperties": case "additionalProperties": return surplusSentence(root, line, name);
    case "minItems": case "minProperties": return `"${name}" must not be empty.`;
    case "maxProperties": return `An item of the list must have one name only; here are ${isRecord(value) ? Object.keys(value).map((key) => `"${key}"`).join(" and ") : "several"}.`;
    default: return `"${name}" ${line.text}.`;
  }
}

function patternSentence(name: string, value: unknown, group: readonly Line[]): string {
  const patterns = group.map((line) => String(line.params["pattern"]));
  if (name === "version" || name === "dsl") return `"${name}" must be a semantic version such as "1.0.0", not ${describe(value)}.`;
  if (name === "name" || name === "namespace") return `"${name}" may have letters, digits and hyphens, 63 at most; ${describe(value)} does not fit.`;
  if (patterns.some((pattern) => pattern.startsWith("^P"))) return `"${name}" must be an ISO 8601 duration such as "PT15M", or parts such as { minutes: 15 }, not ${describe(value)}.`;
  if (patterns.some((pattern) => pattern.includes("://"))) return `"${name}" must be an address with its scheme, such as "https://example.com/{id}", or an expression in \${ }, not ${describe(value)}.`;
  if (patterns.some((pattern) => pattern.includes("\\$\\{"))) return `"${name}" must be an expression in \${ }, not ${describe(value)}.`;
  return `"${name}" does not have the right form: ${describe(value)}.`;
}

function surplusSentence(root: RawObject, line: Line, name: string): string {
  const surplus = surplusOf(line) ?? "";
  const value = valueAt(root, line.pointer);
  const kind = isRecord(value) ? kindOf(value) : null;
  const known = kind === null ? [] : [...TASK_BASE_KEYS, ...KIND_KEYS[kind]];
  return `"${surplus}" is not known in "${name}".${didYouMeanNear(surplus, known)}`;
}

function valueAt(root: RawObject, pointer: string): unknown {
  let value: unknown = root;
  for (const part of splitPointer(pointer)) value = Array.isArray(value) ? value[Number(part)] : isRecord(value) ? value[part] : undefined;
  return value;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function withArticle(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return excerpt(JSON.stringify(value) ?? "nothing", 60);
}
