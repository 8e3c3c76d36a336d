import type { WorkflowSource } from "../document/definition.ts";
import { expressionsIn } from "../expressions/template.ts";
import { checkCalls } from "./checks/check-calls.ts";
import { checkCredentials } from "./checks/check-credentials.ts";
import { checkDataSchemas } from "./checks/check-data-schemas.ts";
import { checkFlow } from "./checks/check-flow.ts";
import { checkGates } from "./checks/check-gates.ts";
import { checkSchedule } from "./checks/check-schedule.ts";
import { checkSecretUse } from "./checks/check-secret-use.ts";
import { checkPatterns } from "./checks/check-patterns.ts";
import { checkSecrets } from "./checks/check-secrets.ts";
import { checkTypes } from "./checks/check-types.ts";
import { checkUndo } from "./checks/check-undo.ts";
import { type CheckEnvironment, workflowKey } from "./environment.ts";
import type { Finding } from "./finding.ts";
import { type Checking, createReport } from "./findings.ts";

const CHECKS: readonly ((checking: Checking) => void)[] = [checkFlow, checkCalls, checkTypes, checkGates, checkPatterns, checkSecrets, checkSecretUse, checkCredentials, checkSchedule, checkDataSchemas, checkUndo];

/** Everything that is wrong with one document, in the order of its lines. Pure; runs nothing. */
export function checkWorkflow(source: WorkflowSource, environment: CheckEnvironment): Finding[] {
  const { findings, report } = createReport(source);
  environment.languages[source.definition.language].prepare?.([...expressionsOf(source)]);
  for (const check of CHECKS) check({ source, environment, report });
  return findings.sort((left, right) => left.place.line - right.place.line || left.place.column - right.place.column);
}

/** All documents of a workspace together; they know each other as sub-workflows. */
export function checkWorkflows(sources: readonly WorkflowSource[], environment: Omit<CheckEnvironment, "workflows">): Finding[] {
  const workflows = new Map<string, WorkflowSource>();
  const findings: Finding[] = [];
  for (const source of sources) {
    const key = workflowKey(source.definition.document);
    const first = workflows.get(key);
    if (first !== undefined) findings.push({ rule: "workflow-name", severity: "error", place: source.placeOf("/document/name"), pointer: "/document/name", message: `There is another workflow "${key}" in ${first.file}.`, advice: "Give each its own name." });
    else workflows.set(key, source);
  }
  for (const language of ["jq", "cel"] as const) environment.languages[language].prepare?.(sources.filter(({ definition }) => definition.language === language).flatMap((source) => [...expressionsOf(source)]));
  for (const source of sources) findings.push(...checkWorkflow(source, { ...environment, workflows }));
  return findings;
}

function* expressionsOf({ definition }: WorkflowSource): Generator<string> {
  for (const { source } of expressionsIn(definition, "")) yield source;
}
