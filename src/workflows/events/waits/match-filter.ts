import { isDeepStrictEqual } from "node:util";
import { AppError } from "../../../lib/app-error.ts";
import { isRecord } from "../../../lib/is-record.ts";
import type { EventFilter } from "../../document/definition.ts";
import type { ExpressionLanguage, ExpressionScope } from "../../expressions/expression.ts";
import { faultOfPattern, isWholeMatch } from "../../../lib/patterns/linear-pattern.ts";
import { splitTemplate } from "../../expressions/template.ts";
import { createExpressions, type Expressions } from "../../run/expressions.ts";
import type { CloudEvent } from "../cloud-event.ts";
import type { EventWait } from "./event-waits.ts";
import { isBraced, isPattern, textOf, type FilterEvaluation } from "./filter-values.ts";
import type { WaitKey } from "./wait.store.ts";
import { keyOf, valueOfKey } from "./wait-keys.ts";

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

export const NO_SCOPE: FilterScope = { input: null, context: null, variables: {} };

export function createEventMatcher(languages: Languages): EventMatcher {
  const known: Record<"jq" | "cel", Expressions> = { jq: createExpressions(languages.jq), cel: createExpressions(languages.cel) };
  const evaluate = (language: "jq" | "cel", template: unknown, scope: FilterScope, input: unknown, event: CloudEvent | null): unknown => known[language].evaluate(template, toScope(scope, input, event));
  const matchOrThrow: EventMatcher["match"] = (filter, event, on) => {
    const ofRun = (text: string) => evaluate(on.language, text, on.scope, on.scope.input, null);
    for (const [name, expected] of Object.entries(filter.with)) {
      const value = event[name] ?? null;
      const isExpression = typeof expected === "string" && isBraced(expected);
      const wanted = isExpression ? evaluate(on.language, expected, on.scope, value, event) : expected;
      const isMatch = !isExpression ? isLike(value, wanted, ofRun) : typeof wanted === "boolean" && typeof value !== "boolean" ? wanted : isDeepStrictEqual(value, wanted);
      if (!isMatch) return null;
    }
    const correlation = { ...on.correlation };
    for (const [name, { from, expect }] of Object.entries(filter.correlate)) {
      const value = evaluate(on.language, from, on.scope, event, event) ?? null;
      if (value === null) return null;
      const wanted = expect === null ? correlation[name] : isBraced(expect) ? ofRun(expect) : expect;
      if (wanted === undefined) correlation[name] = value;
      else if (textOf(value) !== textOf(wanted)) return null;
    }
    return correlation;
  };
  return {
    match: (filter, event, on) => orNothing(() => matchOrThrow(filter, event, on)),
    keysOf(filters, language, scope) {
      const evaluation = createEvaluation(languages, language, (text) => evaluate(language, text, scope, scope.input, null));
      return orAnything(filters).map((filter, place) => keyOf(filter, place, evaluation));
    },
    keyValue: (matchFrom, event) => valueOfKey(matchFrom, event, (language, expression) => orNothing(() => evaluate(language, expression, NO_SCOPE, event, event))),
    test: (expression, language, input) => orNothing(() => known[language].test(expression, toScope(NO_SCOPE, input, null))) ?? false,
  };
}

function createEvaluation(languages: Languages, language: "jq" | "cel", ofRun: (text: string) => unknown): FilterEvaluation {
  const readBy = (text: string) => orNothing(() => splitTemplate(text).flatMap((part) => (part.kind === "text" ? [] : [...languages[language].compile(part.source).reads]))) ?? ["input"];
  const tryOfRun = (text: string) => orNothing(() => ofRun(text)) ?? undefined;
  return {
    language, ofRun, tryOfRun,
    readsOnly: (text, names) => readBy(text).every((name) => names.includes(name)),
    withoutEvent: (text) => (readBy(text).some((name) => name === "input" || name === "output" || name === "event") ? undefined : tryOfRun(text)),
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

const MAX_PATTERN_INPUT = 500;

/** Equal to what the document writes out, where a text may be a pattern for the whole, an expression inside an object is over the run's data, and an object's members must all be alike. */
function isLike(value: unknown, wanted: unknown, ofRun: (text: string) => unknown): boolean {
  if (value === wanted) return true;
  if (isPattern(wanted)) return typeof value === "string" && value.length <= MAX_PATTERN_INPUT && faultOfPattern(`^(?:${wanted})$`) === null && isWholeMatch(wanted, value);
  if (isRecord(wanted)) return isRecord(value) && Object.entries(wanted).every(([key, item]) => Object.hasOwn(value, key) && (typeof item === "string" && isBraced(item) ? isDeepStrictEqual(value[key], ofRun(item)) : isLike(value[key], item, ofRun)));
  return isDeepStrictEqual(value, wanted);
}
