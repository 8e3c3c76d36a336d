import type { AppError } from "../../lib/app-error.ts";
import { ownValue } from "../../lib/own-value.ts";
import type { RunRule, WorkflowDefinition } from "../document/definition.ts";
import type { FunctionCatalog } from "../functions/function.ts";
import { fault } from "./faults.ts";
import type { RunPermissions } from "./run-deps.ts";

export type ProcessRule = Extract<RunRule, { kind: "script" | "shell" | "container" }>;

const PROTOCOLS: Readonly<Record<string, string>> = { grpc: "gRPC", asyncapi: "AsyncAPI", a2a: "A2A" };

/** Why a call is not carried out here, by name; null when it is. */
export function refuseCall(name: string, definition: WorkflowDefinition, functions: FunctionCatalog): AppError | null {
  if (name === "http" || name === "openapi" || name === "mcp" || ownValue(definition.use.functions, name) !== undefined || functions.has(name)) return null;
  const protocol = ownValue(PROTOCOLS, name);
  if (protocol !== undefined) return fault("configuration", { detail: `Calls by ${protocol} (\`call: ${name}\`) are not carried out here.` });
  return fault("configuration", { detail: `There is no function "${name}": neither in \`use.functions\` nor among those of this installation.` });
}

/** Why a program is not run; null when it is. */
export function refuseProcess(rule: ProcessRule, permissions: RunPermissions, tenantId: string): AppError | null {
  if (rule.kind === "container") return fault("configuration", { detail: "`run: container` is refused: this installation runs no containers." });
  if (!permissions.mayRun(rule.kind, tenantId)) return fault("configuration", { detail: `\`run: ${rule.kind}\` is refused: this installation does not allow it. An operator can, by BATON_RUN_PROCESSES.` });
  if (!rule.isAwaited) return fault("configuration", { detail: `\`run: ${rule.kind}\` with \`await: false\` is refused: nobody would know how it ended.` });
  return null;
}
