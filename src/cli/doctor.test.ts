import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDataFolder } from "../lib/data-folder.ts";
import { createLog } from "../lib/log.ts";
import { checkDatabase, checkModel, checkModelsFolder, checkRestate, judgePostgresVersion, judgeRestateVersion } from "./doctor-services.ts";
import { checkDataFolder, checkNode, checkPort, judgeFreeBytes } from "./doctor-machine.ts";
import { checkWorkspace } from "./doctor-workspace.ts";
import { printDoctorReport, runDoctor } from "./doctor.ts";

const home = await mkdtemp(join(tmpdir(), "baton-doctor-"));
const log = createLog({ level: "error", isPretty: false });
const servers: Server[] = [];
after(async () => {
  for (const server of servers) server.close();
  await rm(home, { recursive: true, force: true });
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

const listenHttp = async (handler: RequestListener) => `http://127.0.0.1:${await listen(createServer(handler))}`;

test("on a fresh folder with nothing configured all is well, and nothing is made", async () => {
  const dataDir = join(home, "none", ".baton");
  // Below the ports that systems give to whoever asks for any, which other tests do all the time.
  const report = await runDoctor({ env: {}, dataDir, port: 20_000 + (process.pid % 10_000) });
  const lines: string[] = [];
  printDoctorReport(report, (line) => lines.push(line));
  assert.deepEqual(report.checks.filter((check) => check.status !== "ok"), []);
  assert.ok(report.ok && lines.join("").includes("PostgreSQL) 18") && lines.at(-1)?.includes("can start"));
  assert.match(report.checks.find((check) => check.name === "data folder")?.message ?? "", /will be made/);
});

test("a port taken by a stranger fails; one held by the Baton of this folder is well, and so is its folder", async () => {
  const dataDir = join(home, "held");
  const port = await listen(createTcpServer());
  assert.equal((await checkPort(port, dataDir)).status, "fail");
  await using folder = await openDataFolder(dataDir, log);
  assert.deepEqual([(await checkPort(port, folder.path)).status, (await checkDataFolder(folder.path)).status], ["ok", "ok"]);
  assert.match((await checkDataFolder(folder.path)).message, new RegExp(`in use by the Baton that runs as process ${process.pid} `));
  assert.match((await checkPort(port, folder.path)).message, new RegExp(`process ${process.pid}`));
  assert.equal((await checkPort(70_000, folder.path)).status, "fail");
});

for (const [name, url, message] of [
  ["a database where nothing listens", "postgresql://u:hidden@127.0.0.1:1/x", /nothing listens on 127.0.0.1:1/],
  ["a database on an unknown host", "postgresql://u:hidden@nowhere.invalid/x", /nowhere.invalid is unknown/],
  ["a database address of another kind", "mysql://u:hidden@localhost/x", /not the address of a PostgreSQL/],
] as const) {
  test(`${name} fails, and its password is not shown`, async () => {
    const report = await runDoctor({ env: { DATABASE_URL: url }, dataDir: home, port: 0 });
    const check = report.checks.find((one) => one.name === "database");
    assert.equal(check?.status, "fail");
    assert.match(check.message, message);
    assert.ok(!report.ok && check.advice !== null && !JSON.stringify(report).includes("hidden"));
  });
}

test("a wrong password is told as such", async () => {
  // A server's answer in PostgreSQL's protocol: E, length, severity, code, message.
  const fields = "SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0";
  const answer = Buffer.concat([Buffer.from("E"), Buffer.from(new Uint8Array([0, 0, 0, fields.length + 4])), Buffer.from(fields)]);
  const port = await listen(createTcpServer((socket) => socket.once("data", () => socket.end(answer))));
  const check = await checkDatabase(`postgresql://anna:x@127.0.0.1:${port}/x`);
  assert.match(`${check.status} ${check.message}`, /fail .*refuses user anna \(28P01\)/);
});

for (const [version, status] of [[140_012, "fail"], [150_000, "ok"], [180_004, "ok"]] as const) {
  test(`PostgreSQL with version number ${version}: ${status}`, () => assert.equal(judgePostgresVersion(version).status, status));
}

for (const [version, status] of [["1.4.2", "fail"], ["1.5.0", "ok"], ["2.0.0", "ok"], ["nonsense", "fail"]] as const) {
  test(`Restate ${version}: ${status}`, () => assert.equal(judgeRestateVersion(version).status, status));
}

for (const [version, status] of [["22.11.0", "fail"], ["24.0.0", "ok"]] as const) {
  test(`Node ${version}: ${status}`, () => assert.equal(checkNode(version).status, status));
}

for (const [megabytes, status] of [[199, "fail"], [999, "warn"], [2000, "ok"]] as const) {
  test(`${megabytes} MB of free disk: ${status}`, () => assert.equal(judgeFreeBytes(megabytes * 1024 * 1024).status, status));
}

test("an outside Restate must answer at both addresses, and one address alone is a fault", async () => {
  const url = await listenHttp((request, response) => response.setHeader("content-type", "application/json").end(request.url === "/version" ? '{"version":"1.7.12"}' : "{}"));
  const stranger = await listenHttp((_, response) => response.writeHead(404).end("no"));
  const statuses = async (ingress?: string, admin?: string) => (await checkRestate(ingress, admin)).map((check) => check.status);
  assert.deepEqual(await statuses(), ["ok"]);
  assert.deepEqual(await statuses(url, `${url}/`), ["ok", "ok"]);
  assert.deepEqual(await statuses(url), ["fail"]);
  assert.deepEqual(await statuses(stranger, stranger), ["fail", "fail"]);
  assert.deepEqual(await statuses("http://nowhere.invalid", url), ["fail", "ok"]);
});

test("the model that would answer is named; an address that does not answer is a warning only", async () => {
  const url = await listenHttp((request, response) => response.writeHead(request.url === "/v1/models" ? 200 : 404).end("{}"));
  const closed = await listenHttp((_, response) => response.writeHead(401).end());
  const tell = async (env: Record<string, string>) => {
    const check = await checkModel(env);
    return `${check.status} ${check.message}`;
  };
  assert.match(await tell({}), /^ok none: the built-in/);
  assert.match(await tell({ OPENAI_API_KEY: "x", ANTHROPIC_API_KEY: "y" }), /^ok OpenAI/);
  assert.match(await tell({ ANTHROPIC_API_KEY: "y" }), /^ok Anthropic/);
  assert.match(await tell({ BATON_MODEL_URL: `${url}/v1/` }), /^ok /);
  assert.match(await tell({ BATON_MODEL_URL: url }), /^warn .*404/);
  assert.match(await tell({ BATON_MODEL_URL: closed }), /^ok .*asks for a key/);
  assert.match(await tell({ BATON_MODEL_URL: "http://127.0.0.1:9/v1" }), /^warn .*not reachable/);
  assert.deepEqual((await checkModelsFolder(join(home, "nothing"))).map((check) => check.status), ["warn"]);
  assert.deepEqual((await checkModelsFolder(home)).map((check) => check.status), ["ok"]);
});

test("what tools need and the operator has not given is a warning with what to do, and a workspace that cannot be read fails", async () => {
  const folder = join(home, "workspace");
  const dataDir = join(home, "none");
  await cp("test/workflows/desk", folder, { recursive: true });
  assert.deepEqual((await checkWorkspace({ BATON_WORKSPACE: folder }, dataDir)).map(({ name, status, message }) => [name, status, message]), [["workspace", "ok", folder], ["needs of tools", "ok", "none"]]);
  await writeFile(join(folder, "tools", "helpdesk.yaml"), "kind: connector\nconnector: zendesk\nserver: http://127.0.0.1:8080\nsubdomain: acme\nagent_email: bot@acme.com\nsecret: zendesk_token\nwebhookSecret: zendesk_hook\noperations: [my_ticket]\n");
  const [, ...found] = await checkWorkspace({ BATON_WORKSPACE: folder, BATON_SECRET_ZENDESK_HOOK: "x", BATON_OUTBOUND_ALLOW: "10.0.0.1" }, dataDir);
  assert.deepEqual(found, [
    { name: "secret", status: "warn", message: "zendesk_token is not in the environment, and stored ones are seen only while Baton runs; tools/helpdesk.yaml needs it", advice: "Set it: npm run baton -- secrets set zendesk_token" },
    { name: "private address", status: "warn", message: "127.0.0.1:8080 is not in BATON_OUTBOUND_ALLOW; tools/helpdesk.yaml needs it", advice: "If Baton may call it, start with BATON_OUTBOUND_ALLOW=10.0.0.1,127.0.0.1:8080" },
  ]);
  const given = await checkWorkspace({ BATON_WORKSPACE: folder, BATON_SECRET_ZENDESK_HOOK: "x", BATON_SECRET_ZENDESK_TOKEN: "y", BATON_OUTBOUND_ALLOW: "127.0.0.0/8" }, dataDir);
  assert.deepEqual(given.slice(1).map(({ status, message }) => [status, message]), [["ok", "2 secrets are set"]]);
  await writeFile(join(folder, "tools", "helpdesk.yaml"), "kind: unheard_of\n");
  const [broken] = await checkWorkspace({ BATON_WORKSPACE: folder }, dataDir);
  assert.deepEqual([broken?.status, /helpdesk\.yaml/.test(broken?.message ?? "")], ["fail", true]);
});
