import assert from "node:assert/strict";
import { test } from "node:test";
import { runClientScenarios, runServerScenarios, type McpScenario } from "./conformance/mcp.ts";
import { startConformanceServer } from "./mcp/start-conformance-server.ts";

/** Those of the client that differ most; `npm run conformance -- mcp` runs every one. */
const CLIENT_SCENARIOS = ["initialize", "tools_call", "auth/metadata-var3", "auth/scope-step-up", "auth/client-credentials-basic"];

const amiss = (found: readonly McpScenario[]) => found.filter(({ isOk }) => !isOk).map(({ name, passed, failed, skipped }) => ({ name, passed, failed, skipped }));

test("Baton as an MCP server passes the scenarios of what it offers", async () => {
  await using server = await startConformanceServer();
  const found = await runServerScenarios(server.url);
  assert.deepEqual(amiss(found), []);
  assert.deepEqual([found.length, found.filter(({ skipped }) => skipped === null).length], [32, 8]);
});

test("Baton's MCP client passes the scenarios of connecting, calling and being let in", async () => {
  const found = await runClientScenarios(CLIENT_SCENARIOS);
  assert.deepEqual(amiss(found), []);
});
