import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "../app/config.ts";
import { checkSurroundings } from "../app/workflow-functions/check-documents.ts";
import type { WorkflowSource } from "../workflows/document/definition.ts";
import { tryReadWorkflow } from "../workflows/document/read-workflow.ts";
import { checkWorkflows } from "../workflows/verify/check-workflow.ts";
import { type DataFlowReport, describeDataFlow } from "../workflows/verify/describe-data-flow.ts";
import { workflowKey } from "../workflows/verify/environment.ts";
import type { Finding } from "../workflows/verify/finding.ts";
import { toSarif } from "../workflows/verify/to-sarif.ts";
import { toText } from "../workflows/verify/to-text.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { toStdout } from "./to-stdout.ts";

const FORMATS = ["text", "sarif", "json"] as const;
export type CheckFormat = (typeof FORMATS)[number];

export type CheckOptions = { format: CheckFormat; /** Says what personal data can reach which system. */ hasDataFlow: boolean; write(text: string): void };

/** `check [folder] [--format text|sarif|json] [--data-flow]`: exit code 1 when a document may not be published. */
export async function check(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: { format: { type: "string", default: "text" }, "data-flow": { type: "boolean", default: false } }, allowPositionals: true });
  const format = FORMATS.find((each) => each === values.format);
  if (format === undefined) {
    process.stderr.write(`There is no format "${values.format}"; use ${FORMATS.join(", ")}.\n`);
    return 2;
  }
  return checkCommand(positionals[0] ?? readConfig(process.env).workspace, { format, hasDataFlow: values["data-flow"], write: toStdout });
}

/**
 * Reads and checks every document in a workspace's `workflows/`, against its own tools and policies. Changes nothing.
 * Returns the exit code. Throws `workspace.invalid`.
 */
export async function checkCommand(folder: string, { format, hasDataFlow, write }: CheckOptions): Promise<number> {
  const startedMs = performance.now();
  await using workspace = await openWorkspace(folder);
  const { sources, findings } = readDocuments(workspace);
  const environment = checkSurroundings(workspace);
  findings.push(...checkWorkflows(sources, environment));
  const workflows = new Map(sources.map((source) => [workflowKey(source.definition.document), source]));
  const flows = hasDataFlow ? sources.map((source) => ({ source, report: describeDataFlow(source, { ...environment, workflows }) })) : [];
  if (format === "sarif") write(`${JSON.stringify(toSarif(findings, "0.1.0"), null, 2)}\n`);
  else if (format === "json") write(`${JSON.stringify({ findings, dataFlow: flows.map(({ source, report }) => ({ file: source.file, ...report })) }, null, 2)}\n`);
  else {
    write(toText(findings));
    for (const { source, report } of flows) write(flowText(source, report));
    write(`${summary(sources.length, findings)} (${Math.round(performance.now() - startedMs)} ms)\n`);
  }
  return findings.some(({ severity }) => severity === "error") ? 1 : 0;
}

function readDocuments(workspace: Workspace): { sources: WorkflowSource[]; findings: Finding[] } {
  const sources: WorkflowSource[] = [];
  const findings: Finding[] = [];
  for (const { file, text } of workspace.workflows) {
    const result = tryReadWorkflow(text, relative(process.cwd(), join(workspace.folder, file)));
    if (result.kind === "read") sources.push(result.source);
    else findings.push(...result.findings);
  }
  return { sources, findings };
}

function summary(read: number, findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  return `${read} ${read === 1 ? "workflow" : "workflows"} checked: ${errors} ${errors === 1 ? "error" : "errors"}, ${findings.length - errors} ${findings.length - errors === 1 ? "warning" : "warnings"}`;
}

function flowText(source: WorkflowSource, { flows, mermaid }: DataFlowReport): string {
  if (flows.length === 0) return `${source.file}: no personal data leaves the house.\n`;
  const lines = flows.map(({ field, system, task, place }) => `${place.file}:${place.line}:${place.column}: ${field} can reach ${system} (${task})`);
  return `${lines.join("\n")}\n\n${mermaid}\n\n`;
}
