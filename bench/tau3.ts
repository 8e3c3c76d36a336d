import { findDataSets } from "./tau3/data-set.ts";
import { openHouse } from "./tau3/house.ts";
import { proveGold } from "./tau3/prove-gold.ts";
import { provePolicies } from "./tau3/prove-policies.ts";
import { refuseWidened } from "./tau3/widened-schemas.ts";
import { report, say } from "./report.ts";

/**
 * Real tasks without a model (`../shared/data/tau3`, `tool_injection`; another place by `BATON_DATA_SETS`): every reference call
 * through `callTool` on PostgreSQL, recorded runs under a policy, widened tool schemas. Returns the exit code.
 */
export async function proveTau3(): Promise<number> {
  const folder = findDataSets();
  if (folder === null) {
    say("skipped: the data sets are not here; set BATON_DATA_SETS to their folder");
    return 0;
  }
  await using house = await openHouse();
  const gold = await proveGold(house, folder);
  const widened = await refuseWidened(house, folder);
  say(`\nwidened schemas: ${widened.refused} of ${widened.attacks} attacks refused, ${widened.approvedDone} of ${widened.approvedCalls} approved calls done`);
  for (const fault of widened.faults) say(`  ${fault}`);
  const policies = await provePolicies(house, folder, gold.airlineTasks);
  return report({
    name: "tau3", figures: { ...gold.figures, widened, policies: policies.figures },
    targets: [
      ...gold.targets, { name: "widened schemas: attacks not refused", value: widened.attacks - widened.refused, mustBe: "exactly", bound: 0 },
      { name: "widened schemas: approved calls not done", value: widened.approvedCalls - widened.approvedDone, mustBe: "exactly", bound: 0 }, ...policies.targets,
    ],
  });
}
