import type { EventFilter } from "../../document/definition.ts";

/** How what a filter says is evaluated; made by the matcher for one wait. */
export type FilterEvaluation = {
  language: "jq" | "cel";
  /** Whether all that the text's expressions may look at is named here. */
  readsOnly(text: string, names: readonly string[]): boolean;
  /** Over the run's data. Throws `workflows.expression_failed`. */
  ofRun(text: string): unknown;
  /** The same; undefined when it fails. */
  tryOfRun(text: string): unknown;
  /** Of an expression that stands for a whole attribute: its value when it does not look at the event; else undefined. */
  withoutEvent(text: string): unknown;
};

const PATTERN = /[\\^$*+?()[\]{}|]/;

/** A text that stands for more than itself: an expression, or a pattern. */
export function isPattern(value: unknown): value is string {
  return typeof value === "string" && PATTERN.test(value);
}

export function isBraced(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith("${") && trimmed.endsWith("}");
}

/** The type a filter names; `*` where it can be any. */
export function typeOf(filter: EventFilter): string {
  const type = filter.with["type"];
  return typeof type === "string" && !isPattern(type) ? type : "*";
}

/** Constants in documents are texts, values of events are anything: `42` and `"42"` correlate. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
