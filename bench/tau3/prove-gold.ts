import { say, type Target } from "../report.ts";
import { airlineTools } from "./airline/airline-tools.ts";
import { readBanking } from "./banking/banking-data.ts";
import { bankingTools } from "./banking/banking-tools.ts";
import { goldTask, readJsonLines, type GoldTask } from "./data-set.ts";
import { readDomain } from "./domain-data.ts";
import type { House } from "./house.ts";
import { createTables } from "./record.store.ts";
import { replayGold, type Replayed } from "./replay-gold.ts";
import { retailTools } from "./retail/retail-tools.ts";
import { readTelecom } from "./telecom/telecom-data.ts";
import { telecomTools } from "./telecom/telecom-tools.ts";

/** The calls of retail, airline and banking that the data give exact results for. */
const CALLS = 899;
const SHOWN = 10;

/** Every reference call of every domain. `airlineTasks`: the later release's, which judging recorded runs needs. */
export async function proveGold(house: House, folder: string): Promise<{ figures: Record<string, unknown>; targets: Target[]; airlineTasks: readonly GoldTask[] }> {
  const [retail, airline, banking] = [await readDomain(folder, "retail", "gold.train.jsonl.gz"), await readDomain(folder, "airline", "gold.train.jsonl.gz"), await readBanking(folder)];
  const telecom = await readTelecom(folder);
  const older = await readJsonLines(goldTask, folder, "tau3", "retail", "v1_train_520.jsonl.gz");
  await createTables(house.databaseUrl, "retail", retail.state);
  await createTables(house.databaseUrl, "airline", airline.state);
  // The bank's and the carrier's tasks bring their own beginning.
  await createTables(house.databaseUrl, "banking_knowledge", {});
  await createTables(house.databaseUrl, "telecom", {});
  const counted = [
    told("retail", await replayGold(house, { domain: "retail", tools: retailTools(), tasks: retail.tasks, hashOf: retail.hashOf })),
    told("airline", await replayGold(house, { domain: "airline", tools: airlineTools(), tasks: airline.tasks, hashOf: airline.hashOf })),
    told("banking", await replayGold(house, { domain: "banking_knowledge", tools: bankingTools(banking.catalogue), tasks: banking.tasks, hashOf: banking.hashOf, stateOf: banking.stateOf })),
  ];
  const besides = [
    told("telecom", await replayGold(house, { domain: "telecom", tools: telecomTools(), tasks: telecom.tasks, hashOf: null, stateOf: telecom.stateOf })),
    told("retail, older tasks", await replayGold(house, { domain: "retail", tools: retailTools(), tasks: older, hashOf: null })),
  ];
  const sum = (of: (replayed: Replayed) => number, list = counted) => list.reduce((total, { replayed }) => total + of(replayed), 0);
  const unequal = (list: typeof counted) => sum(({ calls, equalResults, tasks, equalStates }) => calls - equalResults + (tasks - equalStates), list);
  return {
    figures: { gold: Object.fromEntries([...counted, ...besides].map(({ name, replayed: { faults, ...counts } }) => [name, { ...counts, faults: faults.length }])) },
    targets: [
      { name: "reference calls with equal results", value: sum(({ equalResults }) => equalResults), mustBe: "exactly", bound: CALLS },
      { name: "reference end states not equal", value: sum(({ tasks, equalStates }) => tasks - equalStates), mustBe: "exactly", bound: 0 },
      { name: "beside them: results or end states not equal", value: unequal(besides), mustBe: "exactly", bound: 0 },
    ],
    airlineTasks: airline.tasks,
  };
}

function told(name: string, replayed: Replayed): { name: string; replayed: Replayed } {
  const { calls, equalResults, tasks, equalStates, faults } = replayed;
  say(`${name}: ${equalResults} of ${calls} results equal, ${equalStates} of ${tasks} end states equal`);
  for (const fault of faults.slice(0, SHOWN)) say(`  ${fault}`);
  return { name, replayed };
}
