import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { retrieve } from "../src/knowledge/retrieve.ts";
import { freePort } from "./start-child.ts";
import { makeDatabase, startTestApp, testServers, until } from "./start-test-app.ts";

const sync = z.object({ id: z.string(), status: z.string(), added: z.number(), failed: z.number(), removed: z.number(), versionBefore: z.number().nullable() });
const documents = z.object({ items: z.array(z.object({ id: z.string(), path: z.string() })), nextCursor: z.string().nullable() });
const problems = z.object({ items: z.array(z.object({ item: z.string(), code: z.string(), reason: z.string() })) });

test("a file that is uploaded is found by the first search after it was taken, and can be taken back", async () => {
  await using app = await startTestApp();
  const headers = await app.signIn();
  const { app: parts } = app.running;
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await app.request(`/api/knowledge${path}`, { method, headers: { ...headers, ...(body instanceof Uint8Array ? {} : { "content-type": "application/json" }) }, ...(body === undefined ? {} : { body: body instanceof Uint8Array ? new Blob([Uint8Array.from(body)]) : JSON.stringify(body) }) });
    return { status: answer.status, json: async (): Promise<unknown> => answer.json(), text: () => answer.text() };
  };
  const ended = async (begun: unknown) => {
    const { id } = sync.parse(begun);
    let last = sync.parse(begun);
    await until(async () => {
      last = sync.parse(await (await ask("GET", `/syncs/${id}`)).json());
      return last.status !== "waiting" && last.status !== "running";
    });
    return last;
  };
  const heard: string[] = [];
  const stop = parts.live.onTenant(parts.workspace.tenantId, (event) => event.kind === "knowledge" && heard.push(event.sourceId));

  assert.equal((await ask("POST", "/sources", { name: "manuals", kind: "upload", defaults: { audience: ["public"] } })).status, 200);
  assert.equal((await ask("POST", "/sources", { name: "manuals", kind: "upload" })).status, 409);
  const uploaded = await ask("PUT", "/sources/manuals/files/glacier.md", Buffer.from("# Glacier tents\n\nThe zeppelin anchor of the glacier tent takes two people.\n"));
  assert.equal(uploaded.status, 202);
  const first = await ended(await uploaded.json());
  assert.deepEqual([first.status, first.added], ["done", 1]);
  const find = () => retrieve(parts.turns.knowledge, { tenantId: parts.workspace.tenantId, audiences: ["public"], query: "zeppelin anchor", limit: 3 });
  assert.match((await find())[0]?.text ?? "", /zeppelin anchor/);

  assert.equal((await ask("PUT", "/sources/manuals/files/broken.pdf", Buffer.from("%PDF-1.7 and nothing else"))).status, 202);
  await until(async () => problems.parse(await (await ask("GET", "/problems?source=manuals")).json()).items.length === 1);
  assert.equal(problems.parse(await (await ask("GET", "/problems?source=manuals")).json()).items[0]?.item, "broken.pdf");
  assert.equal((await ask("PUT", "/sources/manuals/files/program.exe", Buffer.from("MZ"))).status, 422);
  assert.equal(await (await ask("GET", "/sources/manuals/files/broken.pdf")).text(), "%PDF-1.7 and nothing else");

  const { items } = documents.parse(await (await ask("GET", "/documents?source=manuals")).json());
  assert.deepEqual(items.map(({ path }) => path), ["manuals:glacier.md"]);
  const detail = z.object({ chunks: z.array(z.object({ text: z.string() })), toVersion: z.null() }).parse(await (await ask("GET", `/documents/${items[0]?.id ?? ""}`)).json());
  assert.equal(detail.chunks.length, 1);
  assert.equal((await ask("POST", "/snapshots", { name: "with-glacier" })).status, 200);
  await until(async () => sync.parse(z.object({ items: z.array(z.unknown()) }).parse(await (await ask("GET", "/sources/manuals/syncs")).json()).items[0]).status === "done");
  const taken = await ended(await (await ask("DELETE", "/sources/manuals/files/glacier.md")).json());
  assert.deepEqual([taken.status, taken.removed, (await find()).some((passage) => passage.text.includes("zeppelin"))], ["done", 1, false]);
  const diff = z.object({ counts: z.object({ removed: z.number() }) }).parse(await (await ask("GET", "/diff?from=with-glacier&to=now")).json());
  assert.equal(diff.counts.removed, 1);
  assert.equal((await ask("POST", "/rollback", { to: "with-glacier", source: "manuals" })).status, 200);
  assert.match((await find())[0]?.text ?? "", /zeppelin anchor/);
  assert.equal((await ask("DELETE", "/sources/manuals")).status, 200);
  assert.ok(heard.includes("manuals"));
  stop();
});

test("a sync whose process is killed twice ends with every page taken once", async () => {
  await using cleanup = new AsyncDisposableStack();
  const asked = new Map<string, number>();
  const PAGES = 60;
  const site = createServer((request, response) => {
    const path = request.url ?? "";
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (path === "/sitemap.xml") return void response.end(`<urlset>${Array.from({ length: PAGES }, (_, n) => `<url><loc>/p${n}</loc><lastmod>2026-01-01</lastmod></url>`).join("")}</urlset>`);
    if (path === "/robots.txt") return void response.writeHead(404).end();
    setTimeout(() => response.writeHead(200, { "content-type": "text/html" }).end(`<title>Page ${path}</title><main><h1>Page ${path}</h1><p>The text of ${path} is long enough to be kept as the content of a page.</p></main>`), 120);
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  cleanup.defer(() => void site.close());
  const address = site.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
  const folder = await mkdtemp(join(tmpdir(), "baton-killed-sync-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "knowledge"));
  await writeFile(join(folder, "baton.yaml"), "tenant: { id: crawl, name: Crawl }\n");
  await writeFile(join(folder, "intents.yaml"), "intents:\n  - { name: a, description: a, examples: [a], action: { reply: a } }\n");
  await writeFile(join(folder, "knowledge", "sources.yaml"), `sources:\n  - { name: site, kind: web, audience: [public], schedule: { every: PT1H }, settings: { url: "${url}", delayMs: 0 } }\n`);
  const { owner, superuser } = await makeDatabase();
  const servers = testServers();
  const env = {
    PATH: process.env["PATH"] ?? "", DATABASE_URL: owner, RESTATE_INGRESS_URL: servers.ingress, RESTATE_ADMIN_URL: servers.admin, BATON_WORKSPACE: folder, BATON_DATA: join(folder, "data"), BATON_PORT: String(await freePort()), BATON_ADMIN_PASSWORD: "a-lasting-password",
    BATON_DATABASE_CONNECTIONS: "6", BATON_NAMESPACE: `t${randomBytes(6).toString("hex")}`, BATON_ENDPOINT_PORT: String(await freePort()), BATON_OUTBOUND_ALLOW: "127.0.0.1", BATON_LOG: "warn",
  };
  const sql = new pg.Client({ connectionString: superuser });
  await sql.connect();
  cleanup.defer(() => sql.end());
  const begin = () => spawn(process.execPath, ["src/main.ts"], { env, stdio: "ignore" });
  let life: ChildProcess = begin();
  cleanup.defer(() => void life.kill("SIGKILL"));
  const fetched = () => [...asked].filter(([path]) => path.startsWith("/p")).reduce((sum, [, times]) => sum + times, 0);
  for (const pages of [5, 40]) {
    for (const fromMs = performance.now(); fetched() < pages && performance.now() - fromMs < 60_000; ) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(fetched() >= pages, `only ${fetched()} pages were asked for`);
    life.kill("SIGKILL");
    await once(life, "exit");
    life = begin();
  }
  const last = async () => (await sql.query<{ status: string; added: number; failed: number }>("select status, added, failed from source_sync where tenant_id = 'crawl' and source_id = 'site' order by created_at")).rows;
  for (const fromMs = performance.now(); (await last())[0]?.status !== "done" && performance.now() - fromMs < 60_000; ) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(await last(), [{ status: "done", added: PAGES, failed: 0 }]);
  const { rows } = await sql.query<{ all: string; current: string }>("select count(*) as all, count(distinct id) as current from document where tenant_id = 'crawl'");
  assert.deepEqual(rows, [{ all: String(PAGES), current: String(PAGES) }], "no page was stored twice");
  assert.ok(fetched() < PAGES * 3, `${fetched()} requests for ${PAGES} pages`);
  life.kill("SIGTERM");
  await once(life, "exit");
});
