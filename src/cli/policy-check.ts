import { join, relative, resolve } from "node:path";
import { readConfig } from "../app/config.ts";
import { checkPolicies, type PolicyReport } from "../policy/analyse/check-policies.ts";
import { readPolicyFolder } from "../policy/read-policy-folder.ts";
import { batonFile } from "../workspace/workspace-file.ts";
import { readSettingsFile } from "./check/read-settings.ts";
import { sureFindings, tryLoadTools } from "./check/read-tools.ts";
import { toStdout } from "./to-stdout.ts";
import { requireWorkspace } from "./workspace-folder.ts";

/**
 * `policy check [folder]`: exit code 1 when the policies cannot be used as they are, or the names in them cannot be looked up. Faults
 * in other parts of the workspace hide none of the policies'.
 */
export async function policyCheckCommand([given]: readonly string[], write = toStdout): Promise<number> {
  const startedMs = performance.now();
  const folder = given ?? readConfig(process.env).workspace;
  await requireWorkspace(folder);
  const root = resolve(folder);
  const { data } = await readSettingsFile(root, "baton.yaml", "settings", batonFile);
  await using loaded = await tryLoadTools(root, data?.tenant.id ?? "check");
  const isWhole = loaded.isWhole && data !== null;
  const checked = checkPolicies(await readPolicyFolder(root), { tools: loaded.tools, audiences: data?.audiences ?? [] });
  const report = { ...checked, findings: sureFindings(checked, isWhole), unexamined: isWhole ? checked.unexamined : [] };
  write(reportText(report, folder));
  if (!isWhole) write(`${loaded.isWhole ? "baton.yaml" : "tools/"} cannot be read, so the names in the policies were not looked up, nor the cases they cover. \`baton check\` says what is wrong there.\n`);
  const errors = report.findings.filter((finding) => finding.severity === "error").length;
  write(`${counted(report.policies, "policy", "policies")} checked: ${counted(errors, "error", "errors")}, ${counted(report.findings.length - errors, "warning", "warnings")} (${Math.round(performance.now() - startedMs)} ms)\n`);
  return errors > 0 || !isWhole ? 1 : 0;
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
