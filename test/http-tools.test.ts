import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { isRecord } from "../src/lib/is-record.ts";
import { checkCommand } from "../src/cli/check.ts";
import { importOpenApiCommand } from "../src/cli/tools-import.ts";
import { TOOL_SOURCES } from "../src/tools/adapters/index.ts";
import { callTool } from "../src/tools/call-tool.ts";
import { startPeer, type Answer, type Heard } from "../src/workflows/calls/outside-call.contract.ts";
import { startTestApp } from "./start-test-app.ts";

const json = (status: number, body: unknown): Answer => ({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const number = { name: "number", in: "path", required: true, schema: { type: "integer" } };
const parcel = { content: { "application/json": { schema: { type: "object", required: ["status"], properties: { status: { type: "string" }, valueCents: { type: "integer" } } } } } };

/** A carrier that signs its clients in by OAuth 2 and describes itself. */
function carrier(heard: Heard): Answer {
  const url = `http://${String(heard.headers.host)}`;
  if (heard.url === "/openapi.json") {
    return json(200, {
      openapi: "3.1.0", info: { title: "Carrier", version: "1" }, servers: [{ url: "/v1" }], security: [{ sign: [] }],
      components: { securitySchemes: { sign: { type: "oauth2", flows: { clientCredentials: { tokenUrl: `${url}/token`, scopes: {} } } } } },
      paths: { "/parcels/{number}": { parameters: [number, { name: "email", in: "query", schema: { type: "string" } }], get: { operationId: "getParcel", summary: "Reads a parcel", responses: { 200: parcel } }, delete: { operationId: "callBack", responses: { 204: {} } } } },
    });
  }
  if (heard.url === "/token") return heard.body.includes("client_secret=client-secret-9") ? json(200, { access_token: "access-token-of-carrier", expires_in: 3_600 }) : json(400, { error: "invalid_client" });
  if (heard.headers.authorization !== "Bearer access-token-of-carrier") return json(401, {});
  if (!heard.url.endsWith("?email=emma.larsson%40example.com")) return json(404, {});
  if (heard.method === "DELETE") return heard.url.includes("/1?") ? { status: 204, headers: {} } : json(409, { message: "It is in the van." });
  return json(200, { status: "sent", valueCents: 900, more: true });
}

const POLICY = `
@id("parcel.sent")
@reason("A parcel on its way may be called back.")
permit (principal, action == Action::"useTool", resource == Tool::"call_back")
when { context.facts has status && context.facts.status == "sent" };
`;

test("an OpenAPI document becomes tools that are checked without network, signed in by shared tokens, and called under policy", async () => {
  await using peer = await startPeer(carrier);
  const folder = await mkdtemp(join(tmpdir(), "baton-carrier-"));
  Object.assign(process.env, { BATON_OUTBOUND_ALLOW: "127.0.0.1", BATON_SECRET_CARRIER_CLIENT: "baton", BATON_SECRET_CARRIER_CLIENT_SECRET: "client-secret-9" });
  try {
    await cp("examples/shop", folder, { recursive: true });
    await appendFile(join(folder, "policies", "shop.cedar"), POLICY);
    let said = "";
    const say = (text: string) => void (said += text);
    assert.equal(await importOpenApiCommand([`${peer.url}/openapi.json`, "--operations", "getParcel,callBack", "--name", "carrier", "--into", join(folder, "tools")], say), 0, said);
    const file = join(folder, "tools", "carrier.yaml");
    const bind = "    bind: { email: contact.email }\n";
    const written = (await readFile(file, "utf8")).replace(/(risk: read)\n/, `$1\n${bind}`).replace(/risk: write #.*\n/, `risk: money\n    idempotency: natural\n    facts: { tool: get_parcel, take: { status: status } }\n${bind}`);
    await writeFile(file, written);
    const asked = peer.heard.length;
    assert.equal(await checkCommand(folder, { format: "text", hasDataFlow: false, write: say }), 0, `${said}\n${written}`);

    await using app = await startTestApp({ env: { BATON_WORKSPACE: folder, BATON_OUTBOUND_ALLOW: "127.0.0.1" } });
    assert.equal(peer.heard.length, asked, "neither a check nor a start calls the system");
    const { toolCalls, workspace: loaded, database } = app.running.app;
    const contact = { contactId: "cont_1", email: "emma.larsson@example.com", externalId: null, isVerified: true };
    const call = (callId: string, tool: string, given: number) => callTool(toolCalls, { tenantId: loaded.tenantId, callId, tool, arguments: { number: given }, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null });
    const read = await call("call_1", "get_parcel", 1);
    assert.deepEqual([read.status, read.output], ["ok", { status: "sent", valueCents: 900, more: true }], read.reason ?? "");
    const done = await call("call_2", "call_back", 1);
    assert.deepEqual([done.status, done.rules, done.output], ["ok", ["parcel.sent"], null], done.reason ?? "");
    const refused = await call("call_3", "call_back", 2);
    assert.deepEqual([refused.status, refused.say], ["refused", "The system refused it and says: “It is in the van.”"]);
    assert.deepEqual(peer.heard.filter(({ url }) => url === "/token").length, 1);
    const stored = await database.of(loaded.tenantId).selectFrom("access_token").selectAll().execute();
    assert.ok(stored.length === 1 && !JSON.stringify(stored).includes("access-token-of-carrier"));
    const records = JSON.stringify(await database.of(loaded.tenantId).selectFrom("tool_call").selectAll().execute());
    for (const hidden of ["access-token-of-carrier", "client-secret-9"]) assert.ok(!records.includes(hidden));
  } finally {
    for (const name of ["BATON_OUTBOUND_ALLOW", "BATON_SECRET_CARRIER_CLIENT", "BATON_SECRET_CARRIER_CLIENT_SECRET"]) delete process.env[name];
    await rm(folder, { recursive: true, force: true });
  }
});

test("every declaration in the guide is one", async () => {
  const guide = await readFile("docs/guides/tools.md", "utf8");
  const declared = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, text]) => parseAllDocuments(text ?? "").map((each): unknown => each.toJS())).filter((each): each is Record<string, unknown> => isRecord(each) && typeof each["kind"] === "string");
  assert.ok(declared.length >= 4);
  const faults = declared.flatMap((each) => TOOL_SOURCES.find(({ kind }) => kind === each["kind"])?.declaration.safeParse(each).error?.issues.map((issue) => `${String(each["kind"])} ${issue.path.join(".")}: ${issue.message}`) ?? []);
  assert.deepEqual(faults, []);
});
