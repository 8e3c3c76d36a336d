import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startAuthority } from "./mcp/start-authority.ts";
import { startOrderServer } from "./mcp/start-order-server.ts";
import { makeDatabase, startTestApp } from "./start-test-app.ts";
import { callTool } from "../src/tools/call-tool.ts";

const run = promisify(execFile);

type Told = { code: number; out: string; err: string };

/** A workspace of its own, and the commands in it; a sign-in link that is printed is followed as a browser would. */
async function makeWorkspace() {
  const folder = await mkdtemp(join(tmpdir(), "baton-mcp-import-"));
  await cp(join(import.meta.dirname, "mcp", "workspace"), folder, { recursive: true });
  await writeFile(join(folder, "tools", "orders.note"), "");
  const { owner } = await makeDatabase();
  const env: Record<string, string> = { BATON_WORKSPACE: folder, BATON_DATA: join(folder, "data"), DATABASE_URL: owner, BATON_OUTBOUND_ALLOW: "127.0.0.1", BATON_MASTER_KEYS: Buffer.alloc(32, 7).toString("base64") };
  return {
    folder, env,
    file: (name: string) => readFile(join(folder, "tools", name), "utf8"),
    async baton(...args: string[]): Promise<Told> {
      const running = run(process.execPath, ["--disable-warning=ExperimentalWarning", "src/cli/main.ts", ...args], { env: { ...process.env, ...env } });
      running.child.stderr?.on("data", (text: unknown) => {
        const link = /^ {2}(http\S+\/authorize\S+)$/m.exec(String(text))?.[1];
        if (link !== undefined) void fetch(link);
      });
      return running.then(({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }), (error: unknown) => {
        const { code, stdout, stderr } = Object(error);
        return { code: Number(code), out: String(stdout), err: String(stderr) };
      });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test("an import pins what the server tells, wants a risk for each tool, and tells later what has changed", async () => {
  await using server = await startOrderServer();
  await using at = await makeWorkspace();
  const first = await at.baton("tools", "import", "mcp", server.url, "--name", "orders", "--only", "get-order,poke");
  assert.deepEqual([first.code, first.err], [0, ""]);
  const declaration = await at.file("orders.yaml");
  assert.match(declaration, /kind: mcp\nurl: http:.*\ntools:\n  # Looks up an order\.\n  - tool: "get-order"\n    name: get_order\n    risk: # read/);
  const checked = await at.baton("check", at.folder);
  assert.notEqual(checked.code, 0);
  assert.match(checked.err + checked.out, /tools\/orders\.yaml:\d+:\d+: error tool: "risk"/);
  await writeFile(join(at.folder, "tools", "orders.yaml"), declaration.replaceAll(/risk: #.*/g, "risk: read"));
  assert.equal((await at.baton("check", at.folder)).code, 0);
  assert.match((await at.baton("tools", "import", "mcp", "--name", "orders", "--check")).out, /nothing has changed/);
  server.desk.tools = server.desk.tools.filter((tool) => tool["name"] !== "poke").map((tool) => (tool["name"] === "get-order" ? { ...tool, description: "Another." } : tool));
  const changed = await at.baton("tools", "import", "mcp", "--name", "orders", "--check");
  assert.deepEqual([changed.code, changed.out], [1, "- poke: the server no longer has it\n~ get-order: another description\n"]);
  assert.ok((await at.file("orders.mcp.json")).includes("Looks up an order."), "a check writes nothing");
  assert.equal((await at.baton("tools", "import", "mcp", "--name", "orders")).code, 0);
  assert.ok((await at.file("orders.mcp.json")).includes("Another."));
  assert.equal((await at.baton("tools", "import", "mcp", server.url, "--name", "orders")).code, 2, "it is there already");
});

test("a program is imported only when the operator lists it", async () => {
  await using at = await makeWorkspace();
  const args = ["tools", "import", "mcp", "--name", "program", "--", process.execPath, join(import.meta.dirname, "mcp", "order-program.ts")];
  const refused = await at.baton(...args);
  assert.deepEqual([refused.code, /BATON_MCP_COMMANDS/.test(refused.err)], [1, true], refused.err);
  at.env["BATON_MCP_COMMANDS"] = process.execPath;
  assert.equal((await at.baton(...args)).code, 0);
  assert.match(await at.file("program.yaml"), /kind: mcp\ncommand: \S+\narguments:\n  - \S+order-program\.ts\ntools:/);
});

test("a person signs in once; two processes then renew the token without asking twice, and say so when nobody is signed in any more", async () => {
  await using authority = await startAuthority(200);
  const guard = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === "/.well-known/oauth-protected-resource/mcp") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ resource: server.url, authorization_servers: [authority.url] }));
      return true;
    }
    if (authority.valid.has(request.headers.authorization?.slice(7) ?? "")) return false;
    response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${new URL("/.well-known/oauth-protected-resource/mcp", server.url).href}"` }).end();
    return true;
  };
  await using server = await startOrderServer(guard);
  await using at = await makeWorkspace();
  const imported = await at.baton("tools", "import", "mcp", server.url, "--name", "orders", "--only", "attach", "--sign-in");
  assert.equal(imported.code, 0, imported.err);
  await writeFile(join(at.folder, "tools", "orders.yaml"), (await at.file("orders.yaml")).replaceAll(/risk: #.*/g, "risk: read\n    verified: false"));
  await writeFile(join(at.folder, "policies", "more.cedar"), '@id("assistant.read")\npermit (principal is AiAgent, action == Action::"useTool", resource);\n');
  await using one = await startTestApp({ env: at.env });
  await using two = await startTestApp({ env: at.env });
  const call = (app: typeof one, callId: string) => callTool(app.running.app.toolCalls, { tenantId: app.running.app.workspace.tenantId, callId, tool: "attach", arguments: {}, contact: null, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null });
  assert.deepEqual(authority.asked, { authorization_code: 1 });
  assert.deepEqual((await Promise.all([call(one, "call_1"), call(two, "call_2")])).map(({ status, reason }) => [status, reason]), [["ok", null], ["ok", null]]);
  authority.revoke();
  const renewed = await Promise.all([call(one, "call_3"), call(two, "call_4"), call(one, "call_5"), call(two, "call_6")]);
  assert.deepEqual(renewed.map(({ status }) => status), ["ok", "ok", "ok", "ok"]);
  assert.deepEqual(authority.asked, { authorization_code: 1, refresh_token: 1 });
  authority.revoke({ andGrants: true });
  const ended = await call(one, "call_7");
  assert.deepEqual([ended.status, /baton tools login orders/.test(ended.reason ?? "")], ["failed", true], ended.reason ?? "");
  assert.equal((await at.baton("tools", "login", "orders", "--scope", "any")).code, 0);
  assert.equal((await call(one, "call_8")).status, "ok", "without a restart");
  const secrets = await at.baton("secrets", "list");
  assert.ok(secrets.out.includes("mcp.orders"));
  assert.ok(!JSON.stringify([imported, ended, secrets]).includes([...authority.valid][0] ?? "?"));
});
