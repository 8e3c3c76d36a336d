import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { createFakeClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import { openDatabase, type Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createEmbeddedIndex } from "./adapters/embedded.ts";
import { getDocument } from "./get-document.ts";
import { documentIdOf, importFolder } from "./import-folder.ts";
import { loadPassages, retrieve } from "./retrieve.ts";
import { createTenantIndexes } from "./tenant-index.ts";

/** Import, search and rights against a real PostgreSQL. */

const server = process.env["BATON_TEST_DATABASE_URL"];
const options = server === undefined ? { skip: "needs BATON_TEST_DATABASE_URL, the superuser URL of a PostgreSQL" } : {};

let database: Database;
let folder = "";
let tenants = 0;

before(async () => {
  if (server === undefined) return;
  const name = `knowledge_${randomBytes(6).toString("hex")}`;
  await runOn(server, `create database ${name}`);
  const url = server.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
  await migrate(url);
  database = openDatabase({ connectionString: url, maxConnections: 6, log: createLog({ level: "error", isPretty: true }) });
});

after(async () => {
  await Promise.all(opened.map((index) => index.close()));
  if (server !== undefined) await database.close();
  if (folder !== "") await rm(folder, { recursive: true, force: true });
});

const opened: ReturnType<typeof createEmbeddedIndex>[] = [];

function openIndex() {
  const index = createEmbeddedIndex();
  opened.push(index);
  return index;
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** A new tenant with an empty folder, and the ways to use them. */
async function startShop() {
  tenants += 1;
  const tenantId = `shop${tenants}`;
  folder = folder === "" ? await mkdtemp(join(tmpdir(), "baton-knowledge-")) : folder;
  const place = join(folder, tenantId);
  await mkdir(place, { recursive: true });
  await database.transaction(tenantId, async (query) => query("insert into tenant (id, name) values ($1, $1)", [tenantId]));
  const clock = createFakeClock();
  const index = openIndex();
  const indexes = createTenantIndexes({ database, index, clock });
  const other = createTenantIndexes({ database, index: openIndex(), clock });
  return {
    tenantId, clock, index, indexes, other, folder: place,
    write: async (path: string, text: string | Uint8Array) => {
      await mkdir(dirname(join(place, path)), { recursive: true });
      await writeFile(join(place, path), text);
    },
    remove: (path: string) => unlink(join(place, path)),
    import: (told = (id: string) => indexes.onKnowledgeChanged(id)) => importFolder({ database, clock, onKnowledgeChanged: told }, { tenantId, folder: place }),
    find: (query: string, audiences: readonly string[] = ["public"], id = tenantId) => retrieve({ index, indexes }, { tenantId: id, audiences, query, limit: 5 }),
  };
}

const article = (title: string, text: string, audience = "[public]") => `---\ntitle: ${title}\naudience: ${audience}\nlanguage: en\nupdated: 2026-03-09\n---\n\n## About\n\n${text}\n`;

test("an import adds, changes, removes and leaves alone, and names what it cannot take", options, async () => {
  const shop = await startShop();
  await shop.write("returns/return.md", article("Return an order", "You have 30 days."));
  await shop.write("tents.md", article("Tents", "Dry the tent."));
  await shop.write("bad.md", "no front matter");
  await shop.write("binary.md", Uint8Array.from([0x2d, 0x2d, 0x2d, 0xff]));
  await shop.write(".draft.md", article("Draft", "Hidden."));
  await shop.write("notes.txt", "not an article");
  const first = await shop.import();
  deepStrictEqual({ ...first, failed: first.failed.map((one) => one.path) }, { added: 2, changed: 0, removed: 0, unchanged: 0, held: null, failed: ["bad.md", "binary.md"] });
  deepStrictEqual(first.failed[1]?.reason, "not UTF-8 text");
  await shop.write("tents.md", article("Tents", "Dry and brush the tent."));
  await shop.write("bad.md", article("Good now", "Kayaks."));
  await shop.remove("returns/return.md");
  deepStrictEqual({ ...(await shop.import()), failed: [] }, { added: 1, changed: 1, removed: 1, unchanged: 0, held: null, failed: [] });
  deepStrictEqual(await shop.import(), { added: 0, changed: 0, removed: 0, unchanged: 2, held: null, failed: [{ path: "binary.md", reason: "not UTF-8 text" }] });
});

test("a file that has become unreadable keeps the version served before", options, async () => {
  const shop = await startShop();
  await shop.write("tents.md", article("Tents", "Dry the tent."));
  await shop.import();
  await shop.write("tents.md", "---\ntitle: [\n---\n");
  const outcome = await shop.import();
  deepStrictEqual([outcome.removed, outcome.failed.length], [0, 1]);
  strictEqual((await shop.find("tent"))[0]?.title, "Tents");
});

test("a folder that has lost more than half of its articles keeps them until they are back or given up", options, async () => {
  const shop = await startShop();
  for (const name of ["a", "b", "c"]) await shop.write(`${name}.md`, article(`Article ${name}`, "Dry the tent."));
  await shop.import();
  await Promise.all([shop.remove("a.md"), shop.remove("b.md")]);
  const held = await shop.import();
  deepStrictEqual([held.removed, held.held?.startsWith("The source lists 1 of 3 documents.")], [0, true]);
  strictEqual((await shop.find("tent")).length, 3);
  await shop.write("a.md", article("Article a", "Dry the tent."));
  deepStrictEqual([(await shop.import()).removed, (await shop.find("tent")).length], [1, 2]);
});

test("links out of the folder are not followed, and a folder that is not there changes nothing", options, async () => {
  const shop = await startShop();
  const outside = join(folder, `outside${shop.tenantId}.md`);
  await writeFile(outside, article("Secret", "Outside."));
  await symlink(outside, join(shop.folder, "link.md"));
  deepStrictEqual(await shop.import(), { added: 0, changed: 0, removed: 0, unchanged: 0, held: null, failed: [] });
  await rejects(importFolder({ database, clock: shop.clock, onKnowledgeChanged: () => {} }, { tenantId: shop.tenantId, folder: join(shop.folder, "gone") }), { code: "knowledge.folder_unreadable" });
});

test("ids follow from tenant, path and content: a text that comes back has its chunks again", options, async () => {
  const shop = await startShop();
  await shop.write("tents.md", article("Tents", "Dry the tent."));
  await shop.import();
  const [before_] = await shop.find("tent");
  await shop.write("tents.md", article("Tents", "Brush the tent."));
  await shop.import();
  const [between] = await shop.find("tent");
  await shop.write("tents.md", article("Tents", "Dry the tent."));
  await shop.import();
  const [again] = await shop.find("tent");
  deepStrictEqual([again?.chunkId, again?.documentId], [before_?.chunkId, before_?.documentId]);
  ok(between?.chunkId !== before_?.chunkId && between?.documentId === documentIdOf(shop.tenantId, "tents.md"));
});

test("imports at the same moment are one", options, async () => {
  const shop = await startShop();
  for (let number = 0; number < 12; number += 1) await shop.write(`a${number}.md`, article(`Article ${number}`, "Text."));
  const outcomes = await Promise.all([shop.import(), shop.import(), shop.import()]);
  ok(outcomes.every((outcome) => outcome.added === 12 || outcome.unchanged === 12));
  strictEqual(await shop.indexes.ensureCurrent(shop.tenantId), 1);
});

test("a cited chunk can be shown after its article changed or went, in the order asked", options, async () => {
  const shop = await startShop();
  await shop.write("tents.md", article("Tents", "Dry the tent."));
  await shop.write("boots.md", article("Boots", "Wax the boots."));
  await shop.import();
  const found = await shop.find("tent boots wax");
  await shop.write("tents.md", article("All about tents", "Brush the tent."));
  await shop.remove("boots.md");
  await shop.import();
  const chunkIds = found.map((passage) => passage.chunkId).reverse();
  const loaded = await loadPassages({ database }, { tenantId: shop.tenantId, audiences: ["public"], chunkIds: [...chunkIds, "chunk_unknown"] });
  deepStrictEqual(loaded, [...found].reverse().map((passage) => ({ ...passage, score: 0 })));
  deepStrictEqual(await loadPassages({ database }, { tenantId: shop.tenantId, audiences: ["partner"], chunkIds }), []);
  deepStrictEqual(await shop.find("wax boots"), []);
});

test("a search without rights is blocked, and an audience sees its own articles only", options, async () => {
  const shop = await startShop();
  await shop.write("public.md", article("Refunds", "Refunds take 5 days."));
  await shop.write("staff.md", article("Refund limits", "Refunds above 100 euros need approval.", "[employee, partner]"));
  await shop.import();
  await rejects(shop.find("refunds", []), { code: "knowledge.no_rights", status: 403 });
  await rejects(loadPassages({ database }, { tenantId: shop.tenantId, audiences: [], chunkIds: ["x"] }), { code: "knowledge.no_rights" });
  deepStrictEqual((await shop.find("refunds limits approval")).map((passage) => passage.title), ["Refunds"]);
  deepStrictEqual((await shop.find("refunds limits approval", ["partner"])).map((passage) => passage.title), ["Refund limits"]);
  const id = documentIdOf(shop.tenantId, "staff.md");
  strictEqual((await getDocument({ database }, { tenantId: shop.tenantId, audiences: ["employee"], id }))?.title, "Refund limits");
  for (const audiences of [["public"], []]) strictEqual(await getDocument({ database }, { tenantId: shop.tenantId, audiences, id }), null);
});

test("a narrowed right holds for the next search and for chunks cited before", options, async () => {
  const shop = await startShop();
  await shop.write("limits.md", article("Limits", "Goodwill is 20 euros."));
  await shop.import();
  const [cited] = await shop.find("goodwill");
  await shop.write("limits.md", article("Limits", "Goodwill is 20 euros.", "[employee]"));
  await shop.import();
  deepStrictEqual(await shop.find("goodwill"), []);
  deepStrictEqual(await loadPassages({ database }, { tenantId: shop.tenantId, audiences: ["public"], chunkIds: [cited?.chunkId ?? ""] }), []);
});

test("tenants share nothing: neither search, nor chunks by id, nor documents", options, async () => {
  const [one, two] = [await startShop(), await startShop()];
  await one.write("secret.md", article("Secret", "The tent of tenant one."));
  await two.write("open.md", article("Open", "The tent of tenant two."));
  await Promise.all([one.import(), two.import()]);
  const [found] = await one.find("tent");
  strictEqual(found?.title, "Secret");
  deepStrictEqual((await two.find("tent")).map((passage) => passage.title), ["Open"]);
  deepStrictEqual(await loadPassages({ database }, { tenantId: two.tenantId, audiences: ["public"], chunkIds: [found.chunkId] }), []);
  strictEqual(await getDocument({ database }, { tenantId: two.tenantId, audiences: ["public"], id: found.documentId }), null);
  await rejects(one.find("tent", ["public"], "nobody"), { code: "knowledge.unknown_tenant" });
});

test("another process sees a change within a second, this one at once", options, async () => {
  const shop = await startShop();
  await shop.write("tents.md", article("Tents", "Dry the tent."));
  await shop.import();
  const first = await shop.indexes.ensureCurrent(shop.tenantId);
  strictEqual(await shop.other.ensureCurrent(shop.tenantId), first);
  await shop.write("boots.md", article("Boots", "Wax the boots."));
  await shop.import();
  strictEqual(await shop.indexes.ensureCurrent(shop.tenantId), first + 1);
  shop.clock.advance(999);
  strictEqual(await shop.other.ensureCurrent(shop.tenantId), first);
  shop.clock.advance(1);
  strictEqual(await shop.other.ensureCurrent(shop.tenantId), first + 1);
});

test("a thousand searches at once build the index once", options, async () => {
  const shop = await startShop();
  await shop.write("tents.md", article("Tents", "Dry the tent."));
  await shop.import(() => {});
  let builds = 0;
  const index = { ...shop.index, replace: async (...args: Parameters<typeof shop.index.replace>) => { builds += 1; await shop.index.replace(...args); } };
  const indexes = createTenantIndexes({ database, index, clock: shop.clock });
  const found = await Promise.all(Array.from({ length: 1_000 }, () => retrieve({ index, indexes }, { tenantId: shop.tenantId, audiences: ["public"], query: "tent", limit: 3 })));
  ok(found.every((passages) => passages.length === 1));
  strictEqual(builds, 1);
});
