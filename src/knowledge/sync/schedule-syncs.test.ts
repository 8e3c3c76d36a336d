import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openSyncTown, type SyncHouse } from "../../../test/sync-house.ts";
import { putSource } from "../sources/source.store.ts";
import { HERE, runSync, syncInput } from "./run-sync.ts";
import { startDue, watchStale } from "./schedule-syncs.ts";
import { findSync, lastSyncs } from "./sync.store.ts";

let town: Awaited<ReturnType<typeof openSyncTown>>;
before(async () => {
  town = await openSyncTown();
});
after(() => town[Symbol.asyncDispose]());

/** A house some minutes later, with an engine that takes what it is given, but for these sources. Syncs it took: `started`. */
function later(house: SyncHouse, minutes: number, started: string[], refused: readonly string[] = []) {
  const start = (call: { input: unknown }) => {
    const { sourceId } = syncInput.parse(call.input);
    if (refused.includes(sourceId)) return Promise.reject(new Error("the engine is away"));
    started.push(sourceId);
    return Promise.resolve({ invocationId: "inv_1" });
  };
  const engine = { id: "scripted", start, send: () => Promise.resolve(), call: () => Promise.resolve(null), resolve: () => Promise.resolve(), reject: () => Promise.resolve(), cancel: () => Promise.resolve("unknown" as const), ping: () => Promise.resolve(), close: () => Promise.resolve() };
  return { ...house.deps, clock: { nowMs: () => Date.now() + minutes * 60_000 }, engine: () => engine };
}

test("what is due is begun once, and a source that was not synced in its time is told once", async () => {
  const house = await town.startHouse();
  const { tenantId } = house;
  const place = join(town.folder, tenantId);
  await mkdir(place);
  await house.add("files", "folder", { folder: place }, { schedule: { every: "PT1H" }, staleAfterMinutes: 30 });
  const started: string[] = [];
  assert.deepEqual([await startDue(later(house, 0.001, started), tenantId), await startDue(later(house, 0.001, started), tenantId)], [1, 0]);
  assert.equal(started.length, 1);
  assert.deepEqual([await watchStale(later(house, 29, started), tenantId), await watchStale(later(house, 31, started), tenantId), await watchStale(later(house, 32, started), tenantId)], [[], ["files"], []]);
});

test("a due source of an unknown kind, or one that the engine does not take, holds up no other and loses no turn", async () => {
  const house = await town.startHouse();
  const { tenantId } = house;
  const at = new Date();
  const source = { settings: {}, defaults: { audience: ["public"] }, schedule: { every: "PT1H" }, staleAfterMinutes: null, isDeclared: false, isPaused: false, nextAt: at };
  await town.database.transaction(tenantId, async (query) => {
    for (const [id, kind] of [["a", "pigeon"], ["b", "upload"], ["c", "upload"]] as const) await putSource(query, tenantId, { ...source, id, kind }, at);
  });
  const started: string[] = [];
  assert.equal(await startDue(later(house, 0.001, started, ["b"]), tenantId), 3);
  assert.deepEqual(started, ["a", "c"]);
  const syncs = await lastSyncs(town.database, tenantId);
  assert.deepEqual([...syncs].map(([id, { status }]) => `${id} ${status}`).sort(), ["a waiting", "b waiting", "c waiting"]);
  await startDue(later(house, 1, started), tenantId);
  assert.ok(started.includes("b"), "what was left is handed on by a later look");
  const pigeon = syncs.get("a") ?? assert.fail("no sync");
  await runSync(house.deps, HERE, { tenantId, syncId: pigeon.id, sourceId: "a" });
  assert.match((await findSync(town.database, tenantId, pigeon.id))?.error ?? "", /no kind of source "pigeon"/);
});
