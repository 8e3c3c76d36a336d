import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { messageOf } from "../lib/app-error.ts";
import { didYouMean } from "../lib/did-you-mean.ts";
import { isRecord } from "../lib/is-record.ts";
import type { DeclarationPath } from "../tools/declared/tool-source.ts";
import type { Tool } from "../tools/tool.ts";

/** `at` names the line where a member of the tool stands: `tools/refund_order.ts:12:3`. */
export type ImportedTool = { kind: "read"; tool: Tool; at(path: DeclarationPath): string } | { kind: "faulty"; faults: string[] };

const RISKS = ["read", "write", "money", "irreversible"];
const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * One tool in TypeScript. Its types are gone when it is run, so what they would have said is looked at here.
 *
 * Shapes: `faults` each with file, line, column and what to do. Replay: the file is run once for a process.
 */
export async function importTool(path: string, file: string): Promise<ImportedTool> {
  let module: unknown;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    return { kind: "faulty", faults: [`${file}:${lineOf(error, path)}: This file cannot be run: ${messageOf(error).replace(/\.?$/, ".")} Mend it at this place.`] };
  }
  const at = placesOf(await readFile(path, "utf8"), file);
  const tool = isRecord(module) ? module["default"] : undefined;
  if (!isTool(tool)) return { kind: "faulty", faults: [`${file}:1:1: There is no default export made by defineTool. Write: export default defineTool({ … });`] };
  const faults = faultsIn(tool).map(({ member, words }) => `${at([member])}: ${words}`);
  return faults.length > 0 ? { kind: "faulty", faults } : { kind: "read", tool, at };
}

function isTool(value: unknown): value is Tool {
  return isRecord(value) && typeof value["name"] === "string" && ["run", "describe"].every((name) => typeof value[name] === "function") && ["input", "output", "risk", "bound"].every((name) => name in value);
}

type Fault = { member: string; words: string };

function faultsIn(tool: Tool): Fault[] {
  const faults: Fault[] = [];
  if (!NAME.test(tool.name)) faults.push({ member: "name", words: `"${tool.name}" is no name for a tool. Use small letters, digits and underscores, beginning with a letter.` });
  if (!RISKS.includes(tool.risk)) faults.push({ member: "risk", words: `There is no risk "${tool.risk}".${didYouMean(tool.risk, RISKS)}` });
  if (!(tool.timeoutMs > 0)) faults.push({ member: "timeoutMs", words: "A tool says how long its system may take. Write timeoutMs, in milliseconds." });
  for (const side of ["input", "output"] as const) faults.push(...shapeFaults(tool, side));
  return faults;
}

/** What a model, a page and a document are shown of a tool is its JSON Schema: it must be there, and an object for what goes in. */
function shapeFaults(tool: Tool, side: "input" | "output"): Fault[] {
  let schema: unknown;
  try {
    schema = tool[side].jsonSchema;
    tool[side].parse(undefined);
  } catch (error) {
    return [{ member: side, words: `The schema of "${side}" cannot be used: ${messageOf(error).replace(/\.?$/, ".")} Give a zod schema of plain data.` }];
  }
  if (!isRecord(schema)) return [{ member: side, words: `"${side}" is no schema. Give a zod schema, such as z.object({ order_number: z.number().int() }).` }];
  if (side === "output") return [];
  if (schema["type"] !== "object") return [{ member: side, words: `"input" is no object, and a call has named arguments. Give z.object({ … }).` }];
  const { properties } = schema;
  const unknown = Object.keys(tool.bound).filter((name) => !isRecord(properties) || !Object.hasOwn(properties, name));
  return unknown.map((name) => ({ member: "bound", words: `"${name}" is bound and no argument of "input".${didYouMean(name, isRecord(properties) ? Object.keys(properties) : [])}` }));
}

/** The line of a member in the file; without one the first. */
function placesOf(text: string, file: string): (path: DeclarationPath) => string {
  const lines = text.split("\n");
  return ([member = ""]) => {
    const line = lines.findIndex((each) => new RegExp(`^\\s*["']?${String(member).replace(/\W/g, "")}["']?\\s*[:(,]`).test(each));
    return line < 0 ? `${file}:1:1` : `${file}:${line + 1}:${(lines[line] ?? "").search(/\S/) + 1}`;
  };
}

/** `12:1`: where in this file an error came up; a fault in another file that it imports is told by the message. */
function lineOf(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const [, line = "1", column = "1"] = /^(\d+)(?::(\d+))?/.exec(stack.split(`${path}:`)[1] ?? "") ?? [];
  return `${line}:${column}`;
}
