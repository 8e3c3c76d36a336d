import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { openHouse, openWayOut, openWorld, type ContractSystem } from "../tool-source.contract.ts";
import { httpSource } from "./http.ts";

type Behaviour = (response: ServerResponse) => void;
type Bad = AsyncDisposable & { url: string; port: number; requests: number };

async function startServer(behave: Behaviour): Promise<Bad> {
  const server = createServer((_, response) => {
    started.requests += 1;
    response.on("error", () => {});
    behave(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const started: Bad = {
    url: `http://127.0.0.1:${port}`, port, requests: 0,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
  return started;
}

/** One tool that reads from a server, with only that server's own port allowed. */
function systemOf(server: Bad): () => Promise<ContractSystem> {
  return () => Promise.resolve({
    declaration: { kind: "http", url: server.url, headers: { "x-api-key": "${secret:key}" }, tools: [{ name: "read", purpose: "For a test.", risk: "read", path: "/x", timeoutMs: 700, retry: { attempts: 2, firstDelayMs: 1 } }] },
    deps: openWayOut([`127.0.0.1:${server.port}`]), secrets: { key: "key-1234567890" }, hidden: [],
    found: { tool: "read", arguments: {}, output: null }, missing: { tool: "read", arguments: {} }, bound: null, slow: null, large: null, odd: null, effect: null, unrepeatable: null, leave: null,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

const house = openHouse(true);

/** The record of one call, and what stands in the ledger of it. */
async function callBad(behave: Behaviour) {
  await using server = await startServer(behave);
  await using world = await openWorld(house(), httpSource, systemOf(server));
  const before = process.memoryUsage().rss;
  const record = await world.call({ tool: "read", arguments: {} });
  world.assertNothingTold();
  const [entry] = await house().of("acme").selectFrom("ledger_entry").select("body").where("subject_id", "=", record.id).execute();
  assert.equal(record.output, null);
  assert.deepEqual([record.status, JSON.parse(entry?.body ?? "{}").status], ["failed", "failed"], record.reason ?? "");
  return { reason: record.reason ?? "", requests: server.requests, grownMb: (process.memoryUsage().rss - before) / 1e6 };
}

test("an answer of 200 MB is cut off at the tool's limit, and memory stays flat", async () => {
  let sent = 0;
  const part = Buffer.alloc(1_000_000, 32);
  const { reason, grownMb } = await callBad((response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 200_000_000 });
    const more = (): void => {
      if (sent >= 200 || response.destroyed) return;
      sent += 1;
      if (response.write(part)) setImmediate(more);
      else response.once("drain", more);
    };
    more();
  });
  assert.match(reason, /too large/);
  assert.ok(sent < 50, `${sent} MB were sent`);
  assert.ok(grownMb < 80, `${Math.round(grownMb)} MB`);
});

test("a small answer that unpacks to 200 MB is cut off too", async () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000), { level: 9 });
  const { reason, grownMb } = await callBad((response) => response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb));
  assert.match(reason, /too large/);
  assert.ok(grownMb < 80, `${Math.round(grownMb)} MB`);
});

test("a system that never answers, or stops in the middle, is given up in time and asked again", async () => {
  for (const behave of [() => {}, (response: ServerResponse) => void response.writeHead(200, { "content-type": "application/json" }).write("{\"a\":")]) {
    const { reason, requests } = await callBad(behave);
    assert.match(reason, /in time|within 700 ms/);
    assert.equal(requests, 2);
  }
});

test("a connection that is reset in the middle of an answer counts as no answer", async () => {
  const { reason, requests } = await callBad((response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 100 }).write("{\"a\":");
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  });
  assert.match(reason, /could not be reached/);
  assert.equal(requests, 2);
});

test("what is no JSON is not used, and not asked for again", async () => {
  for (const [type, body, said] of [["text/html", "<!doctype html><h1>Sign in</h1>", /web page/], ["application/json", "{\"a\": 1,,}", /not valid JSON/], ["application/json", Buffer.from([0xff, 0xfe, 0x00]), /not valid JSON/]] as const) {
    const { reason, requests } = await callBad((response) => response.writeHead(200, { "content-type": type }).end(body));
    assert.match(reason, said);
    assert.equal(requests, 1);
  }
});

test("a redirect to a private address is denied before anything is sent there", async () => {
  await using inside = await startServer((response) => response.writeHead(200, { "content-type": "application/json" }).end("{\"secret\":true}"));
  for (const location of [`${inside.url}/admin`, `http://localhost:${inside.port}/`, "http://169.254.169.254/latest/meta-data/", `http://[::ffff:127.0.0.1]:${inside.port}/`, "file:///etc/passwd"]) {
    const { reason, requests } = await callBad((response) => response.writeHead(302, { location }).end());
    assert.match(reason, /private network|only http and https/, location);
    assert.equal(requests, 1, location);
  }
  assert.equal(inside.requests, 0);
});
