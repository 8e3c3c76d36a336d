import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { ensureTenant } from "../../identity/identity.store.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { createEmbeddedIndex } from "../adapters/embedded.ts";
import { getCitedDocument } from "../get-document.ts";
import { documentIdOf, importFolder } from "../import-folder.ts";
import { createTenantIndexes } from "../tenant-index.ts";
import { pruneKnowledge, schedulePrune } from "./prune.ts";
import { readDocumentAt } from "./snapshot.store.ts";
import { resolveVersion, rollBackKnowledge, takeSnapshot } from "./snapshots.ts";

const DAY_MS = 86_400_000;
const log = createLog({ level: "error", isPretty: true, write: () => {} });

test("what no snapshot and no reply needs is forgotten after its days; the rest can still be shown and gone back to", async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "baton-prune-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const { owner } = await makeDatabase();
  await migrate(owner);
  const database = cleanup.adopt(openDatabase({ connectionString: owner, maxConnections: 3, log }), (opened) => opened.close());
  await ensureTenant(database, "acme", "Acme");
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  const clock = { nowMs: () => nowMs };
  const index = cleanup.adopt(createEmbeddedIndex({ threads: 1 }), (opened) => opened.close());
  const indexes = createTenantIndexes({ database, index, clock });
  const asleep = createTenantIndexes({ database, index: cleanup.adopt(createEmbeddedIndex({ threads: 1 }), (opened) => opened.close()), clock });
  const deps = { database, clock, onKnowledgeChanged: (tenantId: string) => indexes.onKnowledgeChanged(tenantId) };
  const id = documentIdOf("acme", "a.md");
  const write = async (text: string) => {
    await writeFile(join(folder, "a.md"), `---\ntitle: Returns\naudience: [public]\n---\n${text}\n`);
    await writeFile(join(folder, `${nowMs}.md`), `---\ntitle: Note\naudience: [public]\n---\nNote of ${nowMs}.\n`);
    nowMs += 1_000;
    await importFolder(deps, { tenantId: "acme", folder });
  };
  const at = async (version: number) => (await readDocumentAt(database, "acme", { id, version }))?.body.trim() ?? null;
  const prune = (isDry: boolean) => pruneKnowledge(deps, { tenantId: "acme", keepDays: 30, isDry, by: "test" });

  await write("You have 10 days.");
  await asleep.ensureCurrent("acme");
  await write("You have 20 days.");
  await takeSnapshot(deps, { tenantId: "acme", name: "spring", version: null, note: null, by: "test" });
  await write("You have 30 days.");
  await write("You have 40 days.");
  await write("You have 50 days.");
  await database.transaction("acme", async (query) => {
    await query("insert into contact (tenant_id, id, created_at) values ('acme', 'c', now())");
    await query("insert into conversation (tenant_id, id, contact_id, created_at, updated_at) values ('acme', 'v', 'c', now(), now())");
    await query("insert into message (tenant_id, id, conversation_id, seq, author, channel, body, citations, created_at) values ('acme', 'm', 'v', 1, 'ai', 'web', 'x', $1, now())", [JSON.stringify([{ marker: 1, documentId: id, title: "Returns", heading: "", quote: "You have 30 days." }])]);
  });

  assert.equal((await prune(false)).documents, 0, "nothing is old enough");
  nowMs += 31 * DAY_MS;
  assert.deepEqual(await prune(true), { documents: 2, chunks: 0, bytes: 36 });
  assert.equal(await at(4), "You have 40 days.", "a dry run changes nothing");
  assert.deepEqual(await prune(false), { documents: 2, chunks: 2, bytes: 36 });
  assert.deepEqual([await at(1), await at(2), await at(3), await at(4), await at(5)], [null, "You have 20 days.", "You have 30 days.", null, "You have 50 days."]);
  const cited = await getCitedDocument({ database }, { tenantId: "acme", audiences: ["public"], id, quote: "You have 30 days." });
  assert.deepEqual([cited?.isCurrent, cited?.document.body.trim()], [false, "You have 30 days."]);
  for (const version of ["1", "3", "4"]) await assert.rejects(resolveVersion(database, "acme", version), { code: "knowledge.version_unknown" });
  assert.deepEqual([await resolveVersion(database, "acme", "spring"), await resolveVersion(database, "acme", "2"), await resolveVersion(database, "acme", "5")], [2, 2, 5]);
  assert.deepEqual(await prune(false), { documents: 0, chunks: 0, bytes: 0 }, "the second time there is nothing left");

  asleep.onKnowledgeChanged("acme");
  assert.equal(await asleep.ensureCurrent("acme"), 5, "an index that slept meanwhile comes to the present");
  assert.equal((await rollBackKnowledge(deps, { tenantId: "acme", to: "spring", sourceId: null, by: "test" })).version, 6);
  assert.equal(await at(6), "You have 20 days.");

  nowMs += 31 * DAY_MS;
  cleanup.defer(schedulePrune({ ...deps, log }, { tenantId: "acme", keepDays: 30 }));
  for (let tries = 0; (await at(5)) !== null; tries += 1) {
    assert.ok(tries < 100, "the daily look forgets what has ended since");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
