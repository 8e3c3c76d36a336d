import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { ensureTenant } from "../src/identity/identity.store.ts";
import { createLog } from "../src/lib/log.ts";
import { createSettingKeys } from "../src/credentials/adapters/setting-keys.ts";
import { createLedgerSigner } from "../src/credentials/ledger-signer.ts";
import { systemClock } from "../src/lib/clock.ts";
import { hashEntry, hashLink, hashOldLink, type StoredEntry } from "../src/observe/ledger-chain.ts";
import { verifyLedger } from "../src/observe/ledger-verify.ts";
import { recordInLedger, sealLedger, startSealer, type SealDeps } from "../src/observe/ledger.ts";
import { openDatabase, type Database } from "../src/storage/database.ts";
import { migrate } from "../src/storage/migrate.ts";
import { makeDatabase } from "./start-test-app.ts";

const log = createLog({ level: "error", isPretty: true });

type Link = { seq: number; entryId: string; previousHash: string; entry: StoredEntry };

describe("the ledger", () => {
  let urls: { owner: string; superuser: string };
  let database: Database;
  let sealing: SealDeps;
  let superuser: pg.Client;
  let tenants = 0;

  before(async () => {
    urls = await makeDatabase();
    await migrate(urls.owner);
    database = openDatabase({ connectionString: urls.owner, maxConnections: 4, log });
    sealing = { database, signer: createLedgerSigner({ database, keys: createSettingKeys(Buffer.alloc(32, 7).toString("base64")), clock: systemClock }) };
    superuser = new pg.Client({ connectionString: urls.superuser });
    await superuser.connect();
  });
  after(async () => {
    await superuser.end();
    await database.close();
  });

  async function newTenant(): Promise<string> {
    const tenantId = `tenant-${(tenants += 1)}`;
    await ensureTenant(database, tenantId, tenantId);
    return tenantId;
  }

  async function append(tenantId: string, count: number, at = new Date(Date.now() - 120_000)): Promise<void> {
    await database.transaction(tenantId, (query) => recordInLedger(query, tenantId, Array.from({ length: count }, (_, place) => ({ kind: "test.happened", subjectId: `conv_${place}`, caseId: place % 2 === 0 ? "case_1" : null, actor: "user:somebody", at, body: { place } }))));
  }

  /** A tenant with a sealed chain of entries that are two minutes old. */
  async function chainOf(count: number): Promise<string> {
    const tenantId = await newTenant();
    await append(tenantId, count);
    assert.equal(await sealLedger(sealing, tenantId), count);
    await assertWhole(tenantId, count);
    return tenantId;
  }

  /** The first use of a tenant's key writes an entry of its own, which waits for the next sealing. */
  async function assertWhole(tenantId: string, checked: number): Promise<void> {
    const verdict = await verifyLedger(database, tenantId);
    assert.deepEqual([verdict.ok, verdict.checked, verdict.removed, verdict.problems], [true, checked, 0, []]);
  }

  async function linkAt(tenantId: string, seq: number): Promise<Link> {
    const { rows } = await superuser.query<{ entry_id: string; previous_hash: string; salt: string; kind: string; subject_id: string; case_id: string | null; actor: string; at: Date; body: string }>(
      "select l.entry_id, l.previous_hash, e.salt, e.kind, e.subject_id, e.case_id, e.actor, e.at, e.body from ledger_link l join ledger_entry e using (tenant_id) where l.entry_id = e.id and l.tenant_id = $1 and l.seq = $2", [tenantId, seq]);
    const row = rows[0];
    assert.ok(row);
    return { seq, entryId: row.entry_id, previousHash: row.previous_hash, entry: { id: row.entry_id, salt: row.salt, kind: row.kind, subjectId: row.subject_id, caseId: row.case_id, actor: row.actor, at: row.at.toISOString().replace("Z", "000Z"), body: row.body } };
  }

  /** As an intruder with every right would: the superuser, with the triggers put out of work. */
  async function tamper(statement: string, values: unknown[]): Promise<void> {
    await superuser.query("set session_replication_role = replica");
    try {
      const { rowCount } = await superuser.query(statement, values);
      assert.ok((rowCount ?? 0) > 0, "the tampering has an effect");
    } finally {
      await superuser.query("set session_replication_role = origin");
    }
  }

  /** Every way to break the chain at one place, with what `verifyLedger` says of it. */
  const tamperings: { name: string; says(link: Link): RegExp; apply(tenantId: string, link: Link): Promise<void>; canBeLast: boolean }[] = [
    ...Object.entries({ body: `'{"place":999}'`, actor: "'user:nobody'", kind: "'test.other'", subject_id: "'conv_other'", case_id: "'case_other'", salt: "'x'", at: "at - interval '1 microsecond'" }).map(([column, value]) => ({
      name: `a changed ${column.replace("_", " ")}`, says: (link: Link) => new RegExp(`entry ${link.entryId} of link ${link.seq} was changed`), canBeLast: true,
      apply: (tenantId: string, link: Link) => tamper(`update ledger_entry set ${column} = ${value} where tenant_id = $1 and id = $2`, [tenantId, link.entryId]),
    })),
    { name: "a removed entry", says: (link) => new RegExp(`the entry of link ${link.seq} is gone, and nothing says that it was removed`), canBeLast: true, apply: (tenantId, link) => tamper("delete from ledger_entry where tenant_id = $1 and id = $2", [tenantId, link.entryId]) },
    { name: "a removed link", says: (link) => new RegExp(`link ${link.seq} is missing|the chain is cut off after link ${link.seq - 1}`), canBeLast: true, apply: (tenantId, link) => tamper("delete from ledger_link where tenant_id = $1 and seq = $2", [tenantId, link.seq]) },
    {
      name: "a removed entry with its link", says: (link) => new RegExp(`link ${link.seq} is missing|the chain is cut off after link ${link.seq - 1}`), canBeLast: true,
      apply: (tenantId, link) => tamper("with gone as (delete from ledger_entry where tenant_id = $1 and id = $2) delete from ledger_link where tenant_id = $1 and entry_id = $2", [tenantId, link.entryId]),
    },
    {
      name: "an entry with its own hashes made anew", says: (link) => new RegExp(`link ${link.seq + 1} does not follow the one before it|link ${link.seq} is not the signed end`), canBeLast: true,
      apply: async (tenantId, link) => {
        const body = '{"place":"forged"}';
        await tamper("update ledger_entry set body = $3 where tenant_id = $1 and id = $2", [tenantId, link.entryId, body]);
        const entryHash = hashEntry(tenantId, { ...link.entry, body });
        await tamper("update ledger_link set hash = $3, entry_hash = $4 where tenant_id = $1 and seq = $2", [tenantId, link.seq, hashLink(tenantId, { ...link, entryHash }), entryHash]);
      },
    },
    { name: "a changed hash", says: (link) => new RegExp(`link ${link.seq} was changed`), canBeLast: true, apply: (tenantId, link) => tamper("update ledger_link set hash = repeat('f', 64) where tenant_id = $1 and seq = $2", [tenantId, link.seq]) },
    { name: "a changed previous hash", says: (link) => new RegExp(`link ${link.seq} does not follow the one before it`), canBeLast: true, apply: (tenantId, link) => tamper("update ledger_link set previous_hash = repeat('e', 64) where tenant_id = $1 and seq = $2", [tenantId, link.seq]) },
    {
      name: "an entry moved to another tenant", says: (link) => new RegExp(`the entry of link ${link.seq} is gone`), canBeLast: true,
      apply: async (tenantId, link) => tamper("update ledger_entry set tenant_id = $3 where tenant_id = $1 and id = $2", [tenantId, link.entryId, await newTenant()]),
    },
  ];

  test("nobody changes, removes or empties it: not the application, not the tables' owner, not the superuser", async () => {
    const tenantId = await chainOf(3);
    const owner = new pg.Client({ connectionString: urls.owner });
    await owner.connect();
    try {
      for (const table of ["ledger_entry", "ledger_link"]) {
        for (const change of [`update ${table} set tenant_id = tenant_id`, `delete from ${table}`, `delete from ${table} where false`, `truncate ${table}`, `truncate ${table} cascade`]) {
          for (const client of [owner, superuser]) await assert.rejects(client.query(change), { code: "42501", message: "the ledger is append-only" }, change);
          await assert.rejects(database.transaction(tenantId, (query) => query(change)), { code: "42501" }, change);
        }
      }
    } finally {
      await owner.end();
    }
    await assertWhole(tenantId, 3);
  });

  test("what is rolled back is not in it", async () => {
    const tenantId = await newTenant();
    await assert.rejects(database.transaction(tenantId, async (query) => {
      await recordInLedger(query, tenantId, [{ kind: "test.happened", subjectId: "x", actor: "y", at: new Date(), body: {} }]);
      throw new Error("changed my mind");
    }), /changed my mind/);
    assert.equal(await sealLedger(sealing, tenantId), 0);
    await assertWhole(tenantId, 0);
  });

  test("four sealers at once make one unbroken chain while others write", async () => {
    const tenantId = await newTenant();
    const databases = Array.from({ length: 4 }, () => openDatabase({ connectionString: urls.owner, maxConnections: 2, log }));
    const stops = databases.map((each) => startSealer({ ...sealing, database: each, log }, 1));
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 15; round += 1) await append(tenantId, 1 + (round % 4));
    }));
    await Promise.all(stops.map((stop) => stop()));
    await Promise.all(databases.map((each) => each.close()));
    const { rows } = await superuser.query<{ entries: number; links: number; last: number; linked: number; waiting: number }>(
      `select (select count(*)::int from ledger_entry where tenant_id = $1) as entries, (select count(*)::int from ledger_link where tenant_id = $1) as links, (select max(seq)::int from ledger_link where tenant_id = $1) as last,
        (select count(distinct entry_id)::int from ledger_link where tenant_id = $1) as linked, (select count(*)::int from ledger_unsealed where tenant_id = $1) as waiting`, [tenantId]);
    // One more of the key that signs.
    const count = 8 * (1 + 2 + 3 + 4 + 1 + 2 + 3 + 4 + 1 + 2 + 3 + 4 + 1 + 2 + 3) + 1;
    assert.deepEqual(rows, [{ entries: count, links: count, last: count, linked: count, waiting: 0 }]);
    await assertWhole(tenantId, count);
  });

  for (const { name, apply, says } of tamperings) {
    test(`${name} is found, and where`, async () => {
      const [tenantId, other] = [await chainOf(9), await chainOf(2)];
      const link = await linkAt(tenantId, 5);
      await apply(tenantId, link);
      const verdict = await verifyLedger(database, tenantId);
      assert.equal(verdict.ok, false);
      assert.match(verdict.problems.join("\n"), says(link));
      assert.equal((await verifyLedger(database, other)).ok, true, "another tenant's chain is whole");
    });
  }

  test("swapped contents are found at both places", async () => {
    const tenantId = await chainOf(9);
    const [left, right] = [await linkAt(tenantId, 3), await linkAt(tenantId, 7)];
    await tamper("update ledger_link set entry_id = entry_id || '_' where tenant_id = $1", [tenantId]);
    await tamper("update ledger_link l set entry_id = case l.seq when 3 then $3 when 7 then $2 else rtrim(l.entry_id, '_') end where l.tenant_id = $1", [tenantId, left.entryId, right.entryId]);
    assert.deepEqual((await verifyLedger(database, tenantId)).problems, [3, 7].flatMap((seq) => [`link ${seq} was changed`, `entry ${seq === 3 ? right.entryId : left.entryId} of link ${seq} was changed`]));
  });

  test("an entry that was slipped past the sealing is found", async () => {
    const tenantId = await chainOf(4);
    await tamper("insert into ledger_entry (tenant_id, id, kind, subject_id, actor, at, body) values ($1, 'led_slipped', 'test', 'x', 'y', now() - interval '2 minutes', '{}')", [tenantId]);
    const { ok, problems } = await verifyLedger(database, tenantId);
    assert.deepEqual([ok, problems], [false, ["1 entry came into the ledger past its chain"]]);
  });

  test("a long chain is walked to its end", async () => {
    const tenantId = await newTenant();
    await append(tenantId, 4_100);
    assert.equal(await sealLedger(sealing, tenantId), 2_000, "sealed in batches");
    while ((await sealLedger(sealing, tenantId)) > 0);
    const seen: number[] = [];
    await verifyLedger(database, tenantId, (checked) => void seen.push(checked));
    await assertWhole(tenantId, 4_101);
    assert.deepEqual(seen, [2_000, 4_000, 4_101]);
    const link = await linkAt(tenantId, 4_050);
    await tamper("update ledger_entry set actor = 'user:nobody' where tenant_id = $1 and id = $2", [tenantId, link.entryId]);
    assert.deepEqual((await verifyLedger(database, tenantId)).problems, [`entry ${link.entryId} of link 4050 was changed`]);
  });

  test("nothing is put on top of a chain that was cut off: what is recorded waits, and is told", async () => {
    const tenantId = await chainOf(5);
    await tamper("delete from ledger_link where tenant_id = $1 and seq = 5", [tenantId]);
    await append(tenantId, 1);
    await assert.rejects(sealLedger(sealing, tenantId), { code: "observe.ledger_broken", message: /does not end where it was signed \(link 5\): it ends at link 4/ });
    const { problems } = await verifyLedger(database, tenantId);
    assert.ok(problems.includes("the chain is cut off after link 4: its signed end is link 5"), problems.join("\n"));
    await tamper("delete from ledger_head where tenant_id = $1", [tenantId]);
    await assert.rejects(sealLedger(sealing, tenantId), { code: "observe.ledger_broken", message: /signed end of the ledger's chain is gone/ });
  });

  test("a key store that is away keeps entries waiting, and none is lost", async () => {
    const tenantId = await newTenant();
    await append(tenantId, 3);
    await assert.rejects(sealLedger({ database, signer: { sign: () => Promise.reject(new Error("the key store does not answer")) } }, tenantId), /does not answer/);
    assert.deepEqual((await verifyLedger(database, tenantId)).problems, ["3 entries older than a minute are not chained"]);
    assert.equal(await sealLedger(sealing, tenantId), 3);
    await assertWhole(tenantId, 3);
  });

  test("a ledger from before heads were signed goes on, and a change of its old links is found", async () => {
    const tenantId = await newTenant();
    await append(tenantId, 2);
    // As links were made then: over the entry itself, with no salt.
    await tamper("update ledger_entry set salt = null where tenant_id = $1", [tenantId]);
    const { rows } = await superuser.query<{ id: string; kind: string; subject_id: string; case_id: string | null; actor: string; at: Date; body: string }>("select * from ledger_entry where tenant_id = $1 order by id", [tenantId]);
    let previous = "0".repeat(64);
    for (const [place, row] of rows.entries()) {
      const hash = hashOldLink(previous, place + 1, { id: row.id, salt: null, kind: row.kind, subjectId: row.subject_id, caseId: row.case_id, actor: row.actor, at: row.at.toISOString().replace("Z", "000Z"), body: row.body });
      await superuser.query("insert into ledger_link (tenant_id, seq, entry_id, previous_hash, hash) values ($1, $2, $3, $4, $5)", [tenantId, place + 1, row.id, previous, hash]);
      previous = hash ?? "";
    }
    await superuser.query("delete from ledger_unsealed where tenant_id = $1", [tenantId]);
    await append(tenantId, 1);
    assert.equal(await sealLedger(sealing, tenantId), 1);
    await assertWhole(tenantId, 3);
    await tamper("update ledger_entry set case_id = '' where tenant_id = $1 and case_id is null and salt is null", [tenantId]);
    assert.match((await verifyLedger(database, tenantId)).problems.join(), /entry .* of link 2 was changed/);
  });

  test("fifty random tamperings are all found, and where", async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.nat(), fc.constantFrom(...tamperings), async (count, place, { apply, says, canBeLast }) => {
      const tenantId = await chainOf(canBeLast ? count : count + 1);
      const link = await linkAt(tenantId, 1 + (place % count));
      await apply(tenantId, link);
      const verdict = await verifyLedger(database, tenantId);
      assert.equal(verdict.ok, false);
      assert.match(verdict.problems.join("\n"), says(link));
    }), { numRuns: 50 });
  });
});
