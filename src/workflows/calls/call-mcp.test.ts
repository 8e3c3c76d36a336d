import assert from "node:assert/strict";
import { createServer } from "node:http";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
import { AppError } from "../../lib/app-error.ts";
import { createMcpCall } from "./call-mcp.ts";
import { makeCall, makeOutside } from "./outside-call.contract.ts";

/** A real MCP server over streamable HTTP that says what it was asked. */
async function startMcpServer() {
  const seen: { authorization: string | undefined; key: unknown }[] = [];
  const http = createServer((request, response) => {
    const server = new McpServer({ name: "test", version: "1.0.0" });
    server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, (given, extra) => {
      seen.push({ authorization: request.headers.authorization, key: extra._meta?.["baton.dev/idempotencyKey"] });
      return { content: [{ type: "text", text: String(given.a + given.b) }] };
    });
    server.registerTool("fail", {}, () => ({ isError: true, content: [{ type: "text", text: "no such order top-secret" }] }));
    server.registerTool("sleep", {}, () => new Promise((resolve) => setTimeout(() => resolve({ content: [] }), 2_000)));
    const transport = new StreamableHTTPServerTransport({});
    response.on("close", () => void transport.close());
    // The library's declaration of optional members and our compiler settings differ; the object is the same.
    const connected: Omit<typeof transport, "sessionId" | "onclose" | "onerror" | "onmessage"> = transport;
    void server.connect(connected).then(() => transport.handleRequest(request, response));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  return {
    seen, url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/mcp`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => {
      http.closeAllConnections();
      http.close(() => resolve());
    }),
  };
}

async function errorOf(work: Promise<unknown>): Promise<{ status: number; message: string }> {
  const error: unknown = await work.then(() => assert.fail("nothing was thrown"), (thrown: unknown) => thrown);
  assert.ok(error instanceof AppError, String(error));
  return { status: error.status, message: error.message };
}

test("a tool is called over HTTP with sign-in and the task's key", async () => {
  await using server = await startMcpServer();
  const mcp = createMcpCall({ ...makeOutside(), mayStart: () => false });
  const http = { endpoint: { uri: server.url, authentication: { bearer: { token: "t" } } } };
  const answer = await mcp(makeCall({ with: { method: "tools/call", parameters: { name: "add", arguments: { a: 2, b: 3 } }, transport: { http } } }));
  assert.deepEqual(answer, { content: [{ type: "text", text: "5" }] });
  assert.deepEqual(server.seen, [{ authorization: "Bearer t", key: "run_1:/do/0/callIt:1" }]);
  const list = z.object({ tools: z.array(z.object({ name: z.string() })) }).parse(await mcp(makeCall({ with: { method: "tools/list", transport: { http: { endpoint: server.url } } } })));
  assert.deepEqual(list.tools.map((tool) => tool.name), ["add", "fail", "sleep"]);
});

test("what a tool reports as its error, a silence and an absent server are errors of the standard", async () => {
  await using server = await startMcpServer();
  const mcp = createMcpCall({ ...makeOutside(), mayStart: () => false });
  const call = (name: string, more = {}) => errorOf(mcp(makeCall({ with: { method: "tools/call", parameters: { name }, transport: { http: { endpoint: server.url } }, ...more }, secrets: { s: "top-secret" } })));
  assert.deepEqual(await call("fail"), { status: 502, message: "tools/call fail says: no such order ***" });
  assert.equal((await call("sleep", { timeout: { milliseconds: 300 } })).status, 408);
  assert.equal((await errorOf(mcp(makeCall({ with: { method: "tools/list", transport: { http: { endpoint: "http://127.0.0.1:1/mcp" } } } })))).status, 500);
  assert.equal((await errorOf(createMcpCall({ ...makeOutside({ allowed: [] }), mayStart: () => false })(makeCall({ with: { method: "tools/list", transport: { http: { endpoint: server.url } } } })))).status, 403);
});

test("a command is started only where the operator allows it", async () => {
  const script = join(import.meta.dirname, "call-mcp.stdio-server.tmp.mjs");
  await writeFile(script, `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
const server = new McpServer({ name: "s", version: "1" });
server.registerTool("env", {}, () => ({ content: [{ type: "text", text: [process.env.GIVEN, process.env.BATON_SECRET_X].join() }] }));
await server.connect(new StdioServerTransport());`);
  const { rm } = await import("node:fs/promises");
  try {
    process.env["BATON_SECRET_X"] = "must not be inherited";
    const given = { with: { method: "tools/call", parameters: { name: "env" }, transport: { stdio: { command: process.execPath, arguments: [script], environment: { GIVEN: "yes" } } } } };
    const refused = await errorOf(createMcpCall({ ...makeOutside(), mayStart: () => false })(makeCall(given)));
    assert.equal(refused.status, 403);
    assert.deepEqual(await createMcpCall({ ...makeOutside(), mayStart: (command) => command === process.execPath })(makeCall(given)), { content: [{ type: "text", text: "yes," }] });
  } finally {
    delete process.env["BATON_SECRET_X"];
    await rm(script);
  }
});
