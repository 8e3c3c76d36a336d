import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { readConfig } from "../app/config.ts";
import { messageOf } from "../lib/app-error.ts";
import { comparePolicies, type ChangedDecision } from "../policy/compare-policies.ts";
import { describeApproval } from "../policy/describe-approval.ts";
import type { PolicyDecision, PolicyRequest } from "../policy/policy.ts";
import { listRequests, policyRequest } from "../policy/policy-request.store.ts";
import { policyInvalid } from "../policy/policy.errors.ts";
import { advise } from "./advise.ts";
import { openStore } from "./open-store.ts";
import { policyAt } from "./policy-at.ts";
import { counted } from "./policy-check.ts";
import { toStdout } from "./to-stdout.ts";

const LIMIT = 20_000;
const requestFile = z.array(policyRequest);

/** What OLD and NEW can be; part of its help. */
export const DIFF_HELP = `OLD and NEW are each a folder (a workspace, or its policies/) or a git revision of the workspace: HEAD~1, a tag, a branch.
Compared are the different requests that this Baton has decided in the last 30 days (at most ${LIMIT.toLocaleString("en")}), or those of a file: a JSON
list of { principal: { type, id, attributes }, action, resource: { type, id, attributes }, context }.

  baton policy diff HEAD~1 examples/shop                       what the change I am making would decide otherwise
  baton policy diff v1.4.0 v1.5.0 --workspace examples/shop    between two releases
  baton policy diff before/policies after/policies --requests seen.json
`;

/**
 * `policy diff OLD NEW [--workspace FOLDER] [--requests FILE.json]`: what two versions of the policies decide otherwise about the
 * requests this Baton has seen, or those of a file. Exit code 1 when they differ.
 */
export async function policyDiffCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: { requests: { type: "string" }, workspace: { type: "string" } }, allowPositionals: true });
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0) return advise(`Name two versions of the policies, the older one first: baton policy diff OLD NEW\n\n${DIFF_HELP}`);
  const workspace = values.workspace ?? readConfig(process.env).workspace;
  const [old, next] = [await policyAt(before, workspace), await policyAt(after, workspace)];
  const requests = values.requests === undefined ? await readRecorded() : await readGiven(values.requests);
  const changes = comparePolicies(old, next, requests);
  for (const change of changes) write(changeText(change));
  write(`${counted(requests.length, "request", "requests")} compared: ${counted(changes.reduce((sum, each) => sum + each.requests, 0), "decision", "decisions")} changed\n`);
  if (requests.length === 0) write("Nothing was compared: this Baton has decided nothing in the last 30 days. Give requests by --requests FILE.json.\n");
  return changes.length > 0 ? 1 : 0;
}

async function readGiven(file: string): Promise<{ request: PolicyRequest; seen: number }[]> {
  const text = await readFile(file, "utf8");
  try {
    return requestFile.parse(JSON.parse(text)).map((request) => ({ request, seen: 1 }));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw policyInvalid({ message: `${file} is no list of requests:\n${why}\n\n${DIFF_HELP}`, cause: error });
  }
}

async function readRecorded(): Promise<{ request: PolicyRequest; seen: number }[]> {
  await using store = await openStore();
  return listRequests(store.database, store.tenantId, LIMIT);
}

function changeText({ from, to, requests, seen, example }: ChangedDecision): string {
  const { principal, action, resource, context } = example;
  return `${principal.type} ${action} ${resource.type} ${resource.id}: ${decisionText(from)} → ${decisionText(to)}\n    ${counted(requests, "request", "requests")}, seen ${counted(seen, "time", "times")}; for example with ${JSON.stringify(context)}\n`;
}

function decisionText(decision: PolicyDecision): string {
  const by = decision.rules.length === 0 ? "no policy" : decision.rules.join(", ");
  if (decision.effect === "approve") return `approval of ${describeApproval(decision.by)} (${by})`;
  return `${decision.effect === "deny" && decision.needsPerson ? "to a person" : decision.effect} (${by})`;
}
