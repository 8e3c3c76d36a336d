import { isDeepStrictEqual } from "node:util";
import { AppError } from "../../lib/app-error.ts";
import type { EventFilter } from "../document/definition.ts";
import type { ExpressionLanguage, ExpressionScope } from "../expressions/expression.ts";
import { createExpressions, type Expressions } from "../run/expressions.ts";
import { isRecord } from "../run/is-record.ts";
import type { CloudEvent } from "./cloud-event.ts";
import type { EventWait } from "./event-waits.ts";
import type { WaitKey } from "./wait.store.ts";

export type Languages = Readonly<Record<"jq" | "cel", ExpressionLanguage>>;
/** What filters may see beside the event. */
export type FilterScope = EventWait["scope"];

/**
 * Says whether events match filters. Expressions are compiled once and kept.
 *
 * Replay: pure; an expression that fails on an event means "no match".
 */
export type EventMatcher = {
  /** The correlation as it stands after this event; null: no match. */
  match(filter: EventFilter, event: CloudEvent, on: { language: "jq" | "cel"; scope: FilterScope; correlation: Readonly<Record<string, unknown>> }): Record<string, unknown> | null;
  /** Where waits with these filters are to be found by an event. Throws `workflows.expression_failed` from an `expect`. */
  keysOf(filters: readonly EventFilter[], language: "jq" | "cel", scope: FilterScope): WaitKey[];
  /** The value of a key's `matchFrom` over an event; null: no wait with this key can match. */
  keyValue(matchFrom: string, event: CloudEvent): string | null;
  /** An expression over events that were gathered (`until`). */
  test(expression: string, language: "jq" | "cel", input: unknown): boolean;
};

const ANYTHING: EventFilter = { with: {}, correlate: {} };

/** No filter at all takes every event. */
export function orAnything(filters: readonly EventFilter[]): readonly EventFilter[] {
  return filters.length === 0 ? [ANYTHING] : filters;
}

/** The type a filter names; `*` where it can be any. */
export function typeOf(filter: EventFilter): string {
  const type = filter.with["type"];
  return isLiteral(type) ? type : "*";
}

export const NO_SCOPE: FilterScope = { input: null, context: null, variables: {} };
const SUBJECT = "@subject";

export function createEventMatcher(languages: Languages): EventMatcher {
  const known: Record<"jq" | "cel", Expressions> = { jq: createExpressions(languages.jq), cel: createExpressions(languages.cel) };
  const evaluate = (language: "jq" | "cel", template: unknown, scope: FilterScope, input: unknown, event: CloudEvent | null): unknown => known[language].evaluate(template, toScope(scope, input, event));
  const matchOrThrow: EventMatcher["match"] = (filter, event, on) => {
    for (const [name, expected] of Object.entries(filter.with)) {
      const value = event[name] ?? null;
      const isExpression = typeof expected === "string" && isBraced(expected);
      const wanted = isExpression ? evaluate(on.language, expected, on.scope, value, event) : expected;
      if (isExpression && typeof wanted === "boolean" && typeof value !== "boolean" ? !wanted : !isLike(value, wanted, !isExpression)) return null;
    }
    const correlation = { ...on.correlation };
    for (const [name, { from, expect }] of Object.entries(filter.correlate)) {
      const value = evaluate(on.language, from, on.scope, event, event) ?? null;
      if (value === null) return null;
      const wanted = expect === null ? correlation[name] : isBraced(expect) ? evaluate(on.language, expect, on.scope, on.scope.input, null) : expect;
      if (wanted === undefined) correlation[name] = value;
      else if (textOf(value) !== textOf(wanted)) return null;
    }
    return correlation;
  };
  return {
    match: (filter, event, on) => orNothing(() => matchOrThrow(filter, event, on)),
    keysOf: (filters, language, scope) => orAnything(filters).map((filter, index) => {
      const eventType = typeOf(filter);
      const correlated = Object.values(filter.correlate).find((each) => each.expect !== null);
      if (correlated !== undefined) {
        const { from, expect } = correlated;
        const value = expect !== null && isBraced(expect) ? evaluate(language, expect, scope, scope.input, null) : expect;
        return { filter: index, eventType, matchFrom: `${language}:${from}`, matchValue: textOf(value ?? null) };
      }
      const subject = filter.with["subject"];
      return isLiteral(subject) ? { filter: index, eventType, matchFrom: SUBJECT, matchValue: subject } : { filter: index, eventType, matchFrom: "", matchValue: "" };
    }),
    keyValue(matchFrom, event) {
      if (matchFrom === "") return "";
      if (matchFrom === SUBJECT) return event.subject ?? null;
      const language = matchFrom.startsWith("cel:") ? "cel" : "jq";
      const value = orNothing(() => evaluate(language, matchFrom.slice(matchFrom.indexOf(":") + 1), NO_SCOPE, event, event));
      return value === null || value === undefined ? null : textOf(value);
    },
    test: (expression, language, input) => orNothing(() => known[language].test(expression, toScope(NO_SCOPE, input, null))) ?? false,
  };
}

function toScope(scope: FilterScope, input: unknown, event: CloudEvent | null): ExpressionScope {
  return { input, context: scope.context, secrets: {}, workflow: null, task: null, runtime: null, variables: event === null ? scope.variables : { ...scope.variables, event } };
}

function orNothing<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    // The event is not as the document thought; that is an answer, not a failure of whoever sent it.
    if (error instanceof AppError && error.code.startsWith("workflows.expression")) return null;
    throw error;
  }
}

export function isBraced(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith("${") && trimmed.endsWith("}");
}

const PATTERN = /[\\^$*+?()[\]{}|]/;
const MAX_PATTERN_INPUT = 500;

/** A text that stands for itself alone: no expression, no pattern. */
export function isLiteral(value: unknown): value is string {
  return typeof value === "string" && !PATTERN.test(value);
}

/** Equal; for what the document writes out also: a pattern for the whole text, or an object whose members are all alike. */
function isLike(value: unknown, wanted: unknown, isWritten: boolean): boolean {
  if (value === wanted) return true;
  if (isWritten && typeof wanted === "string" && typeof value === "string" && PATTERN.test(wanted)) return value.length <= MAX_PATTERN_INPUT && isFullMatch(value, wanted);
  if (isWritten && isRecord(wanted)) return isRecord(value) && Object.entries(wanted).every(([key, item]) => Object.hasOwn(value, key) && isLike(value[key], item, true));
  return isDeepStrictEqual(value, wanted);
}

function isFullMatch(value: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(value);
  } catch {
    // No pattern at all, so only equality could have matched.
    return false;
  }
}

/** Constants in documents are texts, values of events are anything: `42` and `"42"` correlate. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
