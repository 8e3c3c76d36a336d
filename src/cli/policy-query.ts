import { parseArgs } from "node:util";
import { readConfig } from "../app/config.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import { queryPolicies, type PolicyAnswer } from "../policy/analyse/query-policies.ts";
import { describeApproval } from "../policy/describe-approval.ts";
import { readPolicyFolder } from "../policy/read-policy-folder.ts";
import { toStdout } from "./to-stdout.ts";

const HELP = `Usage: baton policy query [folder] --action useTool [--resource refund_order] [--where 'amount > 100']

Lists who may do this in at least one case, and by which policies. A condition is a Cedar expression; bare names are looked up
in the context and among the facts, and "amount" is money in whole units (amount > 100 is context.amountCents > 10000).

What is looked at: every kind of principal of the schema, in every combination of the groups that policies name, and by name
where a policy names one; every tool or audience of the workspace; numbers below, at and above each boundary that policies or
the question name; texts at each text they name, and one other; flags at both; what may be missing, missing. That covers all
comparisons, "has", "is", "in", "contains" of written sets, and their combinations. Where a policy uses something else ("like",
arithmetic, sets of the context, IP addresses and times), or where the cases are too many, the answer says so.
`;

/** `policy query [folder] --action A [--resource R] [--where CONDITION]`: exit code 1 when nobody may. */
export async function policyQueryCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: { action: { type: "string" }, resource: { type: "string" }, where: { type: "string" }, help: { type: "boolean", default: false } }, allowPositionals: true });
  if (values.help || values.action === undefined) {
    write(HELP);
    return values.help ? 0 : 2;
  }
  const folder = positionals[0] ?? readConfig(process.env).workspace;
  await using workspace = await openWorkspace(folder);
  const answers = queryPolicies(await readPolicyFolder(folder), workspace, { action: values.action, resource: values.resource ?? null, where: values.where ?? null });
  if (answers.length === 0) write("Nobody may.\n");
  for (const answer of answers) write(answerText(answer, values.resource === undefined));
  for (const gap of new Set(answers.flatMap((answer) => answer.gaps))) write(`Not every case was looked at: ${gap}.\n`);
  return answers.length > 0 ? 0 : 1;
}

function answerText({ principal, groups, resource, allow, approve, isAlways }: PolicyAnswer, namesResource: boolean): string {
  const who = `${principal}${groups.length === 0 ? "" : ` in ${groups.join(", ")}`}${namesResource ? ` on ${resource}` : ""}`;
  const plain = allow.length === 0 ? [] : [`  ${isAlways ? "always" : "in some cases"}, by ${allow.join(", ")}`];
  return [who, ...plain, ...approve.map(({ rules, by }) => `  with approval of ${describeApproval(by)}, by ${rules.join(", ")}`), ""].join("\n");
}
