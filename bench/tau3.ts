import { findDataSets, goldTask, readJsonLines } from "./tau3/data-set.ts";
import { readDomain } from "./tau3/domain-data.ts";
import { openHouse } from "./tau3/house.ts";
import { createTables } from "./tau3/record.store.ts";
import { replayGold } from "./tau3/replay-gold.ts";
import { retailTools } from "./tau3/retail/retail-tools.ts";
import { report, say } from "./report.ts";

export async function proveTau3(): Promise<number> {
  const folder = findDataSets();
  if (folder === null) {
    say("skipped: the data set tau3 is not here; set BATON_DATA_SETS");
    return 0;
  }
  await using house = await openHouse();
  const data = await readDomain(folder, "retail", "gold.train.jsonl.gz");
  await createTables(house.databaseUrl, "retail", data.state);
  const t = performance.now();
  const r = await replayGold(house, { domain: "retail", tools: retailTools(), tasks: data.tasks, hashOf: data.hashOf });
  say(r.faults.slice(0, 20).join("\n"));
  say(JSON.stringify({ ...r, faults: r.faults.length, ms: performance.now() - t }));
  const more = await readJsonLines(goldTask, folder, "tau3", "retail", "v1_train_520.jsonl.gz");
  const r2 = await replayGold(house, { domain: "retail", tools: retailTools(), tasks: more, hashOf: null });
  say(r2.faults.slice(0, 20).join("\n"));
  say(JSON.stringify({ ...r2, faults: r2.faults.length, ms: performance.now() - t }));
  return report({ name: "tau3", figures: {}, targets: [] });
}
