/**
 * A workflow document after reading: CNCF Serverless Workflow DSL 1.0.3, checked against the standard's schema, with
 * every place known. Runs and checks work on this; nothing is looked up in the raw text again.
 *
 * Source: https://github.com/serverlessworkflow/specification/blob/v1.0.3/dsl-reference.md
 */
export type WorkflowDefinition = {
  document: { dsl: string; namespace: string; name: string; version: string; title: string | null; summary: string | null; tags: Record<string, string>; metadata: Record<string, unknown> };
  /** What `${ }` holds: the document's `evaluate.language`, jq where it says nothing. */
  language: "jq" | "cel";
  input: DataContract;
  output: DataContract;
  use: Reusable;
  timeout: TimeoutRule | null;
  schedule: Schedule | null;
  do: TaskList;
};

export type JsonSchema = Record<string, unknown>;

/** `from`/`as`: an expression or a template whose strings may hold expressions; null hands the data on as it is. */
export type DataContract = { schema: JsonSchema | null; transform: Template | null };

/** Any JSON value; strings written `${ ... }` are expressions. Fields that are always expressions are stored with the braces. */
export type Template = unknown;

/** ISO 8601 text, or the inline form, as milliseconds; a template where an expression stands. */
export type DurationRule = { ms: number } | { expression: string };

export type TimeoutRule = { after: DurationRule };

export type Schedule =
  | { kind: "every"; every: DurationRule }
  | { kind: "cron"; cron: string }
  | { kind: "after"; after: DurationRule }
  | { kind: "on"; on: EventConsumption };

export type TaskList = readonly NamedTask[];

/** `pointer`: RFC 6901 place in the document, such as `/do/0/tryGetPet`; the run's errors, counts and traces name it. */
export type NamedTask = { name: string; pointer: string; task: Task };

export type TaskBase = {
  /** Expression with its braces; the task is skipped when it is false. */
  if: string | null;
  input: DataContract;
  output: DataContract;
  /** New `$context`; null leaves it. */
  export: DataContract;
  timeout: TimeoutRule | null;
  /** `continue`, `exit`, `end`, or the name of a task in the same list. */
  then: string;
  metadata: Record<string, unknown>;
};

export type Task = TaskBase &
  (
    | { kind: "call"; call: string; with: Record<string, unknown> }
    | { kind: "do"; do: TaskList }
    | { kind: "emit"; event: Record<string, unknown> }
    | { kind: "for"; each: string; in: string; at: string; while: string | null; do: TaskList }
    | { kind: "fork"; branches: TaskList; isCompeting: boolean }
    | { kind: "listen"; to: EventConsumption; read: "data" | "envelope" | "raw"; foreach: ForeachRule | null }
    | { kind: "raise"; error: ErrorRule | { reference: string } }
    | { kind: "run"; run: RunRule }
    | { kind: "set"; set: Template }
    | { kind: "switch"; cases: readonly { name: string; when: string | null; then: string }[] }
    | { kind: "try"; try: TaskList; catch: CatchRule }
    | { kind: "wait"; wait: DurationRule }
  );

export type TaskKind = Task["kind"];

export type ForeachRule = { item: string; at: string; do: TaskList | null; output: DataContract; export: DataContract };

/** `type` a URI reference, `status` as in RFC 9457; strings may hold expressions. */
export type ErrorRule = { type: string; status: number | string; title: string | null; detail: string | null; instance: string | null };

export type CatchRule = { errors: { type?: string; status?: number; title?: string; detail?: string; instance?: string } | null; as: string; when: string | null; exceptWhen: string | null; retry: RetryRule | { reference: string } | null; do: TaskList | null };

export type RetryRule = {
  when: string | null; exceptWhen: string | null; delay: DurationRule | null; backoff: { kind: "constant" | "exponential" | "linear"; by: Record<string, unknown> };
  limit: { attempts: number | null; attemptDuration: DurationRule | null; duration: DurationRule | null }; jitter: { from: DurationRule; to: DurationRule } | null;
};

export type RunRule =
  | { kind: "workflow"; namespace: string; name: string; version: string; input: Template; isAwaited: boolean }
  | { kind: "script" | "shell" | "container"; with: Record<string, unknown>; isAwaited: boolean; return: "stdout" | "stderr" | "code" | "all" | "none" };

export type EventFilter = { with: Record<string, unknown>; correlate: Record<string, { from: string; expect: string | null }> };

export type EventConsumption =
  | { kind: "one"; filter: EventFilter }
  | { kind: "all"; filters: readonly EventFilter[] }
  /** `until`: an expression, or another consumption; null waits for one event; no filters: any event. */
  | { kind: "any"; filters: readonly EventFilter[]; until: string | EventConsumption | null };

export type Reusable = {
  authentications: Record<string, Record<string, unknown>>;
  errors: Record<string, ErrorRule>;
  functions: Record<string, NamedTask>;
  retries: Record<string, RetryRule>;
  secrets: readonly string[];
  extensions: readonly { name: string; extend: TaskKind | "all"; when: string | null; before: TaskList; after: TaskList }[];
};

/** Where something stands in the text; lines and columns from 1. */
export type Place = { file: string; line: number; column: number };

/** The text beside its definition, so that whatever names a pointer can be shown in the file. */
export type WorkflowSource = { file: string; text: string; definition: WorkflowDefinition; placeOf(pointer: string, /** An expression in the value there, and how far into it. */ at?: { text: string; offset: number }): Place };
