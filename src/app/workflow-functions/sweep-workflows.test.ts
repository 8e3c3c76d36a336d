import assert from "node:assert/strict";
import { after, test } from "node:test";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { purgeOldRuns } from "./sweep-workflows.ts";

const log = createLog({ level: "error", isPretty: true });
const { owner } = await makeDatabase();
await migrate(owner);
const database = openDatabase({ connectionString: owner, maxConnections: 4, log });
after(() => database.close());
const sweep = { database, clock: systemClock, log, tenantId: "acme" };

async function countOf(): Promise<number> {
  const rows = await database.query("acme", { name: "test_run_count", text: "select count(*)::int as runs from workflow_run where tenant_id = $1" }, ["acme"]);
  return Number(rows[0]?.["runs"]);
}

test("ended runs are kept as many days as the setting says, and for good when it says 0", async () => {
  await database.of("acme").insertInto("tenant").values({ id: "acme", name: "Acme" }).execute();
  const text = `insert into workflow_run (tenant_id, id, namespace, name, version, hash, status, started_by, depth, invocation_id, attempt, started_at, ended_at)
    select $1, 'run_' || n, 'test', 'old', '1.0.0', 'h', case when n > 1200 then 'waiting' else 'completed' end, 'test', 0, '', 1, now() - interval '31 days', case when n > 1200 then null else now() - interval '31 days' end from generate_series(1, 1210) n`;
  await database.query("acme", { name: "test_runs", text }, ["acme"]);
  assert.equal(await purgeOldRuns({ ...sweep, runRetentionDays: 0 }), 0);
  assert.equal(await purgeOldRuns({ ...sweep, runRetentionDays: 40 }), 0);
  assert.deepEqual(await Promise.all([purgeOldRuns({ ...sweep, runRetentionDays: 30 }), purgeOldRuns({ ...sweep, runRetentionDays: 30 })]).then(([one, other]) => one + other), 1_200, "two processes together purge each run once");
  assert.equal(await countOf(), 10);
});
