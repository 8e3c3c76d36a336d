import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openWorkspace } from "../app/open-workspace.ts";
import { AppError } from "../lib/app-error.ts";
import { TOOL_SOURCES } from "../tools/adapters/index.ts";
import { readDeclaration } from "./read-declaration.ts";

/** The shop with these files in its `tools/`, beside its own. */
async function withTools(files: Record<string, string>): Promise<AsyncDisposable & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "baton-tools-"));
  await cp("examples/shop", folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, "tools", name), text);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function faultsOf(files: Record<string, string>): Promise<string[]> {
  await using made = await withTools(files);
  try {
    await using _ = await openWorkspace(made.folder);
    return [];
  } catch (error) {
    if (error instanceof AppError && error.code === "tools.declaration_invalid") return error.message.split("\n");
    throw error;
  }
}

const SQL = `kind: sql
database: postgresql
connection: \${secret:shop_database}
tools:
  - name: get_parcel
    purpose: Where a parcel is.
    risk: read
    bind: { email: contact.email }
    input:
      parcel: { type: integer }
    query: select state, value_cents from parcels where id = :parcel and email = :email
    rows: one
    output: { state: { type: string }, value_cents: { type: integer } }
`;

const RETURN = `  - name: return_parcel
    purpose: Calls a parcel back.
    risk: money
    writes: true
    idempotency: key
    bind: { email: contact.email }
    input:
      parcel: { type: integer }
    query: update parcels set state = 'returning' where id = :parcel and email = :email
    rows: changed
    facts: { tool: get_parcel, take: { state: state, amount: value_cents } }
`;

test("declared tools stand beside those in TypeScript, without network or secrets", async () => {
  await using made = await withTools({ "parcels.yaml": SQL + RETURN, "manuals.yml": "kind: files\nname: manuals\npurpose: Manuals.\nfolder: knowledge\n" });
  await using workspace = await openWorkspace(made.folder);
  for (const name of ["refund_order", "get_parcel", "return_parcel", "read_manuals", "search_manuals", "list_manuals"]) assert.ok(workspace.tools.has(name), name);
  const tool = workspace.tools.get("return_parcel");
  assert.deepEqual([tool?.system, tool?.bound, tool?.idempotency, typeof tool?.facts], ["shop_database", { email: "contact.email" }, "key", "function"]);
});

test("every fault is named with its file, its line and what to do", async () => {
  assert.deepEqual(await faultsOf({ "a.yaml": SQL.replace("purpose: Where", "porpose: Where"), "b.yaml": "kind: sqll\n", "c.yaml": "kind: [\n", "d.yaml": "name: x\n" }), [
    `tools/a.yaml:5:5: "purpose" is missing. What it does and when to use it, for the model.`,
    `tools/a.yaml:6:5: There is no "porpose" here. Did you mean "purpose"?`,
    `tools/b.yaml:1:1: There is no kind of tool "sqll". Did you mean "sql"?`,
    "tools/c.yaml:2:1: Not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]. Mend the YAML at this place.",
    `tools/d.yaml:1:1: Say what kind of tool this is: "kind: ${TOOL_SOURCES.map(({ kind }) => kind).sort().join(" | ")}".`,
  ]);
});

test("a query is checked before it ever runs", async () => {
  const faults = async (from: string, to: string, text = SQL) => (await faultsOf({ "a.yaml": text.replace(from, to) })).map((line) => line.replace("tools/a.yaml:", ""));
  assert.deepEqual(await faults(":parcel and", ":parcell and"), ['9:5: "parcel" is not used by the query.', "11:5: The query takes :parcell, which is not in input."].sort());
  assert.deepEqual(await faults("select state", "delete from x; select state"), ["11:5: A query is one statement; there is another one behind the semicolon."]);
  assert.match((await faults("select state, value_cents from parcels where", "delete from parcels where"))[0] ?? "", /^11:5: A query that reads begins with select, with, values, table, not with "delete"\. One that changes something says writes: true\.$/);
  assert.match((await faults("${secret:shop_database}", "postgresql://me:pw@host/db"))[0] ?? "", /^3:1: "connection": a reference such as \$\{secret:shop_database\}/);
  assert.match((await faults("risk: money", "risk: read", SQL + RETURN))[0] ?? "", /A tool that writes has another risk than read/);
  assert.match((await faults("parcel: { type: integer }", "parcel: { type: whole }"))[0] ?? "", /Not a JSON Schema/);
  assert.match((await faults("idempotency: key", "idempotency: { field: call_key }", SQL + RETURN)).join("\n"), /does not use :call_key[\s\S]*which query reads what the first call made/);
});

test("what tools say of each other must be so", async () => {
  assert.deepEqual(await faultsOf({ "a.yaml": SQL.replace("get_parcel", "refund_order") }), ['tools/a.yaml:5:5: There are two tools named "refund_order"; give this one another name.']);
  assert.match((await faultsOf({ "a.yaml": SQL + RETURN.replace("tool: get_parcel", "tool: get_parcels") }))[0] ?? "", /^tools\/a\.yaml:24:5: There is no tool "get_parcels" to read facts with\.$/);
  assert.match((await faultsOf({ "a.yaml": SQL + RETURN.replace("tool: get_parcel", "tool: refund_order") }))[0] ?? "", /its risk is money/);
  assert.match((await faultsOf({ "a.yaml": `${SQL + RETURN}    undo: { tool: send_parcel }\n` }))[0] ?? "", /^tools\/a\.yaml:25:5: There is no tool "send_parcel" to undo "return_parcel" with\.$/);
  assert.match((await faultsOf({ "a.yaml": `${SQL + RETURN}    undo: { tool: get_parcel, arguments: { email: x } }\n` }))[0] ?? "", /takes no argument "email"/);
});

test("every declaration in the guide can be read", async () => {
  const blocks = [...(await readFile("docs/guides/tools.md", "utf8")).matchAll(/```yaml\n(kind:[\s\S]*?)```/g)].map(([, text = ""]) => text);
  assert.ok(blocks.length >= 2);
  assert.deepEqual(blocks.flatMap((text) => { const read = readDeclaration("guide", text, TOOL_SOURCES); return read.kind === "faulty" ? read.faults : []; }), []);
});
