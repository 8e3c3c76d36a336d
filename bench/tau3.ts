import { airlineTools } from "./tau3/airline/airline-tools.ts";
import { findDataSets, goldTask, readJsonLines } from "./tau3/data-set.ts";
import { readDomain, type DomainData } from "./tau3/domain-data.ts";
import { openHouse, type House } from "./tau3/house.ts";
import { provePolicies } from "./tau3/prove-policies.ts";
import { createTables } from "./tau3/record.store.ts";
import { replayGold, type Replayed } from "./tau3/replay-gold.ts";
import { retailTools } from "./tau3/retail/retail-tools.ts";
import { refuseWidened } from "./tau3/widened-schemas.ts";
import { report, say } from "./report.ts";

/** Real tasks without a model: every reference call, recorded runs under a policy, widened tool schemas. Returns the exit code. */
export async function proveTau3(): Promise<number> {
  const folder = findDataSets();
  if (folder === null) {
    say("skipped: the data sets are not here; set BATON_DATA_SETS to their folder");
    return 0;
  }
  await using house = await openHouse();
  const retail = await readDomain(folder, "retail", "gold.train.jsonl.gz");
  const airline = await readDomain(folder, "airline", "gold.train.jsonl.gz");
  await createTables(house.databaseUrl, "retail", retail.state);
  await createTables(house.databaseUrl, "airline", airline.state);
  const gold = { retail: await replay(house, "retail", retail), airline: await replay(house, "airline", airline) };
  const widened = await refuseWidened(house, folder);
  const policies = await provePolicies(house, folder, airline.tasks);
  return report({ name: "tau3", figures: { gold, widened, policies: policies.figures }, targets: policies.targets });
}

async function replay(house: House, domain: "retail" | "airline", data: DomainData): Promise<Replayed> {
  const r = await replayGold(house, { domain, tools: domain === "retail" ? retailTools() : airlineTools(), tasks: data.tasks, hashOf: data.hashOf });
  say(JSON.stringify(r));
  return r;
}
void goldTask; void readJsonLines;
