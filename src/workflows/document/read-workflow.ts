import { isRecord } from "../../lib/is-record.ts";
import type { Finding } from "../verify/finding.ts";
import type { WorkflowSource } from "./definition.ts";
import { didYouMean, didYouMeanNear } from "../../lib/did-you-mean.ts";
import { ownValue } from "../../lib/own-value.ts";
import { documentInvalidFrom } from "./document.errors.ts";
import { joinPointer } from "./json-pointer.ts";
import { createPlaceFinder, parseYaml } from "./parse-yaml.ts";
import { objectAt, type RawObject } from "./raw-value.ts";
import { rawTasks, type RawTask } from "./raw-tasks.ts";
import { findSchemaFault } from "./schema-fault.ts";
import { KIND_KEYS, TASK_BASE_KEYS, TASK_KINDS, kindOf } from "./task-kinds.ts";
import { toDefinition } from "./to-definition.ts";

export type ReadResult = { kind: "read"; source: WorkflowSource } | { kind: "faulty"; findings: readonly Finding[] };

const DSL_VERSIONS: readonly string[] = ["1.0.0", "1.0.1", "1.0.2", "1.0.3"];
const TOP_KEYS: readonly string[] = ["document", "input", "use", "do", "timeout", "output", "schedule", "evaluate"];

/**
 * Reads one document of Serverless Workflow DSL 1.0.0 to 1.0.3, YAML or JSON, at most 1 MB.
 *
 * Shapes: `file` only names the text in messages and places.
 * Throws: `workflows.document_invalid`, with all findings in `details.findings`.
 * Replay: pure.
 * Source: https://github.com/serverlessworkflow/specification/blob/v1.0.3/schema/workflow.yaml
 */
export function readWorkflow(text: string, file: string): WorkflowSource {
  const result = tryReadWorkflow(text, file);
  if (result.kind === "faulty") throw documentInvalidFrom(result.findings);
  return result.source;
}

/** The same, with what is wrong as a value. */
export function tryReadWorkflow(text: string, file: string): ReadResult {
  const parsed = parseYaml(text);
  if (parsed.kind === "faulty") return { kind: "faulty", findings: parsed.faults.map(({ rule, message, advice, line, column }) => ({ rule, severity: "error", place: { file, line, column }, pointer: "", message, advice })) };
  const placeOf = createPlaceFinder(file, text);
  const root = isRecord(parsed.data) ? parsed.data : null;
  const faults = root === null ? [{ rule: "schema", pointer: "", message: "A workflow is a mapping with `document` and `do`.", advice: "Begin with `document:`." }] : findFaults(root);
  if (root === null || faults.length > 0) return { kind: "faulty", findings: faults.map((fault) => ({ ...fault, severity: "error", place: placeOf(fault.pointer) })) };
  return { kind: "read", source: { file, text, definition: toDefinition(root), placeOf } };
}

type Fault = Pick<Finding, "rule" | "pointer" | "message" | "advice">;

/** Our own checks first, because they say it better; the schema when they find nothing. */
function findFaults(root: RawObject): Fault[] {
  const tasks = [...rawTasks(root)];
  const faults = [...checkTop(root), ...checkTasks(tasks), ...checkSchemas(root, tasks), ...checkTimeouts(root, tasks)];
  if (faults.length > 0) return faults;
  const fault = findSchemaFault(root);
  return fault === null ? [] : [{ rule: "schema", ...fault, advice: "See the reference of Serverless Workflow DSL 1.0.3 for this field." }];
}

function checkTop(root: RawObject): Fault[] {
  const faults: Fault[] = [];
  for (const key of Object.keys(root)) {
    if (!TOP_KEYS.includes(key) && !key.startsWith("x-")) faults.push({ rule: "schema", pointer: joinPointer("", key), message: `"${key}" is not known at the top of a document.${didYouMean(key, TOP_KEYS)}`, advice: "Correct or remove it; keys of your own begin with `x-`." });
  }
  const dsl = objectAt(root, "document")["dsl"];
  if (!isRecord(root["document"])) faults.push({ rule: "schema", pointer: "", message: "The document has no `document` with its name and version.", advice: "Begin with `document:` and its dsl, namespace, name and version." });
  else if (dsl === undefined) faults.push({ rule: "dsl-version", pointer: "/document", message: "The document does not say the version of the language.", advice: "Write `dsl: '1.0.3'` under `document`." });
  else if (typeof dsl !== "string" || !DSL_VERSIONS.includes(dsl)) faults.push({ rule: "dsl-version", pointer: "/document/dsl", message: `Version ${String(dsl)} of the language is not known.`, advice: `Use one of ${DSL_VERSIONS.join(", ")}.` });
  const { language = "jq", mode = "strict" } = objectAt(root, "evaluate");
  if (language !== "jq" && language !== "cel") faults.push({ rule: "expression-language", pointer: "/evaluate/language", message: `Expressions in "${String(language)}" cannot be evaluated.`, advice: "Use `cel` or `jq`." });
  if (mode !== "strict") faults.push({ rule: "expression-language", pointer: "/evaluate/mode", message: `The mode "${String(mode)}" is not known here.`, advice: "Use `strict`: expressions stand in ${ }." });
  return faults;
}

function checkTasks(tasks: readonly RawTask[]): Fault[] {
  const faults: Fault[] = [];
  for (const { name, pointer, raw } of tasks) {
    const kind = kindOf(raw);
    const unknown = Object.keys(raw).filter((key) => !TASK_BASE_KEYS.includes(key) && !(kind !== null && KIND_KEYS[kind].includes(key)));
    if (kind === null) {
      const [wrong] = unknown;
      const hint = wrong === undefined ? "" : ` "${wrong}" is not known.${didYouMean(wrong, TASK_KINDS)}`;
      faults.push({ rule: "unknown-task", pointer: wrong === undefined ? pointer : joinPointer(pointer, wrong), message: `Task "${name}" does not say what it does.${hint}`, advice: `Give it one of ${[...TASK_KINDS].sort().join(", ")}.` });
      continue;
    }
    for (const key of unknown) {
      const isKind = TASK_KINDS.some((other) => other === key);
      faults.push({ rule: "schema", pointer: joinPointer(pointer, key), message: isKind ? `Task "${name}" does two things: "${kind}" and "${key}".` : `"${key}" is not known in the ${kind} task "${name}".${didYouMeanNear(key, [...TASK_BASE_KEYS, ...KIND_KEYS[kind]])}`, advice: isKind ? "Make two tasks of it." : "Correct or remove it." });
    }
  }
  return faults;
}

/** Schemas stand in the document itself: a run must not depend on what an address answers that day. */
function checkSchemas(root: RawObject, tasks: readonly RawTask[]): Fault[] {
  const contracts: [string, unknown][] = [["/input", root["input"]], ["/output", root["output"]]];
  for (const { pointer, raw } of tasks) for (const key of ["input", "output", "export"]) contracts.push([`${pointer}/${key}`, raw[key]]);
  const faults: Fault[] = [];
  for (const [pointer, contract] of contracts) {
    const schema = isRecord(contract) ? objectAt(contract, "schema") : {};
    const { format = "json" } = schema;
    if (schema["resource"] !== undefined) faults.push({ rule: "schema-resource", pointer: `${pointer}/schema/resource`, message: "A schema at another address is not read.", advice: "Put the schema into `schema.document`." });
    if (typeof format !== "string" || !/^json(:|$)/.test(format)) faults.push({ rule: "schema-resource", pointer: `${pointer}/schema/format`, message: `Schemas in "${String(format)}" are not read.`, advice: "Use JSON Schema, `format: json`." });
  }
  return faults;
}

/** A timeout may be given by name; the definition holds the rule itself. */
function checkTimeouts(root: RawObject, tasks: readonly RawTask[]): Fault[] {
  const known = objectAt(objectAt(root, "use"), "timeouts");
  const places: [string, unknown][] = [["/timeout", root["timeout"]], ...tasks.map(({ pointer, raw }): [string, unknown] => [`${pointer}/timeout`, raw["timeout"]])];
  return places.flatMap(([pointer, name]) => (typeof name === "string" && ownValue(known, name) === undefined ? [{ rule: "unknown-reference", pointer, message: `There is no timeout "${name}" in \`use.timeouts\`.${didYouMean(name, Object.keys(known))}`, advice: "Define it there, or write the timeout out." }] : []));
}
