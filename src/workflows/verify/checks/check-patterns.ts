import type { DataContract, EventConsumption, JsonSchema, NamedTask } from "../../document/definition.ts";
import { joinPointer } from "../../document/json-pointer.ts";
import { filtersOf } from "../../events/starts/start-on-event.ts";
import { isBraced, isPattern } from "../../events/waits/filter-values.ts";
import { faultOfPattern } from "../../../lib/patterns/linear-pattern.ts";
import { isRecord } from "../../../lib/is-record.ts";
import type { Checking } from "../findings.ts";
import { tasksOf } from "../task-tree.ts";

/** A pattern that a run or an event would use, and where it stands. */
type Placed = readonly [pointer: string, pattern: string];

/** Patterns over texts from outside, in filters of events and in data schemas: only such as no text can make run for long. */
export function checkPatterns({ source: { definition }, report }: Checking): void {
  const { schedule } = definition;
  const found = [
    ...(schedule?.kind === "on" ? patternsOfConsumption(schedule.on, "/schedule/on") : []),
    ...patternsOfContract(definition.input, "/input"), ...patternsOfContract(definition.output, "/output"),
    ...[...tasksOf(definition)].flatMap(({ named }) => [...patternsOfTask(named)]),
  ];
  for (const [pointer, pattern] of found) {
    const fault = faultOfPattern(pattern);
    if (fault !== null) report({ rule: "pattern", severity: "error", pointer, message: `${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`, advice: "Write it without look-around, references back and thousands of repeats; test the rest with an expression." });
  }
}

function* patternsOfTask({ task, pointer }: NamedTask): Generator<Placed> {
  for (const [key, contract] of [["input", task.input], ["output", task.output], ["export", task.export]] as const) yield* patternsOfContract(contract, `${pointer}/${key}`);
  if (task.kind === "listen") yield* patternsOfConsumption(task.to, `${pointer}/listen/to`);
  if (task.kind === "call" && isRecord(task.with["schema"])) yield* patternsOfSchema(task.with["schema"], `${pointer}/with/schema`);
}

function* patternsOfConsumption(to: EventConsumption, pointer: string): Generator<Placed> {
  for (const [index, filter] of filtersOf(to).entries()) yield* textsIn(filter.with, `${to.kind === "one" ? `${pointer}/one` : joinPointer(pointer, to.kind, index)}/with`);
  if (to.kind === "any" && typeof to.until === "object" && to.until !== null) yield* patternsOfConsumption(to.until, `${pointer}/until`);
}

/** What stands in a filter as a pattern; the rest is an expression or stands for itself. */
function* textsIn(value: unknown, pointer: string): Generator<Placed> {
  if (typeof value === "string" && isPattern(value) && !isBraced(value)) yield [pointer, value];
  else if (isRecord(value)) for (const [key, item] of Object.entries(value)) yield* textsIn(item, joinPointer(pointer, key));
}

function* patternsOfContract({ schema }: DataContract, pointer: string): Generator<Placed> {
  if (schema !== null) yield* patternsOfSchema(schema, `${pointer}/schema/document`);
}

function* patternsOfSchema(schema: JsonSchema, pointer: string): Generator<Placed> {
  for (const [key, value] of Object.entries(schema)) {
    const place = joinPointer(pointer, key);
    if (key === "pattern" && typeof value === "string") yield [place, value];
    if (key === "patternProperties" && isRecord(value)) for (const pattern of Object.keys(value)) yield [joinPointer(place, pattern), pattern];
    if (["const", "default", "enum", "examples"].includes(key)) continue;
    if (isRecord(value)) yield* patternsOfSchema(value, place);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) if (isRecord(item)) yield* patternsOfSchema(item, joinPointer(place, index));
  }
}
