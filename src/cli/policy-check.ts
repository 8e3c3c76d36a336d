import { relative, join } from "node:path";
import { readConfig } from "../app/config.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import { checkPolicies, type PolicyReport } from "../policy/analyse/check-policies.ts";
import { readPolicyFolder } from "../policy/read-policy-folder.ts";
import { toStdout } from "./to-stdout.ts";

/** `policy check [folder]`: exit code 1 when the policies cannot be used as they are. */
export async function policyCheckCommand([given]: readonly string[], write = toStdout): Promise<number> {
  const startedMs = performance.now();
  const folder = given ?? readConfig(process.env).workspace;
  await using workspace = await openWorkspace(folder);
  const report = checkPolicies(await readPolicyFolder(folder), workspace);
  write(reportText(report, folder));
  const errors = report.findings.filter((finding) => finding.severity === "error").length;
  write(`${counted(report.policies, "policy", "policies")} checked: ${counted(errors, "error", "errors")}, ${counted(report.findings.length - errors, "warning", "warnings")} (${Math.round(performance.now() - startedMs)} ms)\n`);
  return errors > 0 ? 1 : 0;
}

function reportText({ findings, unexamined }: PolicyReport, folder: string): string {
  const at = (place: { file: string; line: number; column: number }) => `${relative(process.cwd(), join(folder, place.file))}:${place.line}:${place.column}`;
  const lines = findings.map(({ severity, rule, place, message, advice }) => `${at(place)}: ${severity} ${rule}: ${message}\n    → ${advice}\n`);
  const notes = unexamined.map(({ place, id, why }) => `${at(place)}: note: "${id}" was not examined in every case (${why}).\n`);
  return [...lines, ...notes].join("");
}

export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
