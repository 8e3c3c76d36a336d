import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDatabase } from "../../test/start-test-app.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import { listLedger } from "../observe/ledger.store.ts";
import { recordInLedger } from "../observe/ledger.ts";
import { openDatabase } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { openAutonomyLadder } from "./autonomy-ladder.ts";
import { autonomySection } from "./autonomy-file.ts";
import type { AutonomyRung } from "./autonomy.ts";
import { readAutonomy, recordOutcome, setAutonomy, switchAutonomy, type AutonomyDeps } from "./change-autonomy.ts";
import { createCedarPolicy } from "./adapters/cedar.ts";
import { listRequests } from "./policy-request.store.ts";
import { startPolicyRecorder } from "./record-requests.ts";

const tenantId = "acme";
const plan = autonomySection.parse({ measure: { window: 8, minimum: 4, promoteAtMost: 0, demoteAbove: 0.25 }, rules: [{ name: "refunds", risks: ["money"], level: "draft", lowest: "suggest", highest: "act" }] });
const by = { tenantId, by: "user:user_1", reason: "a test" };

async function open() {
  const { owner: url } = await makeDatabase();
  await migrate(url);
  const log = createLog({ level: "error", isPretty: true });
  const database = openDatabase({ connectionString: url, maxConnections: 4, log });
  await ensureTenant(database, tenantId, "Acme");
  const ladder = await openAutonomyLadder({ database, clock: systemClock, log, plan, tenantId });
  const deps: AutonomyDeps = { database, clock: systemClock, plan, record: (query, tenant, change) => recordInLedger(query, tenant, [change]), onChanged: () => ladder.follow() };
  let made = 0;
  const outcome = (level: AutonomyRung, isOverridden: boolean, id = `call_${made++}`) => recordOutcome(deps, tenantId, { id, rule: "refunds", level, isOverridden });
  const told = async () => (await listLedger(database, tenantId, { limit: 50 })).map((entry) => ({ kind: entry.kind, actor: entry.actor, body: JSON.parse(entry.body) as unknown })).reverse();
  return {
    database, log, ladder, deps, outcome, told, level: () => ladder.levelFor({ intent: null, channel: "web", risk: "money", amountCents: null }).level,
    async [Symbol.asyncDispose]() {
      await ladder.stop();
      await database.close();
    },
  };
}

test("a rule climbs by kept outcomes and falls by overridden ones, each counted once, and the ledger says why", async () => {
  await using house = await open();
  for (const _ of [1, 2, 3]) assert.equal(await house.outcome("draft", false), null);
  assert.equal(await house.outcome("draft", false, "call_2"), null, "told before");
  assert.equal(await house.outcome("draft", false), "act_with_approval");
  assert.equal(house.level(), "act_with_approval");
  assert.equal(await house.outcome("draft", true), null, "of the level before");
  for (const overridden of [false, true, false]) assert.equal(await house.outcome("act_with_approval", overridden), null);
  assert.equal(await house.outcome("act_with_approval", true), "draft");
  assert.equal(house.level(), "draft");
  assert.deepEqual(await house.told(), [
    { kind: "autonomy.changed", actor: "system:autonomy", body: { rule: "refunds", from: "draft", to: "act_with_approval", reason: "0 of the latest 4 were overridden (0 %).", outcomes: 4, overridden: 0 } },
    { kind: "autonomy.changed", actor: "system:autonomy", body: { rule: "refunds", from: "act_with_approval", to: "draft", reason: "2 of the latest 4 were overridden (50 %).", outcomes: 4, overridden: 2 } },
  ]);
  assert.deepEqual((await readAutonomy(house.deps, tenantId)).rules.map(({ level, declared, outcomes }) => ({ level, declared, outcomes })), [{ level: "draft", declared: "draft", outcomes: 0 }]);
});

test("outcomes that come at once move a rule once", async () => {
  await using house = await open();
  const moved = await Promise.all(Array.from({ length: 6 }, (_, n) => house.outcome("draft", false, `at_once_${n}`)));
  assert.deepEqual(moved.filter((each) => each !== null), ["act_with_approval"]);
});

test("people set a level, close rungs and open them; every change is in the ledger", async () => {
  await using house = await open();
  await setAutonomy(house.deps, by, { rule: "refunds", level: "act" });
  assert.equal(house.level(), "act");
  await assert.rejects(setAutonomy(house.deps, by, { rule: "nothing", level: "act" }), /There is no autonomy rule "nothing" in baton\.yaml; it has refunds/);
  await switchAutonomy(house.deps, by, { rung: "act", isClosed: true });
  await switchAutonomy(house.deps, by, { rung: "act", isClosed: true });
  assert.equal(house.level(), "act_with_approval");
  await switchAutonomy(house.deps, by, { rung: "all", isClosed: true });
  assert.equal(house.level(), "off");
  await switchAutonomy(house.deps, by, { rung: "all", isClosed: false });
  assert.equal(house.level(), "act");
  assert.deepEqual((await house.told()).map(({ kind, actor }) => `${kind} ${actor}`).sort(), ["autonomy.changed user:user_1", "autonomy.closed user:user_1", "autonomy.closed user:user_1", "autonomy.opened user:user_1", "autonomy.opened user:user_1"]);
});

test("another process follows a closed rung by itself", async () => {
  await using house = await open();
  await switchAutonomy({ ...house.deps, onChanged: async () => {} }, by, { rung: "suggest", isClosed: true });
  assert.equal(house.level(), "draft");
  for (const fromMs = performance.now(); house.level() !== "off"; await new Promise((resolve) => setTimeout(resolve, 50))) assert.ok(performance.now() - fromMs < 5_000);
});

test("the AI's calls are held to the ladder and see its level, people's are not; and requests are kept for comparisons", async () => {
  await using house = await open();
  const policy = createCedarPolicy({ schema: null, policies: `@id("may") permit (principal, action, resource); @id("never") forbid (principal is AiAgent, action, resource) when { context.channel == "phone" && context.autonomy == "act" };` });
  const recorder = startPolicyRecorder({ database: house.database, clock: systemClock, log: house.log, tenantId });
  const limited = house.ladder.around(recorder.around(policy));
  const ask = (type: string, channel = "web") => limited.decide({ principal: { type, id: "x" }, action: "useTool", resource: { type: "Tool", id: "refund", attributes: { risk: "money" } }, context: { channel, facts: {} } });
  assert.deepEqual(ask("AiAgent"), { effect: "deny", rules: ["may", "autonomy.refunds"], reason: "The assistant only prepares this: a person does it.", needsPerson: true });
  assert.equal(ask("HumanAgent").effect, "allow");
  await setAutonomy(house.deps, by, { rule: "refunds", level: "act_with_approval" });
  assert.equal(ask("AiAgent").effect, "approve");
  await setAutonomy(house.deps, by, { rule: "refunds", level: "act" });
  for (const _ of [1, 2]) assert.equal(ask("AiAgent").effect, "allow");
  assert.deepEqual(ask("AiAgent", "phone").rules, ["never"]);
  await recorder.stop();
  const kept = await listRequests(house.database, tenantId, 10);
  assert.equal(kept.length, 5);
  const acted = kept.find((each) => each.request.context["autonomy"] === "act" && each.request.context["channel"] === "web");
  assert.deepEqual({ effect: acted?.effect, rules: acted?.rules, seen: acted?.seen, type: acted?.request.principal.type }, { effect: "allow", rules: ["may"], seen: 2, type: "AiAgent" });
});
