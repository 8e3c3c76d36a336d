import type { SecretReader } from "../../credentials/secret-reader.ts";
import type { Log } from "../../lib/log.ts";
import type { Clock } from "../../lib/clock.ts";
import type { WorkflowSource } from "../document/definition.ts";
import type { EventSink, EventWaits } from "../events/waits/event-waits.ts";
import type { ExpressionLanguage } from "../expressions/expression.ts";
import type { FunctionCatalog } from "../functions/function.ts";
import type { CallHandlers } from "../calls/call-handler.ts";
import type { RunRecords } from "./run-records.ts";

/** Published documents. A version never changes, so `load` may be cached and is safe outside a step. */
export type WorkflowVersions = {
  /** Throws `workflows.version_unknown`; `storage.unavailable` (retryable). */
  load(tenantId: string, hash: string): Promise<WorkflowSource>;
  /** The hash of a published version; `latest`: the active one. Null: there is none. Asked in a step. */
  resolve(tenantId: string, workflow: { namespace: string; name: string; version: string }): Promise<string | null>;
};

/** What the operator allows beside the document's own tasks. */
export type RunPermissions = { mayRun(kind: "script" | "shell" | "container", tenantId: string): boolean };

/** What the interpreter is put together from. */
export type RunDeps = {
  versions: WorkflowVersions;
  languages: Readonly<Record<"jq" | "cel", ExpressionLanguage>>;
  functions: FunctionCatalog;
  calls: CallHandlers;
  waits: EventWaits;
  events: EventSink;
  secrets: SecretReader;
  records: RunRecords;
  permissions: RunPermissions;
  clock: Clock;
  log: Log;
  /** `$runtime.version` of runs that were started without one. */
  version: string;
};
