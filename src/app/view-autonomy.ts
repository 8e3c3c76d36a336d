import { z } from "zod";
import { findEntriesAt } from "../observe/ledger.store.ts";
import { autonomyGrid } from "../policy/autonomy-grid.ts";
import { LEVELS, type AutonomyLevel } from "../policy/autonomy.ts";
import { readAutonomy, type AutonomyDeps } from "../policy/change-autonomy.ts";
import { describeApproval } from "../policy/describe-approval.ts";
import type { AutonomyLadderView } from "../shapes/policy.ts";

const change = z.object({ rule: z.string(), from: z.enum(LEVELS) });

/** The ladder as a picture, with what put each rule where it is. */
export async function viewAutonomy(deps: Pick<AutonomyDeps, "database" | "plan">, tenantId: string): Promise<AutonomyLadderView> {
  const { plan } = deps;
  const { level, state, rules, closed } = await readAutonomy(deps, tenantId);
  const declared = new Map(plan.rules.map((rule) => [rule.name, rule]));
  const from = await levelsBefore(deps, tenantId, rules.flatMap((rule) => (rule.since === null ? [] : [rule.since])));
  return {
    level, approval: describeApproval(plan.approval), measure: { ...plan.measure }, closed,
    rules: rules.map((rule) => {
      const { intents = null, channels = null, risks = null, amountUpToCents = null, range = null } = declared.get(rule.name) ?? {};
      return { ...rule, intents: listOf(intents), channels: listOf(channels), risks: listOf(risks), amountUpToCents, range, from: from.get(rule.name) ?? null };
    }),
    grid: autonomyGrid(plan, state),
  };
}

/** Where each rule was before its last change, as the ledger has it. */
async function levelsBefore(deps: Pick<AutonomyDeps, "database">, tenantId: string, since: readonly string[]): Promise<Map<string, AutonomyLevel>> {
  const entries = await findEntriesAt(deps.database, tenantId, "autonomy.changed", since);
  return new Map(entries.flatMap(({ body }) => {
    const { data } = change.safeParse(JSON.parse(body));
    return data === undefined ? [] : [[data.rule, data.from] as const];
  }));
}

function listOf(given: readonly string[] | null): string[] | null {
  return given === null ? null : [...given];
}
