import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { checkCommand } from "../src/cli/check.ts";
import { callTool } from "../src/tools/call-tool.ts";
import { makeEmptyDatabase, startTestApp } from "./start-test-app.ts";

const PARCELS = `
kind: sql
database: postgresql
connection: \${secret:parcels_of_test}
tools:
  - name: get_parcel
    purpose: Where a parcel is.
    risk: read
    bind: { email: contact.email }
    input: { parcel: { type: integer } }
    query: select state, value_cents from parcels where id = :parcel and email = :email
    rows: one
    output: { state: { type: string }, value_cents: { type: integer } }
    say: "Parcel {input.parcel} is {output.state}."
  - name: call_back_parcel
    purpose: Calls a parcel back.
    risk: money
    writes: true
    idempotency: key
    input: { parcel: { type: integer } }
    query: update parcels set state = 'called back' where id = :parcel
    rows: changed
    facts: { tool: get_parcel, take: { status: state, totalCents: value_cents } }
    notFound: You have no such parcel.
`;

const POLICY = `
@id("parcel.small")
@reason("A parcel on its way that is worth up to 50 may be called back.")
permit (principal, action == Action::"useTool", resource == Tool::"call_back_parcel")
when { context.facts has status && context.facts.status == "sent" && context.facts has totalCents && context.facts.totalCents <= 5000 };
`;

/** The shop with a database of parcels that it reaches by a declaration. */
async function makeWorkspace() {
  const folder = await mkdtemp(join(tmpdir(), "baton-parcels-"));
  await cp("examples/shop", folder, { recursive: true });
  await writeFile(join(folder, "tools", "parcels.yaml"), PARCELS);
  await appendFile(join(folder, "policies", "shop.cedar"), POLICY);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test("a tool declared as SQL is checked without its database, and called under policy with the facts of another", async () => {
  await using workspace = await makeWorkspace();
  let said = "";
  assert.equal(await checkCommand(workspace.folder, { format: "text", hasDataFlow: false, write: (text) => void (said += text) }), 0, said);
  const { superuser } = await makeEmptyDatabase();
  const sql = new pg.Client({ connectionString: superuser });
  await sql.connect();
  await sql.query("create table parcels (id integer primary key, email text, state text, value_cents integer)");
  await sql.query("create table baton_calls (call_id varchar(255) primary key, tool varchar(63) not null, output text, made_at timestamp not null default current_timestamp)");
  await sql.query("insert into parcels values (1, 'emma.larsson@example.com', 'sent', 900), (2, 'emma.larsson@example.com', 'sent', 9000), (3, 'eve@example.com', 'sent', 900)");
  process.env["BATON_SECRET_PARCELS_OF_TEST"] = superuser;
  try {
    await using app = await startTestApp({ env: { BATON_WORKSPACE: workspace.folder } });
    const { toolCalls, workspace: loaded } = app.running.app;
    const contact = { contactId: "cont_1", email: "emma.larsson@example.com", externalId: null, isVerified: true };
    const call = (callId: string, tool: string, parcel: number) =>
      callTool(toolCalls, { tenantId: loaded.tenantId, callId, tool, arguments: { parcel }, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null });
    const states = async () => (await sql.query<{ state: string }>("select state from parcels order by id")).rows.map(({ state }) => state);

    const read = await call("call_1", "get_parcel", 1);
    assert.deepEqual([read.status, read.say, read.output], ["ok", "Parcel 1 is sent.", { state: "sent", value_cents: 900 }]);
    assert.equal((await call("call_2", "call_back_parcel", 2)).status, "denied");
    const others = await call("call_3", "call_back_parcel", 3);
    assert.deepEqual([others.status, others.say], ["not_found", "You have no such parcel."]);
    assert.deepEqual(await states(), ["sent", "sent", "sent"]);
    const done = await call("call_4", "call_back_parcel", 1);
    assert.deepEqual([done.status, done.rules, done.output], ["ok", ["parcel.small"], { changed: 1 }]);
    assert.deepEqual(await states(), ["called back", "sent", "sent"]);
  } finally {
    delete process.env["BATON_SECRET_PARCELS_OF_TEST"];
    await sql.end();
  }
});
