import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { loadPolicy } from "../app/load-policy.ts";
import { comparePolicies, type ChangedDecision } from "../policy/compare-policies.ts";
import { describeApproval } from "../policy/describe-approval.ts";
import type { PolicyDecision, PolicyRequest } from "../policy/policy.ts";
import { listRequests, policyRequest } from "../policy/policy-request.store.ts";
import { openStore } from "./open-store.ts";
import { counted } from "./policy-check.ts";
import { toStdout } from "./to-stdout.ts";

const LIMIT = 20_000;
const requestFile = z.array(policyRequest);

/**
 * `policy diff OLD NEW [--requests FILE.json]`: what two workspaces' policies decide otherwise about the requests this Baton has
 * seen in the last 30 days, or those of a file. Exit code 1 when they differ.
 */
export async function policyDiffCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: { requests: { type: "string" } }, allowPositionals: true });
  const [oldFolder, newFolder] = positionals;
  if (oldFolder === undefined || newFolder === undefined) {
    write("Usage: baton policy diff OLD NEW [--requests FILE.json]\nOLD and NEW are folders of workspaces; get an older one with `git worktree add`.\n");
    return 2;
  }
  const [old, next] = [await loadPolicy(oldFolder), await loadPolicy(newFolder)];
  const requests = values.requests === undefined ? await readRecorded() : requestFile.parse(JSON.parse(await readFile(values.requests, "utf8"))).map((request) => ({ request, seen: 1 }));
  const changes = comparePolicies(old, next, requests);
  for (const change of changes) write(changeText(change));
  write(`${counted(requests.length, "request", "requests")} compared: ${counted(changes.reduce((sum, each) => sum + each.requests, 0), "decision", "decisions")} changed\n`);
  return changes.length > 0 ? 1 : 0;
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
