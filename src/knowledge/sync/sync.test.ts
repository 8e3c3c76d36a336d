import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { counts, countsOf, openSyncTown, page, parsePlainly as parse } from "../../../test/sync-house.ts";
import type { Database } from "../../storage/database.ts";
import { readManagedDocument } from "../managed-document.store.ts";
import { countChanges, listChanges } from "../snapshots/snapshot.store.ts";
import { diffDocument, resolveVersion, rollBackKnowledge, takeSnapshot } from "../snapshots/snapshots.ts";
import { declareSources, removeSource, saveSource } from "../sources/change-source.ts";
import type { ReadRecords } from "../sources/source-kind.ts";
import { deleteFile, findSource, putFile } from "../sources/source.store.ts";
import type { ParseFile } from "./make-document.ts";
import { cancelSync, putSyncRow } from "./request-sync.ts";
import { HERE, runSync } from "./run-sync.ts";
import { findSync } from "./sync.store.ts";

let town: Awaited<ReturnType<typeof openSyncTown>>;
let database: Database;
let folder = "";
const startHouse: (typeof town)["startHouse"] = (options) => town.startHouse(options);
const serve: (typeof town)["serve"] = (answer) => town.serve(answer);

before(async () => {
  town = await openSyncTown();
  ({ database, folder } = town);
});
after(() => town[Symbol.asyncDispose]());

test("a folder is synced by what changed; a broken file keeps its last version and is named until it is mended", async () => {
  const house = await startHouse();
  const place = join(folder, house.tenantId);
  await mkdir(join(place, "deep"), { recursive: true });
  for (const name of ["a.txt", "b.txt", "deep/c.html", ".hidden.txt", "program.exe"]) await writeFile(join(place, name), `text of ${name}`);
  await house.add("files", "folder", { folder: place });
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { added: 3 }));
  assert.deepEqual(await house.paths(), ["files:a.txt", "files:b.txt", "files:deep/c.html"]);
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { unchanged: 3 }));
  await writeFile(join(place, "a.txt"), "ENCRYPTED");
  await writeFile(join(place, "b.txt"), "another text");
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { changed: 1, unchanged: 1, failed: 1 }));
  assert.deepEqual([await house.problems(), (await house.paths()).length], [["a.txt: encrypted"], 3]);
  await unlink(join(place, "a.txt"));
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { removed: 1, unchanged: 2 }));
  assert.deepEqual(await house.problems(), []);
});

test("a folder that the operator has not opened is refused, also through a link", async () => {
  const house = await startHouse();
  await house.add("files", "folder", { folder: "/etc" });
  const sync = await house.sync("files");
  assert.deepEqual([sync.status, /not open to sources/.test(sync.error ?? "")], ["failed", true]);
});

test("a relative folder begins at the workspace's and stays in it, also by .. and links", async () => {
  const house = await startHouse();
  const workspace = join(folder, house.tenantId);
  await mkdir(join(workspace, "manuals"), { recursive: true });
  await writeFile(join(workspace, "manuals", "a.txt"), "Dry the tent.");
  await symlink(folder, join(workspace, "out"));
  house.deps.open.folders = [workspace, folder];
  for (const [id, where] of [["in", "manuals"], ["up", "../"], ["link", "out"], ["gone", "manuls"]] as const) await house.add(id, "folder", { folder: where });
  assert.deepEqual(countsOf(await house.sync("in")), counts("done", { added: 1 }));
  for (const id of ["up", "link"]) assert.match((await house.sync(id)).error ?? "", /leads out of the workspace/);
  assert.match((await house.sync("gone")).error ?? "", /^There is no folder .*manuls/);
});

test("without an audience a document is refused, and another audience makes all of them anew", async () => {
  const house = await startHouse();
  const place = join(folder, house.tenantId);
  await mkdir(place);
  await writeFile(join(place, "a.txt"), "text");
  await writeFile(join(place, "b.md"), "---\ntitle: B\naudience: [partner]\n---\nText.");
  await house.add("files", "folder", { folder: place }, { defaults: { audience: [] } });
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { added: 1, failed: 1 }));
  assert.deepEqual(await house.problems(), ["a.txt: no_audience"]);
  await saveSource(house.deps, { tenantId: house.tenantId, by: "test", source: house.given("files", "folder", { folder: place }, { defaults: { audience: ["employee"], product: "Tent" } }), isNew: false });
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { added: 1, changed: 1 }));
  assert.deepEqual((await house.heads()).map(({ audience, product }) => [audience, product]), [[["employee"], "Tent"], [["partner"], "Tent"]]);
});

test("a git repository is read at its newest commit, and nothing of it runs", async () => {
  const house = await startHouse();
  const place = join(folder, `${house.tenantId}-repository`);
  await mkdir(join(place, "docs"), { recursive: true });
  const git = (...args: string[]) => execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: place, stdio: "pipe" });
  git("init", "--quiet", "-b", "main");
  for (const name of ["docs/a.txt", "docs/b.txt", "docs/c.txt", "other.txt"]) await writeFile(join(place, name), `text of ${name}`);
  await writeFile(join(place, ".gitattributes"), "*.txt filter=evil\n");
  git("add", "-A");
  git("commit", "--quiet", "-m", "one");
  await house.add("handbook", "git", { url: `file://${place}`, branch: "main", folder: "docs" });
  assert.deepEqual(countsOf(await house.sync("handbook")), counts("done", { added: 3 }));
  await writeFile(join(place, "docs/a.txt"), "changed");
  git("rm", "--quiet", "docs/b.txt");
  git("commit", "--quiet", "-a", "-m", "two");
  assert.deepEqual(countsOf(await house.sync("handbook")), counts("done", { changed: 1, removed: 1, unchanged: 1 }));
  assert.deepEqual(await house.paths(), ["handbook:docs/a.txt", "handbook:docs/c.txt"]);
  await house.add("gone", "git", { url: `file://${place}`, branch: "no-such-branch" });
  assert.match((await house.sync("gone")).error ?? "", /git fetch .* failed: .*no-such-branch/);
  await assert.rejects(house.add("shell", "git", { url: "ext::sh -c id" }), { code: "knowledge.source_invalid" });
});

test("a web site is crawled within its host, its robots.txt and its canonical links, and out of every trap", async () => {
  const house = await startHouse();
  const site = await serve((path) => {
    if (path === "/robots.txt") return { headers: { "content-type": "text/plain" }, body: "User-agent: *\nDisallow: /private\n" };
    if (path === "/sitemap.xml") return { status: 404 };
    if (path === "/") return { body: page("Home", `Home <a href="/tents?sort=price&amp;page=2#top">tents</a><a href="/tents?sort=name">tents</a><a href="/old">old</a><a href="/away">away</a><a href="/private/x">p</a><a href="/print">print</a><a href="/calendar/2026/01">cal</a><a href="/loop/loop/loop/x">loop</a><a href="https://elsewhere.example/x">e</a><a href="/hidden">h</a><a href="mailto:a@b.c">m</a><a href="/missing">x</a>`) };
    if (path === "/tents") return { body: page("Tents", 'Dry the tent. <a href="/tents/care?utm=1">care</a>') };
    if (path === "/tents/care") return { body: page("Care", `Brush it. <a href="/deep/1">deep</a>`) };
    if (path === "/old") return { status: 301, headers: { location: "/tents" } };
    if (path === "/away") return { status: 302, headers: { location: "http://169.254.169.254/latest/meta-data" } };
    if (path === "/print") return { body: page("Print", "The same.", '<link rel="canonical" href="/tents">') };
    if (path === "/hidden") return { body: page("Hidden", 'Hidden. <a href="/found-by-hidden">f</a>', '<meta name="robots" content="noindex">') };
    if (path === "/found-by-hidden") return { body: page("Found", "Found.") };
    const deep = /^\/deep\/(\d+)$/.exec(path);
    if (deep) return { body: page(`Deep ${deep[1]}`, `Deep. <a href="/deep/${Number(deep[1]) + 1}">next</a>`) };
    return { status: 404 };
  });
  await house.add("site", "web", { url: site.url, delayMs: 0, maxDepth: 3 });
  assert.deepEqual(countsOf(await house.sync("site")), counts("done", { added: 5 }));
  assert.deepEqual(await house.paths(), ["site:/", "site:/deep/1", "site:/found-by-hidden", "site:/tents", "site:/tents/care"]);
  assert.ok(!site.asked.some((path) => /private|calendar|loop|\?/.test(path)), site.asked.join(" "));
  assert.deepEqual(countsOf(await house.sync("site")), counts("done", { unchanged: 5 }), "the same pages make no new versions");
  await saveSource(house.deps, { tenantId: house.tenantId, by: "test", source: house.given("site", "web", { url: site.url, delayMs: 0, maxDepth: 20, maxPages: 8 }), isNew: false });
  const cut = await house.sync("site");
  assert.deepEqual([cut.listed, cut.failed, await house.problems()], [9, 1, ["/tents/care: left_out"]], "an endless path ends at the limit of pages, and the next one is told");
});

test("a sitemap says which pages there are and which have changed", async () => {
  const house = await startHouse();
  let changed = "2026-01-01";
  const site = await serve((path) => {
    if (path === "/robots.txt") return { body: `Sitemap: /index.xml\nUser-agent: *\nAllow: /` };
    if (path === "/index.xml" || path === "/sitemap.xml") return { headers: { "content-type": "text/xml" }, body: "<sitemapindex><sitemap><loc>/pages.xml</loc></sitemap></sitemapindex>" };
    if (path === "/pages.xml") return { headers: { "content-type": "text/xml" }, body: `<urlset><url><loc>/a</loc><lastmod>${changed}</lastmod></url><url><loc>/b</loc><lastmod>2026-01-01</lastmod></url><url><loc>https://other.example/c</loc></url></urlset>` };
    return { body: page(`Page ${path}`, `Text of ${path} at ${changed}. <a href="/unlisted">u</a>`) };
  });
  await house.add("site", "web", { url: site.url, delayMs: 0 });
  assert.deepEqual(countsOf(await house.sync("site")), counts("done", { added: 2 }));
  changed = "2026-02-02";
  site.asked.length = 0;
  assert.deepEqual(countsOf(await house.sync("site")), counts("done", { changed: 1, unchanged: 1 }));
  assert.deepEqual(site.asked.filter((path) => /^\/[abu]/.test(path)), ["/a"]);
});

test("a site in a private network is not asked, and one that fails ends the sync with the reason", async () => {
  const house = await startHouse({ allow: [] });
  await house.add("inside", "web", { url: "http://127.0.0.1:9/" });
  const refused = await house.sync("inside");
  assert.deepEqual([refused.status, /BATON_OUTBOUND_ALLOW/.test(refused.error ?? "")], ["failed", true]);
  const open = await startHouse();
  const site = await serve(() => ({ status: 503 }));
  await open.add("down", "web", { url: site.url, delayMs: 0 });
  assert.match((await open.sync("down")).error ?? "", /answers 503/);
});

test("a bucket is listed in pages, signed, and only what changed is fetched", async () => {
  const house = await startHouse();
  const objects = new Map([["docs/a.txt", "one"], ["docs/b c.txt", "two"], ["docs/d.txt", "three"], ["docs/x.bin", "no"]]);
  const store = await serve((path, request) => {
    if (request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=secret-of-id/") !== true) return { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" };
    const url = new URL(path, "http://x");
    if (url.searchParams.get("list-type") !== "2") {
      const body = objects.get(decodeURIComponent(url.pathname.replace("/shelf/", "")));
      return body === undefined ? { status: 404 } : { headers: { "content-type": "text/plain", etag: `"${body}"` }, body };
    }
    const keys = [...objects.keys()].filter((key) => key > (url.searchParams.get("continuation-token") ?? ""));
    const shown = keys.slice(0, 2);
    const contents = shown.map((key) => `<Contents><Key>${encodeURIComponent(key)}</Key><ETag>"${objects.get(key) ?? ""}"</ETag><Size>3</Size></Contents>`).join("");
    return { headers: { "content-type": "application/xml" }, body: `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${keys.length > 2}</IsTruncated>${contents}<NextContinuationToken>${shown.at(-1) ?? ""}</NextContinuationToken></ListBucketResult>` };
  });
  await house.add("bucket", "s3", { endpoint: store.url, bucket: "shelf", prefix: "docs/", accessKeySecret: "id", secretKeySecret: "key" });
  assert.deepEqual(countsOf(await house.sync("bucket")), counts("done", { added: 3 }));
  objects.set("docs/d.txt", "four");
  store.asked.length = 0;
  assert.deepEqual(countsOf(await house.sync("bucket")), counts("done", { changed: 1, unchanged: 2 }));
  assert.equal(store.asked.filter((path) => !path.includes("list-type")).length, 1);
  await house.add("closed", "s3", { endpoint: store.url, bucket: "shelf", accessKeySecret: "wrong", secretKeySecret: "key" });
  assert.match((await house.sync("closed")).error ?? "", /403 AccessDenied/);
});

test("solved tickets become documents page by page, redacted before anything is stored", async () => {
  const tickets = Array.from({ length: 5 }, (_, n) => ({ id: n + 1, subject: `Ticket ${n + 1} of ada@example.com`, updated: "2026-01-01T00:00:00Z", secret: "not asked for" }));
  const readRecords: ReadRecords = ({ tool, arguments: given }) => {
    if (tool === "get_ticket") return Promise.resolve({ records: [{ body: `Write to ben@example.com about ${String(given["ticket_id"])}.` }, { body: "Dry the tent." }], isCut: false });
    const after_ = Number(given["after"] ?? 0);
    return Promise.resolve({ records: tickets.filter(({ id }) => id > after_).slice(0, 2), isCut: false });
  };
  const house = await startHouse({ readRecords });
  await house.add("tickets", "records", { tool: "solved_tickets", page: { argument: "after", from: "id" }, each: { tool: "get_ticket", argument: "ticket_id" }, redact: true, fields: { id: "id", title: "subject", body: ["records.body"], updatedAt: "updated" } });
  assert.deepEqual(countsOf(await house.sync("tickets")), counts("done", { added: 5 }));
  const [first] = await house.heads();
  const read = await readManagedDocument(database, house.tenantId, { id: first?.id ?? "", version: null });
  assert.deepEqual([first?.title, read?.document.body, read?.document.updatedAt], ["Ticket 1 of [EMAIL_1]", "Write to [EMAIL_1] about 1.\n\nDry the tent.", "2026-01-01T00:00:00.000Z"]);
  assert.deepEqual(countsOf(await house.sync("tickets")), counts("done", { unchanged: 5 }));
});

test("pages are counted where a list says no place, and only the records with a wanted value are taken", async () => {
  const tickets = Array.from({ length: 7 }, (_, n) => ({ id: n + 1, subject: `T${n + 1}`, text: `Text ${n + 1}`, status: [2, 4, 5][n % 3], at: 1_767_225_600 + n }));
  const asked: unknown[] = [];
  const readRecords: ReadRecords = ({ arguments: { page } }) => {
    asked.push(page);
    return Promise.resolve({ records: tickets.slice((Number(page) - 1) * 3, Number(page) * 3), isCut: false });
  };
  const house = await startHouse({ readRecords });
  await house.add("tickets", "records", { tool: "list_tickets", page: { argument: "page" }, only: { member: "status", values: [4, 5] }, fields: { id: "id", title: "subject", body: ["text"], updatedAt: "at" } });
  assert.deepEqual(countsOf(await house.sync("tickets")), counts("done", { added: 4 }));
  assert.deepEqual(asked, [1, 2, 3, 4]);
  assert.deepEqual((await house.heads()).map(({ title, updatedAt }) => `${title} ${updatedAt}`)[0], "T2 2026-01-01T00:00:01.000Z");
  Object.assign(tickets[1] ?? {}, { status: 2 });
  assert.deepEqual(countsOf(await house.sync("tickets")), counts("done", { removed: 1, unchanged: 3 }));
});

test("uploaded files come and go one by one, and the last one may go as well", async () => {
  const house = await startHouse();
  await house.add("files", "upload", {});
  const put = (name: string, text: string) => putFile(database, house.tenantId, "files", { name, mediaType: null, bytes: Buffer.from(text), sha256: text, by: "test", at: new Date() });
  await put("a.txt", "one");
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { added: 1 }));
  await deleteFile(database, house.tenantId, "files", "a.txt");
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { removed: 1 }));
});

test("a source that loses more than half is held until that is said to be right", async () => {
  const house = await startHouse();
  const place = join(folder, house.tenantId);
  await mkdir(place);
  for (const name of ["a", "b", "c", "d", "e"]) await writeFile(join(place, `${name}.txt`), name);
  await house.add("files", "folder", { folder: place });
  await house.sync("files");
  for (const name of ["a", "b", "c"]) await unlink(join(place, `${name}.txt`));
  const held = await house.sync("files");
  assert.deepEqual([held.status, held.missing, held.removed, (await house.paths()).length], ["held", 3, 0, 5]);
  assert.match(held.error ?? "", /lists 2 of 5 documents.*--accept-removals/);
  assert.deepEqual(countsOf(await house.sync("files", true)), counts("done", { removed: 3, unchanged: 2 }));
});

test("a sync that is cut off at any step goes on where it was, and takes nothing twice", async () => {
  const house = await startHouse();
  const place = join(folder, house.tenantId);
  await mkdir(place);
  const names = Array.from({ length: 130 }, (_, n) => `f${String(n).padStart(3, "0")}.txt`);
  for (const name of names) await writeFile(join(place, name), `text of ${name}`);
  await house.add("files", "folder", { folder: place });
  const { id } = await putSyncRow(house.deps, { tenantId: house.tenantId, sourceId: "files", by: "test", acceptRemovals: false });
  let parsed = 0;
  const deps = { ...house.deps, parse: ((file) => ((parsed += 1), parse(file))) satisfies ParseFile };
  for (let kills = 0; kills < 5; kills += 1) {
    let steps = 0;
    const cutOff = { step: async <T>(_: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
      const done = await work(new AbortController().signal);
      // The step was stored, and the process dies before anybody hears of it.
      if ((steps += 1) > kills) throw Object.assign(new Error("killed"), { isKill: true });
      return done;
    } };
    await assert.rejects(runSync({ ...deps, database: dying(database, () => steps > kills) }, cutOff, { tenantId: house.tenantId, syncId: id, sourceId: "files" }));
  }
  await runSync(deps, HERE, { tenantId: house.tenantId, syncId: id, sourceId: "files" });
  const sync = await findSync(database, house.tenantId, id);
  assert.deepEqual([sync?.status, sync?.added, sync?.listed, (await house.paths()).length, parsed], ["done", 130, 130, 130, 130]);
});

/** A process that is dead writes nothing more: what comes after the kill is refused. */
function dying(real: Database, isDead: () => boolean): Database {
  return { ...real, transaction: (tenantId, work) => (isDead() ? Promise.reject(new Error("the process is dead")) : real.transaction(tenantId, work)) };
}

test("a sync that is stopped keeps what it took and takes no more", async () => {
  const house = await startHouse();
  const place = join(folder, house.tenantId);
  await mkdir(place);
  for (let n = 0; n < 120; n += 1) await writeFile(join(place, `f${n}.txt`), `text ${n}`);
  await house.add("files", "folder", { folder: place });
  const { id } = await putSyncRow(house.deps, { tenantId: house.tenantId, sourceId: "files", by: "test", acceptRemovals: false });
  let takes = 0;
  await runSync(house.deps, { step: async (name, work) => {
    const done = await work(new AbortController().signal);
    if (name === "take" && (takes += 1) === 1) await cancelSync(house.deps, house.tenantId, id);
    return done;
  } }, { tenantId: house.tenantId, syncId: id, sourceId: "files" });
  const sync = await findSync(database, house.tenantId, id);
  assert.deepEqual([sync?.status, sync?.added, (await house.paths()).length], ["cancelled", 50, 50]);
  assert.deepEqual(countsOf(await house.sync("files")), counts("done", { added: 70, unchanged: 50 }));
});

test("a snapshot is a version with a name: it is compared, line by line, and gone back to", async () => {
  const house = await startHouse();
  const place = join(folder, house.tenantId);
  await mkdir(place);
  for (const name of ["a", "b", "c"]) await writeFile(join(place, `${name}.txt`), `title\ntext of ${name}\nend`);
  await house.add("files", "folder", { folder: place });
  await house.sync("files");
  const good = await takeSnapshot(house.deps, { tenantId: house.tenantId, name: "good", version: null, note: null, by: "test" });
  await writeFile(join(place, "a.txt"), "title\nspam\nend");
  await unlink(join(place, "b.txt"));
  await writeFile(join(place, "d.txt"), "new");
  await house.sync("files");
  const now = await resolveVersion(database, house.tenantId, "now");
  const change = { from: good, to: now };
  assert.deepEqual(await countChanges(database, house.tenantId, change), { added: 1, changed: 1, removed: 1 });
  const changes = await listChanges(database, house.tenantId, { ...change, after: "", limit: 10 });
  assert.deepEqual(changes.map((each) => `${each.change} ${each.path}`), ["changed files:a.txt", "removed files:b.txt", "added files:d.txt"]);
  const diff = await diffDocument(database, house.tenantId, { id: changes[0]?.id ?? "", ...change });
  assert.deepEqual(diff.parts, [{ kind: "same", lines: ["title"] }, { kind: "removed", lines: ["text of a"] }, { kind: "added", lines: ["spam"] }, { kind: "same", lines: ["end"] }]);
  const outcome = await rollBackKnowledge(house.deps, { tenantId: house.tenantId, to: "good", sourceId: null, by: "test" });
  assert.deepEqual({ restored: outcome.restored, removed: outcome.removed, version: outcome.version }, { restored: 2, removed: 1, version: now + 1 });
  assert.deepEqual(await countChanges(database, house.tenantId, { from: good, to: outcome.version }), { added: 0, changed: 0, removed: 0 });
  assert.deepEqual(await house.paths(), ["files:a.txt", "files:b.txt", "files:c.txt"]);
  await assert.rejects(rollBackKnowledge(house.deps, { tenantId: house.tenantId, to: "no-such", sourceId: null, by: "test" }), { code: "knowledge.version_unknown" });
  await assert.rejects(takeSnapshot(house.deps, { tenantId: house.tenantId, name: "good", version: null, note: null, by: "test" }), { code: "knowledge.snapshot_taken" });
});

test("declared sources follow the workspace, and one that is no longer declared keeps its documents", async () => {
  const house = await startHouse();
  const place = join(folder, house.tenantId);
  await mkdir(place);
  await writeFile(join(place, "a.txt"), "text");
  const { tenantId, deps } = house;
  await declareSources(deps, { tenantId, sources: [house.given("files", "folder", { folder: place }, { schedule: { every: "PT1H" }, staleAfterMinutes: 60 })] });
  await assert.rejects(removeSource(deps, { tenantId, by: "test", id: "files" }), { code: "knowledge.source_declared" });
  await assert.rejects(declareSources(deps, { tenantId, sources: [house.given("bad", "folder", {})] }), { code: "knowledge.source_invalid" });
  await assert.rejects(declareSources(deps, { tenantId, sources: [house.given("bad", "upload", {}, { schedule: { cron: "nonsense", timeZone: "UTC" } })] }), { code: "knowledge.source_invalid" });
  await house.sync("files");
  await declareSources(deps, { tenantId, sources: [] });
  const source = await findSource(database, tenantId, "files");
  assert.deepEqual([source?.isDeclared, source?.schedule, (await house.paths()).length], [false, null, 1]);
  await removeSource(deps, { tenantId, by: "test", id: "files" });
  assert.deepEqual(await house.paths(), []);
});
