import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createRecording } from "../../../test/conformance/recording-functions.ts";
import { TENANT, startInterpreter } from "../../../test/conformance/start-interpreter.ts";
import { startPeer } from "../calls/outside-call.contract.ts";
import { countBranches } from "../versions/count-branches.ts";
import { purgeRuns } from "./purge-runs.store.ts";
import { countTasks } from "./run-counts.store.ts";

const SECRET = "k3y/with \"signs\"+é";
const recording = createRecording();
const interpreter = await startInterpreter({ functions: recording.functions, secrets: { shop: { username: "baton", password: SECRET }, pin: "73915520" } });
after(() => interpreter[Symbol.asyncDispose]());

let made = 0;
function workflow(tasks: string, more = ""): { text: string; name: string } {
  made += 1;
  const name = `records${made}`;
  return { name, text: `document: { dsl: '1.0.3', namespace: test, name: ${name}, version: '1.0.0' }\n${more}\ndo:\n${tasks}` };
}

/** All that the database knows of a run and the runs it called. */
async function recordsOf(runId: string): Promise<string> {
  const ids = (await interpreter.database.of(TENANT).selectFrom("workflow_run").select("id").where("tenant_id", "=", TENANT).where((where) => where.or([where("id", "=", runId), where("parent_run_id", "=", runId)])).execute()).map(({ id }) => id);
  const rows = await Promise.all(ids.map(async (id) => [await interpreter.tasks(id), await interpreter.database.of(TENANT).selectFrom("workflow_run").selectAll().where("tenant_id", "=", TENANT).where("id", "=", id).execute()]));
  return JSON.stringify(rows);
}

function assertHidden(records: string): void {
  const forms = [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET), Buffer.from(SECRET).toString("base64"), Buffer.from(`baton:${SECRET}`).toString("base64"), "73915520"];
  for (const form of forms) assert.ok(!records.includes(form), `"${form}" stands in the records`);
  for (const form of forms) assert.ok(!records.includes(JSON.stringify(form).slice(1, -1)), `"${form}" stands escaped in the records`);
}

test("a secret put into data, a header, an address, an error and a part's input stands in no record", async () => {
  await using peer = await startPeer(({ headers }) => ({ body: JSON.stringify({ heard: headers }) }));
  const child = workflow("  - keep: { set: { inside: '${ .given }' } }\n");
  interpreter.publish(child.text);
  const { text } = workflow(`
  - put: { set: { key: '\${ $secrets.shop.password }', pin: '\${ $secrets.pin | tonumber }', pair: '\${ "baton:" + $secrets.shop.password | @base64 }' }, export: { as: { kept: '\${ .key }' } } }
  - send: { call: http, with: { method: get, endpoint: { uri: '${peer.url}/echo', authentication: { basic: { use: shop } } }, headers: { x-key: '\${ $secrets.pin }' }, query: { key: '\${ $secrets.shop.password }' } }, output: { as: '\${ . }' } }
  - part: { run: { workflow: { namespace: test, name: ${child.name}, version: latest, input: { given: '\${ $secrets.shop.password }' } } } }
  - tell: { raise: { error: { type: 'https://test/told', status: 400, title: Told, detail: '\${ "It is " + $secrets.shop.password }' } } }
`, "use: { secrets: [shop, pin] }");
  const { runId, end } = await interpreter.run(text);
  assert.equal(end.status, "failed");
  const [heard] = peer.heard;
  assert.equal(heard?.headers["x-key"], "73915520");
  assert.equal(heard?.headers.authorization, `Basic ${Buffer.from(`baton:${SECRET}`).toString("base64")}`);
  const records = await recordsOf(runId);
  assertHidden(records);
  assert.ok(records.includes("/do/0/keep"), "the part was recorded");
  await assert.rejects(interpreter.resume(runId), /a secret stood in its data/);
  await interpreter.cancel(runId);
  await interpreter.until(runId, "cancelled");
});

test("what a call signs in with is hidden wherever the document took it from", async () => {
  await using peer = await startPeer(() => ({}));
  const { text } = workflow(`
  - first: { set: '\${ . }' }
  - send: { call: http, with: { method: get, endpoint: { uri: '${peer.url}/{id}', authentication: { bearer: { token: '\${ .token }' } } }, headers: { x-api-key: '\${ .apiKey }' } } }
  - last: { set: { again: '\${ $workflow.input.token }' } }
`);
  const { runId, end } = await interpreter.run(text, { id: "o 1", token: "tok-1234567", apiKey: "key-7654321" });
  assert.equal(end.status, "completed");
  assert.equal(peer.heard[0]?.headers.authorization, "Bearer tok-1234567");
  const records = await recordsOf(runId);
  assert.ok(!records.includes("tok-1234567") && !records.includes("key-7654321"));
  const sent = (await interpreter.tasks(runId)).find(({ name }) => name === "send")?.called_with;
  assert.deepEqual(sent, { method: "get", endpoint: { uri: `${peer.url}/o%201`, authentication: { bearer: { token: "***" } } }, headers: { "x-api-key": "***" } });
});

test("a call's record holds the arguments it was given, also when it fails or waits", async () => {
  recording.failures.set("refused", 9);
  const { text } = workflow(`
  - good: { call: effect, with: { value: '\${ .n + 1 }' } }
  - bad: { try: [ { fail: { call: effect, with: { value: '\${ [., 2] }', failAs: refused } } } ], catch: {} }
  - invalid: { try: [ { odd: { call: effect, with: { delayMs: soon } } } ], catch: {} }
  - ask: { call: external, with: { timeoutMs: '\${ 60000 * 2 }' } }
`);
  const runId = await interpreter.start(text, { n: 4 });
  await interpreter.until(runId, "waiting");
  const given = new Map((await interpreter.tasks(runId)).map(({ name, called_with }) => [name, called_with]));
  assert.deepEqual(given.get("good"), { value: 5, delayMs: 0 });
  assert.deepEqual(given.get("fail"), { value: [5, 2], delayMs: 0, failAs: "refused" });
  assert.deepEqual(given.get("odd"), { delayMs: "soon" });
  assert.deepEqual(given.get("ask"), { timeoutMs: 120_000 });
  assert.equal(given.get("bad"), null);
  await interpreter.cancel(runId);
});

test("branches of forks and tries and rounds of loops are counted like cases of a switch", async () => {
  recording.failures.clear();
  const { text, name } = workflow(`
  - both: { fork: { branches: [ { left: { set: { l: 1 } } }, { right: { set: { r: 1 } } } ] } }
  - race: { fork: { compete: true, branches: [ { slow: { wait: { seconds: 30 } } }, { quick: { set: { q: 1 } } } ] } }
  - attempt:
      try: [ { fail: { call: effect, with: { value: 1, failAs: '\${ $workflow.input.failAs }' } } } ]
      catch: { retry: { limit: { attempt: { count: 2 } } }, do: [ { mend: { set: { mended: true } } } ] }
  - loop: { for: { each: n, in: '\${ [1, 2, 3] }' }, do: [ { step: { set: { n: '\${ $n }' } } } ] }
`);
  recording.failures.set("once", 1);
  recording.failures.set("always", 99);
  for (const failAs of ["never", "once", "always"]) assert.equal((await interpreter.run(text, { failAs })).end.status, "completed");
  const { tasks } = await countTasks(interpreter.database, TENANT, { namespace: "test", name, hash: null, since: new Date(0) });
  const counted = new Map(countBranches(tasks).map((task) => [task.name, task]));
  assert.deepEqual(counted.get("both")?.branches, [{ branch: "left", count: 3, won: null }, { branch: "right", count: 3, won: null }]);
  assert.deepEqual(counted.get("race")?.branches.find(({ branch }) => branch === "quick"), { branch: "quick", count: 3, won: 3 });
  const loser = counted.get("slow");
  assert.deepEqual([loser?.stopped, loser?.failed, loser?.errors], [loser?.runs, 0, []], "the slower one was stopped, which is no failure");
  assert.deepEqual(counted.get("attempt")?.branches, [{ branch: "try", count: 3, won: null }, { branch: "catch", count: 1, won: null }]);
  assert.equal(counted.get("attempt")?.retried, 3);
  assert.deepEqual(counted.get("loop")?.branches, [{ branch: "each", count: 9, won: null }]);
});

test("runs that ended long ago are forgotten with their tasks and questions; runs under way, their parts and runs of open cases stay", async () => {
  const ended = workflow("  - one: { set: { n: 1 } }\n").text;
  const { runId: old } = await interpreter.run(ended);
  const { runId: young } = await interpreter.run(ended);
  const ofCase = await interpreter.start(ended, {}, { caseId: "case_open" });
  await interpreter.until(ofCase, "completed");
  const part = workflow("  - one: { set: { n: 1 } }\n");
  interpreter.publish(part.text);
  const waiting = await interpreter.start(workflow(`  - part: { run: { workflow: { namespace: test, name: ${part.name}, version: latest } } }\n  - wait: { wait: { days: 2 } }\n`).text);
  await interpreter.until(waiting, "waiting");
  const { database } = interpreter;
  const now = new Date();
  await database.of(TENANT).insertInto("contact").values({ tenant_id: TENANT, id: "con_1", created_at: now }).execute();
  await database.of(TENANT).insertInto("conversation").values({ tenant_id: TENANT, id: "conv_1", contact_id: "con_1", created_at: now, updated_at: now }).execute();
  await database.of(TENANT).insertInto("support_case").values({ tenant_id: TENANT, id: "case_open", conversation_id: "conv_1", status: "open", focus: "{}", opened_at: now }).execute();
  const longAgo = new Date(Date.now() - 100 * 86_400_000);
  await database.of(TENANT).updateTable("workflow_run").set({ started_at: longAgo, ended_at: longAgo }).where("tenant_id", "=", TENANT).where("id", "!=", young).where("ended_at", "is not", null).execute();
  await database.of(TENANT).updateTable("workflow_run").set({ started_at: longAgo }).where("tenant_id", "=", TENANT).where("id", "=", waiting).execute();
  const question = (runId: string) => ({ tenant_id: TENANT, id: `ques_${runId}`, run_id: runId, workflow: "ended", pointer: "/do/0/one", conversation_id: "conv_1", message_id: "msg_1", attempt: 1, expects: "{}", status: "answered" as const, external_id: "", asked_at: longAgo });
  await database.of(TENANT).insertInto("workflow_question").values([question(old), question(young)]).execute();
  const keep = async () => new Set((await database.of(TENANT).selectFrom("workflow_run").select(["id", "parent_run_id"]).where("tenant_id", "=", TENANT).execute()).map(({ id, parent_run_id }) => parent_run_id ?? id));
  const endedBefore = new Date(Date.now() - 90 * 86_400_000);
  assert.equal(await purgeRuns(database, TENANT, { endedBefore, limit: 2 }), 2);
  while ((await purgeRuns(database, TENANT, { endedBefore, limit: 2 })) > 0);
  const kept = await keep();
  assert.ok(!kept.has(old) && kept.has(young) && kept.has(ofCase) && kept.has(waiting));
  assert.equal((await database.of(TENANT).selectFrom("workflow_run").select("id").where("tenant_id", "=", TENANT).where("parent_run_id", "=", waiting).execute()).length, 1);
  assert.deepEqual(await interpreter.tasks(old), []);
  assert.deepEqual(await database.of(TENANT).selectFrom("workflow_question").select("run_id").where("tenant_id", "=", TENANT).execute(), [{ run_id: young }]);
  assert.equal((await interpreter.tasks(young)).length, 1);
  await interpreter.cancel(waiting);
});
