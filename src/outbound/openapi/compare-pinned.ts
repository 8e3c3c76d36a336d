import { isRecord } from "../../lib/is-record.ts";
import type { JsonSchemaObject } from "../../lib/shape.ts";
import type { PinnedOperation } from "./pinned.ts";

type Operations = Readonly<Record<string, PinnedOperation>>;

/** What is different in the operations of two imports, a line each; none: calls and answers are the same. Replay: pure. */
export function comparePinned(before: Operations, after: Operations): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (old === undefined) return [`+ ${name}: imported`];
    if (now === undefined) return [`- ${name}: no longer imported`];
    return compareOperation(old, now).map((line) => `~ ${name}: ${line}`);
  });
}

function compareOperation(before: PinnedOperation, after: PinnedOperation): string[] {
  const lines: string[] = [];
  if (before.method !== after.method || before.path !== after.path) lines.push(`is now ${after.method} ${after.path} (was ${before.method} ${before.path})`);
  lines.push(...compareArguments(before.input, after.input));
  const placed = (operation: PinnedOperation) => canonical([operation.parameters, operation.body]);
  if (lines.length === 0 && placed(before) !== placed(after)) lines.push("arguments are sent in another way");
  if (before.answer !== after.answer) lines.push(`answers with ${after.answer} (was ${before.answer})`);
  else if (bare(before.output) !== bare(after.output)) lines.push(describeAnswer(before.output, after.output));
  if (before.purpose !== after.purpose) lines.push("is described in other words");
  return lines;
}

function compareArguments(before: JsonSchemaObject, after: JsonSchemaObject): string[] {
  const [old, now] = [membersOf(before), membersOf(after)];
  const lines = [
    ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `new argument "${name}"${isRequired(after, name) ? ", which is required" : ""}`),
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `argument "${name}" is gone`),
  ];
  for (const [name, schema] of now) {
    if (!old.has(name)) continue;
    if (isRequired(before, name) !== isRequired(after, name)) lines.push(`argument "${name}" is ${isRequired(after, name) ? "now required" : "no longer required"}`);
    if (bare(old.get(name)) === bare(schema)) {
      // Models read the words, so they are told apart too.
      if (canonical(old.get(name)) !== canonical(schema)) lines.push(`argument "${name}" is described in other words`);
    } else lines.push(`argument "${name}" has changed: ${brief(old.get(name))} → ${brief(schema)}`);
  }
  return lines.length === 0 && canonical(before["$defs"]) !== canonical(after["$defs"]) ? ["what its arguments are made of has changed"] : lines;
}

function describeAnswer(before: JsonSchemaObject, after: JsonSchemaObject): string {
  const [old, now] = [membersOf(before), membersOf(after)];
  const added = [...now.keys()].filter((name) => !old.has(name));
  const gone = [...old.keys()].filter((name) => !now.has(name));
  const changed = [...now.keys()].filter((name) => old.has(name) && bare(old.get(name)) !== bare(now.get(name)));
  const parts = [["new", added], ["gone", gone], ["changed", changed]] as const;
  const told = parts.filter(([, names]) => names.length > 0).map(([what, names]) => `${what}: ${names.join(", ")}`);
  return `the answer has changed${told.length > 0 ? ` (${told.join("; ")})` : ""}`;
}

/** The members of an object, or of the objects of a list; through the first reference. */
function membersOf(schema: JsonSchemaObject): Map<string, unknown> {
  const inner = isRecord(schema["items"]) ? schema["items"] : schema;
  const reference = inner["$ref"];
  const defs = schema["$defs"];
  const resolved = typeof reference === "string" && isRecord(defs) ? defs[reference.slice("#/$defs/".length)] : inner;
  return new Map(isRecord(resolved) && isRecord(resolved["properties"]) ? Object.entries(resolved["properties"]) : []);
}

function isRequired({ required }: JsonSchemaObject, name: string): boolean {
  return Array.isArray(required) && required.includes(name);
}

function brief(schema: unknown): string {
  const { description: _, ...rest } = isRecord(schema) ? schema : {};
  const text = JSON.stringify(rest);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The same without descriptions. */
function bare(value: unknown): string {
  return canonical(JSON.parse(JSON.stringify(value ?? null, (name, item: unknown) => (name === "description" && typeof item === "string" ? undefined : item))));
}

/** Equal for values that are equal, whatever order their members stand in. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (isRecord(item) ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1))) : item)) ?? "";
}
