import { parseArgs } from "node:util";
import { readConfig } from "../app/config.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import { gatherCases, type DecidedCases, type TriedCase } from "../policy/analyse/gather-cases.ts";
import { queryPolicies } from "../policy/analyse/query-policies.ts";
import { describeApproval } from "../policy/describe-approval.ts";
import { readPolicyFolder } from "../policy/read-policy-folder.ts";
import { advise } from "./advise.ts";
import { counted } from "./policy-check.ts";
import { toStdout } from "./to-stdout.ts";
import { requireWorkspace } from "./workspace-folder.ts";

/** What a query looks at; part of its help. */
export const QUERY_HELP = `Lists the cases in which somebody may do this, at once or with approval, and by which policies. A condition is a Cedar expression;
bare names are looked up in the context and among the facts, and "amount" is money in whole units (amount > 100 is
context.amountCents > 10000).

What is looked at: every kind of principal of the schema, in every combination of the groups that policies name, and by name
where a policy names one; every tool or audience of the workspace; numbers below, at and above each boundary that policies or
the question name; texts at each text they name, and one other; flags at both; what may be missing, missing. That covers all
comparisons, "has", "is", "in", "contains" of written sets, and their combinations. Where a policy uses something else ("like",
arithmetic, sets of the context, IP addresses and times), or where the cases are too many, the answer says so.
`;
const SHOWN = 5;

/** `policy query [folder] --action A [--resource R] [--where CONDITION] [--cases 5] [--json]`: exit code 1 when nobody may. */
export async function policyQueryCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: { action: { type: "string" }, resource: { type: "string" }, where: { type: "string" }, cases: { type: "string", default: String(SHOWN) }, json: { type: "boolean", default: false } }, allowPositionals: true });
  const { action, resource = null, where = null } = values;
  if (action === undefined) return advise("Say what is done: baton policy query --action useTool --resource refund_order --where 'amount > 100'");
  const keep = Number(values.cases);
  if (!Number.isInteger(keep) || keep < 0) return advise("--cases takes how many cases of each kind are shown: a whole number from 0.");
  const folder = positionals[0] ?? readConfig(process.env).workspace;
  await requireWorkspace(folder);
  await using workspace = await openWorkspace(folder);
  const { gathered, onCase } = gatherCases(keep);
  const answers = queryPolicies(await readPolicyFolder(folder), workspace, { action, resource, where }, onCase);
  const gaps = [...new Set(answers.flatMap((answer) => answer.gaps))];
  if (values.json) write(`${JSON.stringify({ workspace: workspace.folder, question: { action, resource, where }, tried: gathered.tried, asked: gathered.asked, decided: gathered.decided.map(asJson), gaps }, null, 2)}\n`);
  else {
    write(`Who may ${action}${resource === null ? "" : ` ${resource}`}${where === null ? "" : ` where ${where}`}, in ${workspace.folder}: ${counted(gathered.tried, "case", "cases")} tried${where === null ? "" : `, ${gathered.asked} where the condition holds`}.\n\n`);
    if (answers.length === 0) write("Nobody may.\n");
    for (const kind of gathered.decided) write(kindText(kind));
    for (const gap of gaps) write(`Not every case was looked at: ${gap}.\n`);
  }
  return answers.length > 0 ? 0 : 1;
}

function asJson({ who, action, resource, decision, count, cases }: DecidedCases) {
  return { who, action, resource, effect: decision.effect, rules: decision.rules, ...(decision.effect === "approve" ? { approval: describeApproval(decision.by), reason: decision.reason } : {}), count, cases };
}

/** Who, what and how; under it the cases as a table. */
function kindText({ who, action, resource, decision, count, cases }: DecidedCases): string {
  const how = decision.effect === "allow" ? "allowed" : `with approval of ${describeApproval(decision.by)}`;
  const head = `${who} · ${action} ${resource} · ${how}, by ${decision.rules.join(", ")} (${counted(count, "case", "cases")})\n`;
  const left = count - cases.length;
  return `${head}${table(cases)}${left > 0 && cases.length > 0 ? `  … and ${left} more: --cases ${count} shows all.\n` : ""}\n`;
}

/** A row a case, a column for each thing that is known in one of them; – is what is not known. */
function table(cases: readonly TriedCase[]): string {
  const paths = [...new Set(cases.flatMap((each) => Object.keys(each)))].filter((path) => path !== "context.tool");
  if (paths.length === 0) return "";
  const rows = [paths.map((path) => path.replace(/^context\.(?:facts\.)?/, "")), ...cases.map((each) => paths.map((path) => String(each[path] ?? "–")))];
  const widths = paths.map((_path, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}\n`).join("");
}
