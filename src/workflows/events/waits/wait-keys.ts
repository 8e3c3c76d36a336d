import { isRecord } from "../../../lib/is-record.ts";
import { sha256 } from "../../../lib/sha256.ts";
import type { EventFilter } from "../../document/definition.ts";
import { escapePart, splitPointer } from "../../document/json-pointer.ts";
import { isBraced, isPattern, textOf, typeOf, type FilterEvaluation } from "./filter-values.ts";
import type { CloudEvent } from "../cloud-event.ts";
import type { WaitKey } from "./wait.store.ts";

/** One thing that every event which matches a filter has: `from`, an expression over the event or `@` with the place of a member, gives `value`. */
type Part = { from: string; value: string };

const MAX_TYPE = 200;
/** Characters. Keys are indexed, and an entry of a B-tree has 2,700 bytes at most. */
const MAX_FROM = 300;
const MAX_VALUE = 300;

/**
 * Where an event is to find a wait with this filter: by all that its matches have in common, so that an event of the run's own
 * order reads that run's wait only. Both empty: by the type alone.
 *
 * Throws `workflows.expression_failed` from an `expect`.
 */
export function keyOf(filter: EventFilter, place: number, evaluation: FilterEvaluation): WaitKey {
  const parts = fitting([...partsOfCorrelations(filter, evaluation), ...partsOfMembers(filter, evaluation)].sort((a, b) => (a.from < b.from ? -1 : 1)));
  return { filter: place, eventType: typeOf(filter).slice(0, MAX_TYPE), matchFrom: joinFroms(parts.map((part) => part.from)), matchValue: joinValues(parts.map((part) => part.value)) };
}

/** The value of a key's `matchFrom` over an event; null: no wait with this key can match. `read` evaluates an expression over the event. */
export function valueOfKey(matchFrom: string, event: CloudEvent, read: (language: "jq" | "cel", expression: string) => unknown): string | null {
  const values: string[] = [];
  for (const from of splitFroms(matchFrom)) {
    const value = from.startsWith("@") ? memberOf(event, from) : read(from.startsWith("cel:") ? "cel" : "jq", from.slice(from.indexOf(":") + 1));
    if (value === null || value === undefined) return null;
    values.push(textOf(value));
  }
  return joinValues(values);
}

/** `from` is asked of events alone, so one that looks at the run's data makes no key. */
function* partsOfCorrelations({ correlate }: EventFilter, evaluation: FilterEvaluation): Generator<Part> {
  for (const { from, expect } of Object.values(correlate)) {
    if (expect === null || !evaluation.readsOnly(from, ["input", "output", "event"])) continue;
    yield { from: `${evaluation.language}:${from}`, value: textOf(isBraced(expect) ? (evaluation.ofRun(expect) ?? null) : expect) };
  }
}

function* partsOfMembers({ with: members }: EventFilter, evaluation: FilterEvaluation): Generator<Part> {
  for (const [name, wanted] of Object.entries(members)) {
    if (name === "type") continue;
    if (typeof wanted === "string" && isBraced(wanted)) yield* partOf([name], evaluation.withoutEvent(wanted));
    else yield* partsIn([name], wanted, evaluation);
  }
}

function* partsIn(path: readonly string[], wanted: unknown, evaluation: FilterEvaluation): Generator<Part> {
  if (typeof wanted === "string" && isBraced(wanted)) yield* partOf(path, evaluation.tryOfRun(wanted));
  else if (isRecord(wanted)) for (const [name, item] of Object.entries(wanted)) yield* partsIn([...path, name], item, evaluation);
  else if (!isPattern(wanted)) yield* partOf(path, wanted);
}

/** True, false and null say too little, and lists and objects may be equal and written differently. */
function* partOf(path: readonly string[], value: unknown): Generator<Part> {
  if (typeof value === "string" || typeof value === "number") yield { from: `@${path.map(escapePart).join("/")}`, value: textOf(value) };
}

function memberOf(event: CloudEvent, from: string): string | number | null {
  let value: unknown = event;
  for (const name of splitPointer(`/${from.slice(1)}`)) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : null;
  return typeof value === "string" || typeof value === "number" ? value : null;
}

function fitting(parts: readonly Part[]): Part[] {
  const kept: Part[] = [];
  for (const part of parts) if (joinFroms([...kept, part].map(({ from }) => from)).length <= MAX_FROM) kept.push(part);
  return kept;
}

function joinFroms(froms: readonly string[]): string {
  return froms.length > 1 ? JSON.stringify(froms) : (froms[0] ?? "");
}

function splitFroms(matchFrom: string): string[] {
  if (matchFrom === "") return [];
  const list: unknown = matchFrom.startsWith("[") ? JSON.parse(matchFrom) : [matchFrom];
  return Array.isArray(list) ? list.map(String) : [];
}

function joinValues(values: readonly string[]): string {
  const joined = values.length > 1 ? JSON.stringify(values) : (values[0] ?? "");
  return joined.length > MAX_VALUE ? `#${sha256(joined)}` : joined;
}
