import { AppError, messageOf } from "../../lib/app-error.ts";
import { OUTBOUND_FAULTS, outboundFaultKind } from "../../outbound/outbound.errors.ts";
import { isCancelled } from "../../durable/durable.errors.ts";
import type { WorkflowError } from "./run-record.ts";

/** The standard's error types. Source: serverlessworkflow/specification v1.0.3, dsl-reference.md, "Standard Error Types". */
const SPEC = "https://serverlessworkflow.io/spec/1.0.0/errors/";
/** The same errors as older documents and the conformance kit name them. */
const SPEC_EARLIER = "https://serverlessworkflow.io/dsl/errors/types/";
const OWN = "https://baton.dev/errors/";

const STANDARD = {
  ...OUTBOUND_FAULTS,
  validation: { status: 400, title: "Validation error" },
  expression: { status: 400, title: "Expression error" },
  runtime: { status: 500, title: "Runtime error" },
} as const;

export type FaultKind = keyof typeof STANDARD;

/**
 * An error that a workflow's `catch` sees with the standard's type. `instance` is set by the interpreter.
 *
 * Replay: survives a journaled step (it is an `AppError` whose details hold the standard's fields).
 */
export function fault(kind: FaultKind, given: { detail: string; title?: string; status?: number; cause?: unknown }): AppError {
  return makeFault({ type: SPEC + kind, status: given.status ?? STANDARD[kind].status, title: given.title ?? STANDARD[kind].title, detail: given.detail, instance: "" }, given.cause);
}

/** The answer of another system with an error status, or no answer at all (`status` 500 then). */
export function communicationFault(given: { status?: number; detail: string; title?: string; cause?: unknown }): AppError {
  return fault("communication", given);
}

/** Any error with the standard's fields, as `raise` makes it. `instance` empty: the interpreter sets it. */
export function makeFault(error: WorkflowError, cause?: unknown): AppError {
  return new AppError({ code: "workflows.fault", message: error.detail ?? error.title, status: error.status, details: { fault: error }, ...(cause === undefined ? {} : { cause }) });
}

/** What a `catch` sees of anything thrown: our own errors as `https://baton.dev/errors/<code>`, a defect as a runtime error. */
export function toWorkflowError(thrown: unknown, pointer: string): WorkflowError {
  if (!(thrown instanceof AppError)) return standardError("runtime", messageOf(thrown), pointer);
  const outside = outboundFaultKind(thrown);
  if (outside !== null) return { type: SPEC + outside, status: thrown.status, title: String(thrown.details["title"]), detail: thrown.message, instance: pointer };
  const given = thrown.details["fault"];
  if (isWorkflowError(given)) return { ...given, instance: given.instance === "" ? pointer : given.instance };
  if (thrown.code === "workflows.expression_failed") return standardError("expression", thrown.message, pointer);
  return { type: OWN + thrown.code, status: thrown.status, title: thrown.code, detail: thrown.message, instance: pointer };
}

/** What a task that was stopped ended with. */
export function interruptionError(thrown: unknown, pointer: string): WorkflowError {
  return isCancelled(thrown) ? cancelledError(null, pointer) : standardError("timeout", null, pointer);
}

export function cancelledError(detail: string | null, instance: string): WorkflowError {
  return { type: `${OWN}workflows.cancelled`, status: 409, title: "Cancelled", detail, instance };
}

function standardError(kind: FaultKind, detail: string | null, instance: string): WorkflowError {
  return { type: SPEC + kind, ...STANDARD[kind], detail, instance };
}

/** Whether two type URIs name the same error; the standard's have two spellings. */
export function isSameErrorType(one: string, other: string): boolean {
  return normalise(one) === normalise(other);
}

function normalise(type: string): string {
  return type.startsWith(SPEC_EARLIER) ? SPEC + type.slice(SPEC_EARLIER.length) : type.replace(/^(https:\/\/serverlessworkflow\.io\/spec\/)1\.0\.\d\//, "$11.0.0/");
}

function isWorkflowError(value: unknown): value is WorkflowError {
  return typeof value === "object" && value !== null && "type" in value && "status" in value && "instance" in value && typeof value.type === "string" && typeof value.status === "number" && typeof value.instance === "string";
}
