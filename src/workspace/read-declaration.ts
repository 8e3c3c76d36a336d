import { z } from "zod";
import { isRecord } from "../lib/is-record.ts";
import type { DeclarationPath, ToolSource } from "../tools/declared/tool-source.ts";
import { didYouMean } from "../lib/did-you-mean.ts";
import { joinPointer } from "../workflows/document/json-pointer.ts";
import { createPlaceFinder, parseYaml } from "../workflows/document/parse-yaml.ts";

/** `at` names a place in the file as messages do: `tools/orders.yaml:12:5`. */
export type ReadDeclaration = { kind: "read"; source: ToolSource; declared: unknown; at(path: DeclarationPath): string } | { kind: "faulty"; faults: string[] };

/**
 * Reads one `tools/*.yaml` by the source that its `kind` names.
 *
 * Shapes: `faults` each with file, line, column and what to do. Replay: pure; nothing is opened.
 */
export function readDeclaration(file: string, text: string, sources: readonly ToolSource[]): ReadDeclaration {
  const yaml = parseYaml(text);
  if (yaml.kind === "faulty") return { kind: "faulty", faults: yaml.faults.map(({ line, column, message, advice }) => `${file}:${line}:${column}: ${message} ${advice}`) };
  const placeOf = createPlaceFinder(file, text);
  const at = (path: DeclarationPath) => {
    const { line, column } = placeOf(joinPointer("", ...path));
    return `${file}:${line}:${column}`;
  };
  const kinds = sources.map(({ kind }) => kind).sort();
  const kind = isRecord(yaml.data) ? yaml.data["kind"] : undefined;
  const source = sources.find((each) => each.kind === kind);
  if (source === undefined) {
    const message = typeof kind === "string" ? `There is no kind of tool "${kind}".${didYouMean(kind, kinds)}` : `Say what kind of tool this is: "kind: ${kinds.join(" | ")}".`;
    return { kind: "faulty", faults: [`${at(["kind"])}: ${message}`] };
  }
  const read = source.declaration.safeParse(yaml.data);
  if (read.success) return { kind: "read", source, declared: read.data, at };
  return { kind: "faulty", faults: faultsOfShape(source.declaration, read.error).map(({ path, message }) => `${at(path)}: ${message}`) };
}

/** `message` says what to do as well, as far as the schema's own descriptions do. */
export type ShapeFault = { path: (string | number)[]; message: string };

/** What is wrong with data of a file, in words for whoever wrote it. */
export function faultsOfShape(declaration: z.ZodType, error: z.ZodError): ShapeFault[] {
  const schema = schemaOf(declaration);
  return error.issues.flatMap((issue) => faultsOf(issue, schema));
}

function faultsOf(issue: z.core.$ZodIssue, schema: unknown): ShapeFault[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? part.toString() : part));
  const name = path.at(-1) ?? "it";
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key], message: `There is no "${key}" here.${didYouMean(key, membersAt(schema, path))}` }));
  const advice = adviceAt(schema, path);
  if (issue.code === "invalid_type" && issue.input === undefined && /received undefined/.test(issue.message)) return [{ path, message: `"${name}" is missing.${advice}` }];
  if (issue.code === "invalid_union") return [{ path, message: `"${name}" is none of what it can be.${formsOf(schemaAt(schema, path))}` }];
  if (issue.code === "custom") return [{ path, message: issue.message }];
  return [{ path, message: `"${name}": ${issue.message}.${advice}`.replace("..", ".") }];
}

function schemaOf(declaration: z.ZodType): unknown {
  return z.toJSONSchema(declaration, { io: "input", unrepresentable: "any" });
}

function adviceAt(schema: unknown, path: readonly (string | number)[]): string {
  const found = schemaAt(schema, path);
  return isRecord(found) && typeof found["description"] === "string" ? ` ${found["description"]}` : "";
}

/** What each form of a choice must have. */
function formsOf(schema: unknown): string {
  const forms = isRecord(schema) && Array.isArray(schema["anyOf"]) ? schema["anyOf"].flatMap((form: unknown) => (isRecord(form) && Array.isArray(form["required"]) ? [form["required"].join(" and ")] : [])) : [];
  return forms.length === 0 ? "" : ` Write one of: ${forms.join(", ")}.`;
}

function membersAt(schema: unknown, path: readonly (string | number)[]): string[] {
  const found = schemaAt(schema, path);
  return isRecord(found) && isRecord(found["properties"]) ? Object.keys(found["properties"]) : [];
}

/** Where the schema leaves a choice, the place is not followed further. */
function schemaAt(schema: unknown, path: readonly (string | number)[]): unknown {
  let found = schema;
  for (const part of path) {
    if (!isRecord(found)) return null;
    const properties = found["properties"];
    found = typeof part === "number" ? found["items"] : isRecord(properties) ? properties[part] : found["additionalProperties"];
  }
  return found;
}
