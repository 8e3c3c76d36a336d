import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { readConfig } from "../app/config.ts";
import { recordConfiguration } from "../app/record-configuration.ts";
import { createKey } from "../identity/authenticate.ts";
import { verifyLedger } from "../observe/ledger-verify.ts";
import { sealLedger } from "../observe/ledger.ts";
import { startTestApp, until, type TestApp, type Visit } from "../../test/start-test-app.ts";
import { createSettingKeys } from "../credentials/adapters/setting-keys.ts";
import { createLedgerSigner } from "../credentials/ledger-signer.ts";
import { applyRetention, previewRetention } from "./apply-retention.ts";
import { exportPerson } from "./export-person.ts";
import { endHold, placeHold } from "./holds.ts";
import { PERSONAL_TABLES } from "./personal-data.store.ts";
import { readAnchorLines } from "./read-anchor-lines.ts";
import { retentionSection } from "./retention-file.ts";
import { RETENTION_STEPS } from "./retention-steps.store.ts";

const TENANT = "shop";
const PLAN = { conversations: 90, contacts: 120, traces: 30, questions: 90, events: 30, costs: 30, ledger: 400 };

describe("retention, holds and what is stored of a person", () => {
  let app: TestApp;
  let sql: pg.Client;
  let folder: string;
  const deps = () => app.running.app;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-privacy-"));
    const keys = Buffer.alloc(32, 9).toString("base64");
    app = await startTestApp({ env: { BATON_LEDGER_ANCHOR_FILE: join(folder, "anchors.jsonl"), BATON_MASTER_KEYS: keys } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const count = async (table: string, where = "true", values: unknown[] = []) => Number((await sql.query<{ count: string }>(`select count(*) as count from ${table} where tenant_id = '${TENANT}' and ${where}`, values)).rows[0]?.count);
  const contactOf = async ({ conversationId }: Visit) => String((await sql.query<{ contact_id: string }>("select contact_id from conversation where id = $1", [conversationId])).rows[0]?.contact_id);
  const caseOf = async ({ conversationId }: Visit) => String((await sql.query<{ id: string }>("select id from support_case where conversation_id = $1", [conversationId])).rows[0]?.id);

  /** Puts everything of a conversation back in time, as if it had been led then. */
  async function age(visit: Visit, days: number): Promise<void> {
    const by = `interval '${days} days'`;
    await sql.query(`update conversation set created_at = created_at - ${by}, updated_at = updated_at - ${by} where id = $1`, [visit.conversationId]);
    await sql.query(`update contact set created_at = created_at - ${by} where id = $1`, [await contactOf(visit)]);
    await sql.query(`update support_case set opened_at = opened_at - ${by}, resolved_at = resolved_at - ${by} where conversation_id = $1`, [visit.conversationId]);
    for (const [table, columns] of Object.entries({ message: ["created_at"], turn: ["started_at", "finished_at"], tool_call: ["created_at"], model_use: ["at"] })) {
      await sql.query(`update ${table} set ${columns.map((column) => `${column} = ${column} - ${by}`).join(", ")} where conversation_id = $1`, [visit.conversationId]);
    }
  }

  async function talk(email?: string): Promise<Visit> {
    const visit = await app.visit(email);
    await visit.ask(email === undefined ? "How long do I have to return something?" : "Where is my order 1043?");
    await until(async () => (await count("turn", "conversation_id = $1 and status = 'running'", [visit.conversationId])) === 0);
    return visit;
  }

  test("settings, the workspace, keys, sign-ins and roles stand in the ledger, each when it changed, and no secret does", async () => {
    const kinds = async () => new Map((await sql.query<{ kind: string; count: string }>("select kind, count(*) as count from ledger_entry group by kind")).rows.map(({ kind, count: many }) => [kind, Number(many)]));
    const before = await kinds();
    for (const kind of ["settings.changed", "workspace.changed", "user.created"]) assert.equal(before.get(kind), 1, kind);
    const key = await createKey(deps().identity, TENANT, "reporting");
    await sql.query("update api_key set revoked_at = now() where tenant_id = $1", [TENANT]);
    await sql.query("update user_account set role = 'agent' where tenant_id = $1", [TENANT]);
    await sql.query("update user_account set role = 'admin' where tenant_id = $1", [TENANT]);
    const given = { tenantId: TENANT, config: readConfig({ BATON_MASTER_KEYS: "another secret", BATON_RUN_RETENTION_DAYS: "7" }), folder: deps().workspace.folder };
    for (let again = 0; again < 2; again += 1) await recordConfiguration(deps(), given);
    const after = await kinds();
    assert.deepEqual(["key.created", "key.revoked", "user.role_changed", "settings.changed", "workspace.changed"].map((kind) => after.get(kind)), [1, 1, 2, 2, 1]);
    const text = JSON.stringify((await sql.query("select body from ledger_entry")).rows);
    for (const secret of ["another secret", Buffer.alloc(32, 9).toString("base64"), key, app.adminPassword]) assert.ok(!text.includes(secret));
    assert.match(text, /BATON_RUN_RETENTION_DAYS/);
  });

  test("every table that can hold something of a person is in the access export", async () => {
    const { rows } = await sql.query<{ table_name: string }>(
      `select distinct table_name from information_schema.columns where table_schema = 'public' and column_name in ('contact_id', 'conversation_id', 'case_id', 'turn_id', 'message_id', 'run_id', 'wait_id', 'approval_id')`,
    );
    const known = new Set(PERSONAL_TABLES.map(({ table }) => table));
    assert.deepEqual(rows.map((row) => row.table_name).filter((table) => !known.has(table)), []);
  });

  test("every step of retention and every table of the export can be carried out", async () => {
    for (const [name, steps] of Object.entries(RETENTION_STEPS)) for (const { table } of steps) assert.ok(await sql.query(`select 1 from ${table} limit 1`), `${name} ${table}`);
    const preview = await previewRetention(deps(), TENANT, PLAN);
    assert.deepEqual(preview.classes.map(({ name, days }) => [name, days]), Object.entries(PLAN));
    const kept = await previewRetention(deps(), TENANT, {});
    assert.ok(kept.classes.every(({ days, tables }) => days === null && tables.length === 0));
  });

  test("a dry run says what would go and takes nothing; then exactly that goes, and nothing younger", async () => {
    const [old, young] = [await talk(), await talk()];
    await age(old, 100);
    const before = { messages: await count("message"), ledger: await count("ledger_entry") };
    const preview = await previewRetention(deps(), TENANT, PLAN);
    const rowsOf = (report: typeof preview, name: string, table: string) => report.classes.find((each) => each.name === name)?.tables.find((each) => each.table === table)?.rows;
    const messages = await count("message", "conversation_id = $1", [old.conversationId]);
    assert.deepEqual([rowsOf(preview, "conversations", "message"), rowsOf(preview, "conversations", "turn"), rowsOf(preview, "conversations", "support_case")], [messages, 1, 1]);
    assert.deepEqual({ messages: await count("message"), ledger: await count("ledger_entry") }, before, "a dry run takes nothing");
    const report = await applyRetention(deps(), { tenantId: TENANT, plan: PLAN, by: "test" });
    assert.deepEqual([rowsOf(report, "conversations", "message"), rowsOf(report, "conversations", "support_case")], [messages, 1]);
    for (const table of ["message", "turn", "support_case", "inbox", "handoff"]) assert.equal(await count(table, "conversation_id = $1", [old.conversationId]), 0, table);
    assert.ok((await count("message", "conversation_id = $1", [young.conversationId])) > 0, "the younger one stays");
    assert.ok((await count("ledger_entry", "kind = 'retention.applied'")) > 0);
    assert.ok((await old.ask("Are you still there?")).message.seq > 0, "the conversation goes on");
    await age(old, 130);
    await applyRetention(deps(), { tenantId: TENANT, plan: PLAN, by: "test" });
    assert.equal(await count("conversation", "id = $1", [old.conversationId]), 0, "and later the contact goes");
    assert.equal((await verifyLedger(deps().database, TENANT)).ok, true);
  });

  test("what is under a legal hold stays, by contact and by case, until the hold is lifted", async () => {
    const [byContact, byCase] = [await talk(), await talk()];
    for (const visit of [byContact, byCase]) await age(visit, 200);
    const hold = await placeHold(deps(), { tenantId: TENANT, target: { contactId: await contactOf(byContact) }, reason: "Claim 1", by: "user:a" });
    const second = await placeHold(deps(), { tenantId: TENANT, target: { caseId: await caseOf(byCase) }, reason: "Claim 2", by: "user:a" });
    await assert.rejects(placeHold(deps(), { tenantId: TENANT, target: { contactId: await contactOf(byContact) }, reason: "again", by: "user:a" }), { code: "privacy.already_held" });
    await assert.rejects(placeHold(deps(), { tenantId: TENANT, target: { caseId: "case_nothere" }, reason: "x", by: "user:a" }), { code: "privacy.no_such_case" });
    const snapshot = () => sql.query("select to_jsonb(t) as row from turn t where conversation_id = any($1) order by id", [[byContact.conversationId, byCase.conversationId]]).then(({ rows }) => JSON.stringify(rows));
    const before = await snapshot();
    await applyRetention(deps(), { tenantId: TENANT, plan: PLAN, by: "test" });
    for (const visit of [byContact, byCase]) assert.ok((await count("message", "conversation_id = $1", [visit.conversationId])) > 0);
    assert.equal(await snapshot(), before, "not even traces go");
    for (const { id } of [hold, second]) await endHold(deps(), { tenantId: TENANT, id, reason: "Settled", by: "user:b" });
    await assert.rejects(endHold(deps(), { tenantId: TENANT, id: hold.id, reason: "again", by: "user:b" }), { code: "privacy.no_such_hold" });
    await applyRetention(deps(), { tenantId: TENANT, plan: PLAN, by: "test" });
    for (const visit of [byContact, byCase]) assert.equal(await count("message", "conversation_id = $1", [visit.conversationId]), 0);
    assert.deepEqual((await sql.query<{ kind: string }>("select kind from ledger_entry where kind like 'hold.%' order by at, id")).rows.map(({ kind }) => kind), ["hold.placed", "hold.placed", "hold.lifted", "hold.lifted"]);
  });

  test("contents of the ledger go after their time, all but what is held; the chain verifies and says what went", async () => {
    const visit = await talk();
    const id = await caseOf(visit);
    const old = (kind: string, caseId: string | null) => sql.query("insert into ledger_entry (tenant_id, id, kind, subject_id, case_id, actor, at, body) values ($1, 'led_' || md5(random()::text), $2, 'x', $3, 'test', now() - interval '500 days', '{}')", [TENANT, kind, caseId]);
    for (let place = 0; place < 5; place += 1) await old("test.old", null);
    await old("test.held", id);
    await sealLedger({ database: deps().database, signer: createLedgerSigner({ ...deps(), keys: createSettingKeys(Buffer.alloc(32, 9).toString("base64")) }) }, TENANT);
    await until(async () => (await count("ledger_unsealed")) === 0);
    await placeHold(deps(), { tenantId: TENANT, target: { caseId: id }, reason: "Claim 3", by: "user:a" });
    assert.equal((await previewRetention(deps(), TENANT, PLAN)).classes.find(({ name }) => name === "ledger")?.tables[0]?.rows, 5);
    await applyRetention(deps(), { tenantId: TENANT, plan: PLAN, by: "test" });
    assert.deepEqual([await count("ledger_entry", "kind = 'test.old'"), await count("ledger_entry", "kind = 'test.held'")], [0, 1]);
    // Until the entry that says what went is chained, nothing says it.
    await until(async () => (await count("ledger_unsealed")) === 0);
    const verdict = await verifyLedger(deps().database, TENANT);
    assert.deepEqual([verdict.ok, verdict.removed, verdict.problems], [true, 5, []]);
    const young = Number((await deps().database.transaction(TENANT, async (query) => {
      await query("select ledger_forget($1, array(select id from ledger_entry))", [TENANT]);
      const [left] = await query("select count(*) as count from ledger_entry where at > now() - interval '30 days'");
      await query("rollback");
      return left?.["count"];
    })) ?? 0);
    assert.equal(young, await count("ledger_entry", "at > now() - interval '30 days'"), "what is younger than a month never goes");
    await assert.rejects(deps().database.transaction("other", (query) => query("select ledger_forget($1, array['x'])", [TENANT])), { code: "42501" });
  });

  test("an access export has all of the person and nothing of another, and stands in the ledger", async () => {
    const [emma, jonas] = [await talk("emma.larsson@example.com"), await talk("jonas.weber@example.com")];
    const all = await exportPerson(deps(), { tenantId: TENANT, contactId: await contactOf(emma), by: "user:a" });
    const text = JSON.stringify(all);
    for (const table of ["contact", "contact_identity", "conversation", "support_case", "message", "turn", "ledger_entry"]) assert.ok((all.stores.find((each) => each.table === table)?.rows.length ?? 0) > 0, table);
    assert.ok(text.includes("Where is my order 1043?") && text.includes("emma.larsson@example.com"));
    for (const foreign of ["jonas.weber@example.com", jonas.conversationId, await contactOf(jonas)]) assert.ok(!text.includes(foreign), foreign);
    assert.equal(await count("ledger_entry", "kind = 'privacy.exported' and subject_id = $1 and actor = 'user:a'", [await contactOf(emma)]), 1);
    await assert.rejects(exportPerson(deps(), { tenantId: TENANT, contactId: "cont_nothere", by: "user:a" }), { code: "privacy.no_such_contact" });
    await assert.rejects(exportPerson(deps(), { tenantId: TENANT, contactId: await contactOf(emma), by: "user:a", mostRows: 3 }), { code: "privacy.export_too_large" });
  });

  test("both daily jobs run on the engine: the ledger is anchored in the file, and the retention reports", async () => {
    await until(async () => (await count("daily_job")) === 2);
    await sql.query("update daily_job set next_at = now() where tenant_id = $1", [TENANT]);
    await until(async () => (await count("daily_job", "ended_at is not null")) === 2);
    assert.deepEqual((await sql.query<{ error: string | null }>("select error from daily_job")).rows.map(({ error }) => error), [null, null]);
    const kept = readAnchorLines(await readFile(join(folder, "anchors.jsonl"), "utf8"));
    assert.equal(kept.length, 1);
    await until(async () => (await count("ledger_unsealed")) === 0);
    const verdict = await verifyLedger(deps().database, TENANT, undefined, { anchors: kept.map(({ anchor }) => anchor), keys: kept.map(({ key }) => key) });
    assert.deepEqual([verdict.ok, verdict.anchors], [true, 2]);
    assert.ok(await count("daily_job", "job = 'retention' and report is not null"));
  });

  test("times that are no whole days, or a ledger kept for less than a month, are refused", () => {
    for (const wrong of [{ conversations: 0 }, { conversations: 1.5 }, { traces: "30" }, { ledger: 29 }, { everything: 1 }]) assert.equal(retentionSection.safeParse(wrong).success, false, JSON.stringify(wrong));
    assert.equal(retentionSection.safeParse({ conversations: 730, ledger: 3650 }).success, true);
  });
});
