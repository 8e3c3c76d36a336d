import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { createSettingKeys } from "../src/credentials/adapters/setting-keys.ts";
import { createLedgerSigner } from "../src/credentials/ledger-signer.ts";
import { ensureTenant } from "../src/identity/identity.store.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLog } from "../src/lib/log.ts";
import { anchorLedger } from "../src/observe/ledger-anchor.ts";
import { hashEntry, hashLink } from "../src/observe/ledger-chain.ts";
import { exportLedger, verifyLedgerFile } from "../src/observe/ledger-file.ts";
import { anchorText, headText, keyIdOf, type LedgerKey, type LedgerSigner } from "../src/observe/ledger-signature.ts";
import { readAnchors, readLedgerKeys } from "../src/observe/ledger-proof.store.ts";
import { readLedgerPage } from "../src/observe/ledger.store.ts";
import { verifyLedger } from "../src/observe/ledger-verify.ts";
import { recordInLedger, sealLedger } from "../src/observe/ledger.ts";
import { openDatabase, type Database } from "../src/storage/database.ts";
import { makeDatabase } from "./start-test-app.ts";

const TENANT = "acme";
/** What the ledger is made of, with what can be changed in it. Of a key only what anybody can see is proven; the private half is sealed. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  ledger_entry: ["tenant_id", "id", "kind", "subject_id", "case_id", "actor", "at", "body", "salt"],
  ledger_link: ["tenant_id", "seq", "entry_id", "previous_hash", "hash", "entry_hash"],
  ledger_head: ["tenant_id", "seq", "hash", "at", "key_id", "signature"],
  ledger_anchor: ["tenant_id", "day", "seq", "hash", "at", "key_id", "signature"],
  ledger_key: ["tenant_id", "id", "public_key"],
};
const NAMES = Object.keys(TABLES);
const OTHER = "other";

type Row = Record<string, unknown>;
type State = Map<string, Row[]>;

async function* linesOf(text: string): AsyncGenerator<string> {
  for (const line of text.split("\n")) yield await Promise.resolve(line);
}

describe("tampering with the ledger, by somebody who may do everything in the database", () => {
  let database: Database;
  let superuser: pg.Client;
  let signer: LedgerSigner;
  let whole: State;
  let exported = "";

  before(async () => {
    const urls = await makeDatabase();
    database = openDatabase({ connectionString: urls.owner, maxConnections: 4, log: createLog({ level: "error", isPretty: true }) });
    superuser = new pg.Client({ connectionString: urls.superuser });
    await superuser.connect();
    signer = createLedgerSigner({ database, keys: createSettingKeys(Buffer.alloc(32, 7).toString("base64")), clock: systemClock });
    for (const tenant of [TENANT, OTHER]) await ensureTenant(database, tenant, tenant);
    for (let day = 3; day > 0; day -= 1) {
      const at = new Date(Date.now() - day * 86_400_000);
      await database.transaction(TENANT, (query) => recordInLedger(query, TENANT, Array.from({ length: 11 }, (_, place) => ({ kind: place % 3 === 0 ? "turn.replied" : "tool.called", subjectId: `conv_${place}`, caseId: place % 2 === 0 ? "case_1" : null, actor: "ai:assistant", at, body: { place, day } }))));
      await sealLedger({ database, signer }, TENANT);
      await anchorLedger({ database, signer, clock: { ...systemClock, nowMs: () => at.getTime() } }, TENANT);
    }
    await sealLedger({ database, signer }, TENANT);
    await superuser.query("set session_replication_role = replica");
    whole = await read();
    for await (const line of exportLedger(database, TENANT, new Date())) exported += line;
  });
  after(async () => {
    await superuser.end();
    await database.close();
  });

  async function read(): Promise<State> {
    const state: State = new Map();
    for (const table of NAMES) state.set(table, (await superuser.query<{ row: Row }>(`select to_jsonb(t) as row from ${table} t order by 1`)).rows.map(({ row }) => row));
    return state;
  }

  async function restore(): Promise<void> {
    await superuser.query("begin");
    for (const table of NAMES) {
      await superuser.query(`delete from ${table}`);
      await superuser.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`, [JSON.stringify(whole.get(table))]);
    }
    await superuser.query("commit");
  }

  /** One row of a table, by its place. */
  const pick = (table: string, place: number) => `ctid = (select ctid from ${table} order by md5(to_jsonb(${table})::text) offset ${place % Math.max(1, whole.get(table)?.length ?? 1)} limit 1)`;
  const valueFor = (table: string, column: string, seed: number) => {
    if (column === "seq") return `seq + ${1_000 + (seed % 50)}`;
    if (column === "at" && table === "ledger_entry") return `at + interval '${1 + (seed % 999_983)} microseconds'`;
    if (column === "tenant_id") return `'${OTHER}'`;
    if (column === "case_id") return ["''", "'case_2'", "case when case_id is null then 'case_1' end"][seed % 3] ?? "''";
    return [`${column} || 'x'`, "''", `'${seed}'`, `reverse(${column}) || ' '`, `upper(${column}) || '!'`][seed % 5] ?? "''";
  };

  const tampering = fc.record({ how: fc.constantFrom("change", "change", "change", "delete", "insert", "swap", "truncate", "cut"), table: fc.constantFrom(...NAMES), left: fc.nat(10_000), right: fc.nat(10_000), column: fc.nat(100), seed: fc.nat(1_000_000) });

  function statementsOf({ how, table, left, right, column: columnSeed, seed }: { how: string; table: string; left: number; right: number; column: number; seed: number }): string[] {
    const columns = TABLES[table] ?? [];
    const column = columns[columnSeed % columns.length] ?? "tenant_id";
    if (how === "change") return [`update ${table} set ${column} = ${valueFor(table, column, seed)} where ${pick(table, left)}`];
    if (how === "delete") return [`delete from ${table} where ${pick(table, left)}`];
    if (how === "truncate") return [`delete from ${table}`];
    if (how === "cut") return [`delete from ledger_entry e using ledger_link l where l.entry_id = e.id and l.seq > (select max(seq) - ${1 + (seed % 5)} from ledger_link)`, `delete from ledger_link where seq > (select max(seq) - ${1 + (seed % 5)} from ledger_link)`];
    // A copy of a row with another key: an entry nobody made, a link, an anchor of a day that had none.
    if (how === "insert") {
      const key = table === "ledger_link" ? "seq" : table === "ledger_anchor" ? "day" : table === "ledger_head" ? "tenant_id" : "id";
      const fresh = key === "seq" ? `{"seq": ${10_000 + (seed % 100)}, "entry_id": "led_${seed}"}` : key === "day" ? `{"day": "2001-01-0${1 + (seed % 9)}"}` : key === "tenant_id" ? `{"tenant_id": "${OTHER}"}` : `{"id": "led_${seed}"}`;
      return [`insert into ${table} select r.* from ${table} t, jsonb_populate_record(null::${table}, to_jsonb(t) || '${fresh}') r where t.${pick(table, left)}`];
    }
    const picked = (place: number) => `(select ${column} from ${table} where ${pick(table, place)})`;
    return [`with pair as materialized (select (select ctid from ${table} where ${pick(table, left)}) as a, (select ctid from ${table} where ${pick(table, right)}) as b, ${picked(left)} as va, ${picked(right)} as vb)
      update ${table} t set ${column} = case when t.ctid = pair.a then pair.vb else pair.va end from pair where t.ctid in (pair.a, pair.b)`];
  }

  /** False: it changed nothing, or the database itself does not take it. */
  async function tamper(statements: readonly string[]): Promise<boolean> {
    await superuser.query("begin");
    try {
      for (const statement of statements) await superuser.query(statement);
      await superuser.query("commit");
    } catch {
      await superuser.query("rollback");
      return false;
    }
    const now = await read();
    return NAMES.some((table) => JSON.stringify(now.get(table)) !== JSON.stringify(whole.get(table)));
  }

  test("a thousand random ones, of any row and any column, are all found", async () => {
    let found = 0;
    const kinds = new Map<string, number>();
    const random = fc.sample(tampering, { numRuns: 4_000, seed: 20_261_122 });
    for (const each of random) {
      if (found === 1_000) break;
      const statements = statementsOf(each);
      if (!(await tamper(statements))) continue;
      const verdicts = [await verifyLedger(database, TENANT), await verifyLedger(database, OTHER)];
      assert.ok(verdicts.some(({ ok }) => !ok), `not found: ${statements.join("; ")}`);
      found += 1;
      kinds.set(`${each.how} ${each.table}`, (kinds.get(`${each.how} ${each.table}`) ?? 0) + 1);
      await restore();
    }
    assert.equal(found, 1_000);
    assert.ok(kinds.size >= 25, `many ways: ${[...kinds.keys()].join(", ")}`);
    assert.equal((await verifyLedger(database, TENANT)).ok, true);
  });

  test("an exported ledger proves itself without the database, and no line of it can be changed, moved or left out", async () => {
    const key = await ownKey();
    const good = await verifyLedgerFile(linesOf(exported), undefined, { keys: [key] });
    assert.deepEqual([good.ok, good.problems, good.anchors, good.tenantId], [true, [], 3, TENANT]);
    const lines = exported.trimEnd().split("\n");
    const isFound = async (changed: readonly string[]) => {
      try {
        return !(await verifyLedgerFile(linesOf(changed.join("\n")), undefined, { keys: [key] })).ok;
      } catch (error) {
        return error instanceof Error && "code" in error && error.code === "observe.ledger_file_invalid";
      }
    };
    for (let place = 0; place < lines.length; place += 1) {
      assert.ok(await isFound(lines.toSpliced(place, 1)), `without line ${place + 1}`);
      if (place > 0) assert.ok(await isFound(lines.toSpliced(place - 1, 2, lines[place] ?? "", lines[place - 1] ?? "")), `lines ${place} and ${place + 1} swapped`);
      assert.ok(await isFound(lines.slice(0, place)), `cut off after line ${place}`);
    }
    for (const [place, line] of lines.entries()) {
      const changed = line.replace(/"(kind|actor|at|body|hash|entryHash|previousHash|salt|signature)":"(.)/, (_, name: string, first: string) => `"${name}":"${first === "7" ? "8" : "7"}`);
      if (changed !== line) assert.ok(await isFound(lines.with(place, changed)), `line ${place + 1} changed`);
    }
  });

  test("a ledger that was written anew from its first link, with a key of the forger, is found by the public key and by a kept anchor", async () => {
    const [trusted, kept] = [await ownKey(), await readAnchors(database, TENANT)];
    await forge();
    assert.equal((await verifyLedger(database, TENANT)).ok, true, "by itself it is a good ledger");
    assert.equal((await verifyLedger(database, TENANT, undefined, { keys: [trusted] })).ok, false);
    const withAnchors = await verifyLedger(database, TENANT, undefined, { anchors: kept });
    assert.match(withAnchors.problems.join("\n"), /kept outside/);
    await restore();
    assert.equal((await verifyLedger(database, TENANT, undefined, { keys: [trusted], anchors: kept })).ok, true);
  });

  async function ownKey(): Promise<LedgerKey> {
    const [key] = await readLedgerKeys(database, TENANT);
    assert.ok(key);
    return key;
  }

  /** Everything, with other contents and valid signatures. */
  async function forge(): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519", { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
    const keyId = keyIdOf(publicKey);
    const signed = (text: string) => sign(null, Buffer.from(text), privateKey).toString("base64");
    await superuser.query("update ledger_key set id = $1, public_key = $2", [keyId, publicKey]);
    await superuser.query("delete from ledger_anchor");
    await superuser.query("update ledger_entry set kind = 'tool.called' where kind = 'ledger.anchored'");
    await superuser.query("update ledger_entry set actor = 'user:somebody_else'");
    let previousHash = "0".repeat(64);
    const links = await readLedgerPage(database, TENANT, 0, 1_000);
    for (const { seq, entryId, entry } of links) {
      assert.ok(entry);
      const entryHash = hashEntry(TENANT, entry);
      const hash = hashLink(TENANT, { seq, previousHash, entryId, entryHash });
      await superuser.query("update ledger_link set previous_hash = $2, hash = $3, entry_hash = $4 where seq = $1", [seq, previousHash, hash, entryHash]);
      previousHash = hash;
    }
    const head = { seq: links.length, hash: previousHash, at: new Date().toISOString() };
    await superuser.query("update ledger_head set hash = $1, at = $2, key_id = $3, signature = $4", [head.hash, head.at, keyId, signed(headText(TENANT, head))]);
    const anchor = { ...head, day: "2026-11-21" };
    await superuser.query("insert into ledger_anchor (tenant_id, day, seq, hash, at, key_id, signature) values ($1, $2, $3, $4, $5, $6, $7)", [TENANT, anchor.day, anchor.seq, anchor.hash, anchor.at, keyId, signed(anchorText(TENANT, anchor))]);
  }
});
