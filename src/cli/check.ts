import { parseArgs } from "node:util";
import { readConfig } from "../app/config.ts";
import type { WorkflowSource } from "../workflows/document/definition.ts";
import { type DataFlowReport, describeDataFlow } from "../workflows/verify/describe-data-flow.ts";
import { workflowKey } from "../workflows/verify/environment.ts";
import type { Finding } from "../workflows/verify/finding.ts";
import { RULES } from "../workflows/verify/rules.ts";
import { toSarif } from "../workflows/verify/to-sarif.ts";
import { toText } from "../workflows/verify/to-text.ts";
import { checkWorkspace, type WorkspaceCounts } from "./check/check-workspace.ts";
import { WORKSPACE_RULES } from "./check/findings.ts";
import { counted } from "./policy-check.ts";
import { toStdout } from "./to-stdout.ts";

const FORMATS = ["text", "sarif", "json"] as const;
export type CheckFormat = (typeof FORMATS)[number];

export type CheckOptions = { format: CheckFormat; /** Says what personal data can reach which system. */ hasDataFlow: boolean; write(text: string): void };

/** `check [folder] [--format text|sarif|json] [--data-flow]`: exit code 1 when anything in the workspace cannot be used as it is. */
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
 * Reads and checks all of a workspace: settings, intents, tools, policies, agents, articles and workflows. Changes nothing.
 * Returns the exit code. Throws `workspace.invalid` for a folder that is no workspace.
 */
export async function checkCommand(folder: string, { format, hasDataFlow, write }: CheckOptions): Promise<number> {
  const startedMs = performance.now();
  const { counts, findings, sources, surroundings } = await checkWorkspace(folder);
  const workflows = new Map(sources.map((source) => [workflowKey(source.definition.document), source]));
  const flows = hasDataFlow ? sources.map((source) => ({ source, report: describeDataFlow(source, { ...surroundings, workflows }) })) : [];
  if (format === "sarif") write(`${JSON.stringify(toSarif(findings, "0.1.0", { ...RULES, ...WORKSPACE_RULES }), null, 2)}\n`);
  else if (format === "json") write(`${JSON.stringify({ counts, findings, dataFlow: flows.map(({ source, report }) => ({ file: source.file, ...report })) }, null, 2)}\n`);
  else {
    write(toText(findings));
    for (const { source, report } of flows) write(flowText(source, report));
    write(`${summary(counts, findings)} (${Math.round(performance.now() - startedMs)} ms)\n`);
  }
  return findings.some(({ severity }) => severity === "error") ? 1 : 0;
}

function summary({ workflows, tools, policies, agents, intents, articles }: WorkspaceCounts, findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const parts = [counted(workflows, "workflow", "workflows"), counted(tools, "tool", "tools"), counted(policies, "policy", "policies"), counted(agents, "agent", "agents"), counted(intents, "intent", "intents")];
  return `${parts.join(", ")} and ${counted(articles, "article", "articles")} checked: ${counted(errors, "error", "errors")}, ${counted(findings.length - errors, "warning", "warnings")}`;
}

function flowText(source: WorkflowSource, { flows, mermaid }: DataFlowReport): string {
  if (flows.length === 0) return `${source.file}: no personal data leaves the house.\n`;
  const lines = flows.map(({ field, system, task, place }) => `${place.file}:${place.line}:${place.column}: ${field} can reach ${system} (${task})`);
  return `${lines.join("\n")}\n\n${mermaid}\n\n`;
}
