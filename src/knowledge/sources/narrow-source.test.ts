import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openSyncTown, type SyncHouse } from "../../../test/sync-house.ts";
import { createEmbeddedIndex } from "../adapters/embedded.ts";
import { retrieve } from "../retrieve.ts";
import { runSync, HERE } from "../sync/run-sync.ts";
import { lastSyncs } from "../sync/sync.store.ts";
import { createTenantIndexes } from "../tenant-index.ts";
import { declareSources, saveSource } from "./change-source.ts";

let town: Awaited<ReturnType<typeof openSyncTown>>;
before(async () => {
  town = await openSyncTown();
});
after(() => town[Symbol.asyncDispose]());

/** A source of three files for everybody, two of which do not say for whom they are, and searches of it. */
async function startLibrary() {
  const house = await town.startHouse();
  const place = join(town.folder, house.tenantId);
  await mkdir(place);
  for (const name of ["one", "two"]) await writeFile(join(place, `${name}.txt`), `The zeppelin anchor ${name} weighs nine kilos.`);
  await writeFile(join(place, "own.md"), "---\ntitle: Own\naudience: [partner]\n---\nThe zeppelin anchor of partners weighs ten kilos.\n");
  await house.add("files", "folder", { folder: place });
  await house.sync("files");
  const index = createEmbeddedIndex({ threads: 1 });
  const indexes = createTenantIndexes({ database: town.database, index, clock: house.deps.clock });
  house.deps.onKnowledgeChanged = (tenantId) => indexes.onKnowledgeChanged(tenantId);
  const given = (audience: string[]) => house.given("files", "folder", { folder: place }, { defaults: { audience } });
  return {
    house, place, given,
    find: async (audience: string) => (await retrieve({ index, indexes }, { tenantId: house.tenantId, audiences: [audience], query: "zeppelin anchor", limit: 9 })).length,
    save: (audience: string[]) => saveSource(house.deps, { tenantId: house.tenantId, by: "test", source: given(audience), isNew: false }),
    [Symbol.asyncDispose]: () => index.close(),
  };
}

async function waitingSync({ tenantId }: SyncHouse) {
  const sync = (await lastSyncs(town.database, tenantId)).get("files");
  return sync?.status === "waiting" ? sync : null;
}

test("a source that is narrowed is narrowed for the next search, and what a document says itself stays", async () => {
  await using library = await startLibrary();
  assert.deepEqual([await library.find("public"), await library.find("employee"), await library.find("partner")], [2, 0, 1]);
  await library.save(["employee"]);
  assert.deepEqual([await library.find("public"), await library.find("employee"), await library.find("partner")], [0, 2, 1]);
  const sync = (await waitingSync(library.house)) ?? assert.fail("no sync was asked for");
  await runSync(library.house.deps, HERE, { tenantId: library.house.tenantId, syncId: sync.id, sourceId: "files" });
  assert.deepEqual([await library.find("public"), await library.find("employee"), await library.find("partner")], [0, 2, 1]);
});

test("an item that fails after its source was narrowed does not keep the wide audience", async () => {
  await using library = await startLibrary();
  await library.save(["employee"]);
  await writeFile(join(library.place, "one.txt"), "ENCRYPTED");
  await library.house.sync("files");
  assert.deepEqual([await library.find("public"), await library.find("employee")], [0, 2]);
});

test("a source whose audience is taken away shows what names its own only", async () => {
  await using library = await startLibrary();
  await library.save([]);
  assert.deepEqual([await library.find("public"), await library.find("partner")], [0, 1]);
});

test("a source that is widened stays as it was until its sync", async () => {
  await using library = await startLibrary();
  await library.save(["public", "employee"]);
  assert.deepEqual([await library.find("public"), await library.find("employee")], [2, 0]);
  assert.ok(await waitingSync(library.house));
  await library.house.sync("files");
  assert.equal(await library.find("employee"), 2);
});

test("a declared source that is narrowed is narrowed at the start", async () => {
  await using library = await startLibrary();
  await declareSources(library.house.deps, { tenantId: library.house.tenantId, sources: [library.given(["employee"])] });
  assert.deepEqual([await library.find("public"), await library.find("employee")], [0, 2]);
  assert.ok(await waitingSync(library.house));
});

test("what a sync had read for the wide audience before its source was narrowed is not served to it", async () => {
  await using library = await startLibrary();
  await writeFile(join(library.place, "one.txt"), "The zeppelin anchor weighs eleven kilos by now.");
  const { parse } = library.house.deps;
  let isNarrowed = false;
  library.house.deps.parse = async (file) => {
    if (!isNarrowed) {
      isNarrowed = true;
      await library.save(["employee"]);
    }
    return parse(file);
  };
  await library.house.sync("files");
  assert.deepEqual([await library.find("public"), await library.find("employee"), await library.find("partner")], [0, 2, 1]);
});

test("a source that is narrowed and widened again before any sync is for everybody again after one", async () => {
  await using library = await startLibrary();
  await library.save(["employee"]);
  await library.save(["public"]);
  await library.house.sync("files");
  assert.deepEqual([await library.find("public"), await library.find("employee"), await library.find("partner")], [2, 0, 1]);
});
