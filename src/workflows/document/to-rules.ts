import { isRecord } from "../../lib/is-record.ts";
import { ownValue } from "../../lib/own-value.ts";
import type { CatchRule, DataContract, DurationRule, ErrorRule, EventConsumption, EventFilter, ForeachRule, JsonSchema, RetryRule, TaskList, Template, TimeoutRule } from "./definition.ts";
import { readDuration } from "./duration.ts";
import { listAt, numberAt, objectAt, textAt, type RawObject } from "./raw-value.ts";

/** A field that is always an expression, with the braces that the standard lets one leave out. */
export function toExpression(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("${") && trimmed.endsWith("}") ? trimmed : `\${ ${trimmed} }`;
}

export function expressionAt(from: RawObject, key: string): string | null {
  const text = textAt(from, key);
  return text === null ? null : toExpression(text);
}

/** The place of `from` in an input, of `as` in an output or export. */
function toTransform(value: unknown): Template | null {
  return typeof value === "string" ? toExpression(value) : (value ?? null);
}

export function toContract(value: unknown, key: "from" | "as"): DataContract {
  if (!isRecord(value)) return { schema: null, transform: null };
  const document = objectAt(value, "schema")["document"];
  const schema: JsonSchema | null = isRecord(document) ? { ...document } : null;
  return { schema, transform: toTransform(value[key]) };
}

/** `timeouts`: of `use`, for a timeout given by name. */
export function toTimeout(value: unknown, timeouts: RawObject): TimeoutRule | null {
  const given = typeof value === "string" ? ownValue(timeouts, value) : value;
  const after = isRecord(given) ? readDuration(given["after"]) : null;
  return after === null ? null : { after };
}

export function toError(raw: RawObject): ErrorRule {
  const status = raw["status"];
  return { type: textAt(raw, "type") ?? "", status: typeof status === "number" || typeof status === "string" ? status : 500, title: textAt(raw, "title"), detail: textAt(raw, "detail"), instance: textAt(raw, "instance") };
}

export function toRetry(raw: RawObject): RetryRule {
  const attempt = objectAt(objectAt(raw, "limit"), "attempt");
  const from = readDuration(objectAt(raw, "jitter")["from"]);
  const to = readDuration(objectAt(raw, "jitter")["to"]);
  return {
    when: expressionAt(raw, "when"), exceptWhen: expressionAt(raw, "exceptWhen"), delay: readDuration(raw["delay"]), backoff: toBackoff(objectAt(raw, "backoff")),
    limit: { attempts: numberAt(attempt, "count"), attemptDuration: readDuration(attempt["duration"]), duration: readDuration(objectAt(raw, "limit")["duration"]) },
    jitter: from === null || to === null ? null : { from, to },
  };
}

function toBackoff(raw: RawObject): RetryRule["backoff"] {
  for (const kind of ["exponential", "linear", "constant"] as const) if (isRecord(raw[kind])) return { kind, by: { ...objectAt(raw, kind) } };
  return { kind: "constant", by: {} };
}

/** `tasks` makes the list of `do`, with its pointers. */
export function toCatch(raw: RawObject, tasks: (list: unknown) => TaskList): CatchRule {
  const retry = raw["retry"];
  return {
    errors: toErrorFilter(objectAt(raw, "errors")["with"]), as: textAt(raw, "as") ?? "error", when: expressionAt(raw, "when"), exceptWhen: expressionAt(raw, "exceptWhen"),
    retry: typeof retry === "string" ? { reference: retry } : isRecord(retry) ? toRetry(retry) : null, do: raw["do"] === undefined ? null : tasks(raw["do"]),
  };
}

function toErrorFilter(value: unknown): CatchRule["errors"] {
  if (!isRecord(value)) return null;
  const [type, status, title, instance] = [textAt(value, "type"), numberAt(value, "status"), textAt(value, "title"), textAt(value, "instance")];
  const detail = textAt(value, "details") ?? textAt(value, "detail");
  return { ...(type === null ? {} : { type }), ...(status === null ? {} : { status }), ...(title === null ? {} : { title }), ...(detail === null ? {} : { detail }), ...(instance === null ? {} : { instance }) };
}

export function toConsumption(raw: RawObject): EventConsumption {
  if (isRecord(raw["one"])) return { kind: "one", filter: toFilter(raw["one"]) };
  if (Array.isArray(raw["all"])) return { kind: "all", filters: toFilters(raw, "all") };
  const until = raw["until"];
  return { kind: "any", filters: toFilters(raw, "any"), until: typeof until === "string" ? toExpression(until) : isRecord(until) ? toConsumption(until) : null };
}

function toFilters(raw: RawObject, key: string): EventFilter[] {
  return listAt(raw, key).filter(isRecord).map(toFilter);
}

function toFilter(raw: RawObject): EventFilter {
  const correlate: EventFilter["correlate"] = {};
  for (const [name, rule] of Object.entries(objectAt(raw, "correlate"))) if (isRecord(rule)) correlate[name] = { from: toExpression(textAt(rule, "from") ?? ""), expect: textAt(rule, "expect") };
  return { with: { ...objectAt(raw, "with") }, correlate };
}

export function toForeach(value: unknown, tasks: (list: unknown) => TaskList): ForeachRule | null {
  if (!isRecord(value)) return null;
  return { item: textAt(value, "item") ?? "item", at: textAt(value, "at") ?? "index", do: value["do"] === undefined ? null : tasks(value["do"]), output: toContract(value["output"], "as"), export: toContract(value["export"], "as") };
}

/** The schema has made sure that it is one; 0 stands for what cannot happen. */
export function toDuration(value: unknown): DurationRule {
  return readDuration(value) ?? { ms: 0 };
}
