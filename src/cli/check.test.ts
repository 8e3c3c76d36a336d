import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type CheckFormat, checkCommand } from "./check.ts";

const HEAD = "document: { dsl: '1.0.3', namespace: shop, name: NAME, version: '0.1.0' }\nevaluate: { language: cel }\n";

/** The shop with these workflows and without the wishes that begin its own. */
async function makeWorkspace(documents: Record<string, string>) {
  // Inside the repository: the workspace's tools import it.
  const folder = await mkdtemp(join("examples", ".check-"));
  await cp("examples/shop", folder, { recursive: true });
  const intents = await readFile(join(folder, "intents.yaml"), "utf8");
  await writeFile(join(folder, "intents.yaml"), intents.replace(", then: { when: isLate, workflow: delayed-order }", "").replace(/\{ workflow: [^}]*\}/g, "{ answer: knowledge }"));
  await rm(join(folder, "workflows"), { recursive: true, force: true });
  await mkdir(join(folder, "workflows"));
  for (const [name, text] of Object.entries(documents)) await writeFile(join(folder, "workflows", name), text);
  const run = async (format: CheckFormat, hasDataFlow = false) => {
    let text = "";
    const exitCode = await checkCommand(folder, { format, hasDataFlow, write: (more) => void (text += more) });
    return { exitCode, text };
  };
  return { folder, run, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test("check says file, line, column, rule and advice, and fails on errors only", async () => {
  await using workspace = await makeWorkspace({
    "good.yaml": `${HEAD.replace("NAME", "good")}do:\n  - one: { set: { a: 1 } }\n`,
    "warned.yaml": `${HEAD.replace("NAME", "warned")}do:\n  - get: { call: http, with: { method: get, endpoint: 'https://example.com/a' } }\n`,
  });
  const fine = await workspace.run("text");
  assert.equal(fine.exitCode, 0);
  assert.match(fine.text, /workflows\/warned\.yaml:4:12: warning call-unguarded: This call by http .*\n {4}→ Add `timeout/);
  assert.match(fine.text, /2 workflows, 6 tools, \d+ policies, 1 agent, 13 intents and 70 articles checked: 0 errors, 1 warning \(\d+ ms\)\n$/);
  await writeFile(join(workspace.folder, "workflows", "bad.yaml"), `${HEAD.replace("NAME", "bad")}do:\n  - one: { set: { a: 1 }, then: nowhere }\n  - two: { cll: http }\n`);
  await writeFile(join(workspace.folder, "workflows", "worse.yaml"), `${HEAD.replace("NAME", "worse")}timeout: { after: PT1H }\ndo:\n  - refund: { call: tool, with: { tool: refund_ordr, arguments: {} } }\n`);
  const faulty = await workspace.run("text");
  assert.equal(faulty.exitCode, 1);
  assert.match(faulty.text, /bad\.yaml:5:12: error unknown-task: Task "two" does not say what it does\. "cll" is not known\. Did you mean "call"\?/);
  assert.match(faulty.text, /worse\.yaml:5:35: error unknown-reference: There is no tool "refund_ordr"\. Did you mean "refund_order"\?/);
});

test("check writes SARIF and JSON that parse, and the data flow where it is asked for", async () => {
  await using workspace = await makeWorkspace({ "mail.yaml": `${HEAD.replace("NAME", "mail")}input:\n  schema:\n    document: { type: object, properties: { email: { type: string } } }\ntimeout: { after: PT1H }\ndo:\n  - send: { call: http, with: { method: post, endpoint: 'https://mail.example.com/', body: { to: '\${ input.emial }', cc: '\${ input.email }' } } }\n` });
  const sarif: unknown = JSON.parse((await workspace.run("sarif")).text);
  assert.ok(JSON.stringify(sarif).includes('"ruleId":"expression"'));
  const json = (await workspace.run("json", true)).text;
  assert.deepEqual(Object.keys(JSON.parse(json)), ["counts", "findings", "dataFlow"]);
  assert.match(json, /"field": "input\.email",\n\s+"system": "mail\.example\.com"/);
  assert.match((await workspace.run("text", true)).text, /input\.email can reach mail\.example\.com \(send\)\n\nflowchart LR/);
});

/** The whole shop with one of its files changed, as `check` sees it. */
async function checkShop(changes: Record<string, (text: string) => string>, format: CheckFormat = "text") {
  const folder = await mkdtemp(join("examples", ".check-"));
  try {
    await cp("examples/shop", folder, { recursive: true });
    for (const [file, change] of Object.entries(changes)) {
      const path = join(folder, file);
      await writeFile(path, change(await readFile(path, "utf8").catch(() => "")));
    }
    let text = "";
    const exitCode = await checkCommand(folder, { format, hasDataFlow: false, write: (more) => void (text += more) });
    return { exitCode, text: text.replaceAll(`${folder}/`, "") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("a policy that cannot be read, or names what is not there, fails the check with its line", async () => {
  const broken = await checkShop({ "policies/shop.cedar": (text) => `${text}\npermit (principal, action resource);\n` });
  assert.equal(broken.exitCode, 1);
  assert.match(broken.text, /^policies\/shop\.cedar:\d+:\d+: error policy-syntax: /m);
  const tool = await checkShop({ "policies/shop.cedar": (text) => `${text}\n@id("typo") permit (principal, action == Action::"useTool", resource == Tool::"refund_ordr");\n` });
  assert.equal(tool.exitCode, 1);
  assert.match(tool.text, /^policies\/shop\.cedar:\d+:1: error policy-unknown-name: "typo" names the tool "refund_ordr", which this workspace does not have\.\n {4}→ Its tools are /m);
  const action = await checkShop({ "policies/shop.cedar": (text) => `${text}\n@id("typo") permit (principal, action == Action::"useTol", resource);\n` });
  assert.equal(action.exitCode, 1);
  assert.match(action.text, /^policies\/shop\.cedar:\d+:\d+: error policy-schema: In "typo": unrecognized action `Action::"useTol"`\.\n {4}→ did you mean `Action::"useTool"`\?/m);
});

test("a tool whose schema is wrong, or which cannot be run, fails the check with its line", async () => {
  const { exitCode, text } = await checkShop({
    "tools/refund_order.ts": (file) => file.replace("input: z.object({", "input: z.string().or(z.object({").replace("in a few words\"),\n  }),", "in a few words\"),\n  })),"),
    "tools/get_order.ts": (file) => file.replace('risk: "read"', 'risk: "reed"'),
    "tools/list_orders.ts": () => "const a = 1;\nexport default { a\n  b };\n",
    "tools/parcels.yaml": () => "kind: sql\ndatabase: postgresql\nconnection: ${secret:x}\ntools:\n  - name: get_parcel\n    risk: read\n    query: select 1\n    input: { parcel: { type: integr } }\n",
  });
  assert.equal(exitCode, 1);
  assert.match(text, /^tools\/refund_order\.ts:17:3: error tool: "input" is no object, and a call has named arguments\.\n {4}→ Give z\.object\(/m);
  assert.match(text, /^tools\/get_order\.ts:\d+:3: error tool: There is no risk "reed"\.\n {4}→ Did you mean "read"\?/m);
  assert.match(text, /^tools\/list_orders\.ts:3:1: error tool: This file cannot be run: /m);
  assert.match(text, /^tools\/parcels\.yaml:5:5: error tool: "purpose" is missing\.\n {4}→ What it does/m);
  assert.doesNotMatch(text, /unknown-reference|policy-/, "what could not be read is not looked up");
});

test("an agent, a wish or a ladder that names what is not there fails the check with its line", async () => {
  const { exitCode, text } = await checkShop({
    "agents/assistant.md": (file) => file.replace("find_customer, update_address]", "find_custmer, update_address]"),
    "agents/other.md": () => "---\ntemperature: hot\n---\nHelp.\n",
    "intents.yaml": (file) => file.replace("{ workflow: cancellation, verified: true }", "{ workflow: cancelation, verified: true }"),
    "baton.yaml": (file) => `${file}\nautonomy:\n  rules:\n    - { name: refunds, intents: [refund_ordr], level: draft }\n`,
    "knowledge/company/no-front.md": () => "Hello.\n",
    "knowledge/company/no-audience.md": () => "---\ntitle: A\naudience: publik\n---\nHello.\n",
  });
  assert.equal(exitCode, 1);
  assert.match(text, /^agents\/assistant\.md:\d+:\d+: error unknown-reference: There is no tool "find_custmer"\. Did you mean "find_customer"\?\n {4}→ Name a tool/m);
  assert.match(text, /^agents\/other\.md:2:1: error agent: temperature: /m);
  assert.match(text, /^intents\.yaml:\d+:\d+: error unknown-reference: There is no workflow "cancelation"\. Did you mean "cancellation"\?/m);
  assert.match(text, /^baton\.yaml:\d+:\d+: error unknown-reference: There is no intent "refund_ordr"\. Did you mean "refund_order"\?/m);
  assert.match(text, /^knowledge\/company\/no-front\.md:1:1: error article: This article cannot be taken: no front matter/m);
  assert.match(text, /^knowledge\/company\/no-audience\.md:3:1: warning unknown-reference: There is no audience "publik"/m);
  assert.match(text, /2 agents, 13 intents and 72 articles checked: 5 errors, 1 warning/);
});

test("what an intent needs and no pattern finds is a warning; what is taken from a whole answer is not", async () => {
  const { exitCode, text } = await checkShop({ "intents.yaml": (file) => file.replace("needs: [order_number], confirm: never", "needs: [number, order_number, date], confirm: never") });
  assert.equal(exitCode, 0);
  assert.match(text, /^intents\.yaml:15:\d+: warning intent-need: No entity "number" is declared, .*\n {4}→ Declare entities\.number in baton\.yaml/m);
  assert.match(text, /0 errors, 1 warning /);
});

test("a tool that no policy permits, and one that reads any contact's records, are warnings with their line", async () => {
  const declared = (name: string, risk: string, more = "") => `  - name: ${name}\n    purpose: Looks at parcels.\n    risk: ${risk}\n    rows: one\n    query: select id from parcels where id = :parcel\n    input: { parcel: { type: integer } }\n    output: { id: { type: integer } }\n${more}`;
  const head = "kind: sql\ndatabase: postgresql\nconnection: ${secret:x}\ntools:\n";
  const { exitCode, text } = await checkShop({
    "tools/parcels.yaml": () => `${head}${declared("get_parcel", "read")}${declared("public_parcel", "read", "    verified: false\n")}${declared("drop_parcel", "write").replace("rows: one", "writes: true\n    rows: changed").replace("select id", "delete").replace("    output: { id: { type: integer } }\n", "")}`,
  });
  assert.equal(exitCode, 0, text);
  assert.match(text, /^tools\/parcels\.yaml:5:11: warning tool-rights: The tool "get_parcel" reads for a contact, and none of its arguments is bound/m);
  assert.match(text, /^tools\/parcels\.yaml:\d+:11: warning tool-rights: No policy permits the tool "drop_parcel", so nobody can call it\./m);
  assert.match(text, /0 errors, 2 warnings /);
});

test("a price that is over, or was read long ago, is a warning", async () => {
  const priced = (more: string) => checkShop({ "models.yaml": () => `models:\n  - { name: big, provider: openai, model: gpt-6-luna, key: k, price: { prompt: 1, completion: 5, source: a contract, ${more} } }\nroutes:\n  default: [big]\n` });
  assert.match((await priced("readOn: 2020-01-01")).text, /^models\.yaml:2:\d+: warning models: The price of "big" was read on 2020-01-01, more than 180 days ago/m);
  assert.match((await priced("readOn: 2020-01-01, until: 2020-12-31")).text, /The price of "big" held until 2020-12-31/);
  assert.doesNotMatch((await priced("readOn: 2020-01-01, until: 2999-12-31")).text, /The price of/);
});

test("what is wrong with models.yaml is named with its line, and a server that only its address puts in the house is warned of", async () => {
  const model = (more: string) => `  - { name: local, provider: openai-compatible, url: "http://10.0.0.7:4000/v1"${more} }\n`;
  const doubted = await checkShop({ "models.yaml": () => `models:\n${model("")}routes:\n  default: [local]\n` });
  assert.equal(doubted.exitCode, 0, doubted.text);
  assert.match(doubted.text, /^models\.yaml:2:\d+: warning models: The model "local" counts as in the house by its address alone, .*\n {4}→ Write `handling: inside`/m);
  assert.match((await checkShop({ "models.yaml": () => `models:\n${model(", handling: inside")}routes:\n  default: [local]\n` })).text, /0 errors, 0 warnings /);
  const wrong = await checkShop({ "models.yaml": () => `models:\n${model(", handling: inside")}routes:\n  default: [gone]\n` });
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.text, /^models\.yaml:4:\d+: error models: .*There is no model "gone"/m);
});

test("an embedding server that only its address puts in the house is warned of", async () => {
  const { text } = await checkShop({ "baton.yaml": (file) => `${file}\nembeddings: { url: "http://10.0.0.7:11434/v1", model: small, dimensions: 64 }\n` });
  assert.match(text, /^baton\.yaml:\d+:\d+: warning settings: The embedding model counts as in the house by its address alone/m);
});

test("a source of documents is checked by what its kind takes, with the line", async () => {
  const { exitCode, text } = await checkShop({
    "knowledge/sources.yaml": () => `sources:
  - name: site
    kind: web
    audience: [publik]
    settings: { url: "https://help.example.com/", maxPagse: 10 }
  - name: docs
    kind: gitt
  - name: tickets
    kind: records
    schedule: { cron: "61 * * * *" }
    settings:
      tool: list_ordrs
      each: { tool: refund_order, argument: id }
      fields: { id: id, body: [text] }
  - name: gone
    kind: folder
    settings: { folder: manuls }
  - name: outside
    kind: folder
    settings: { folder: ../.. }
  - name: there
    kind: folder
    settings: { folder: agents }
`,
  });
  assert.equal(exitCode, 1);
  assert.match(text, /^knowledge\/sources\.yaml:4:\d+: warning unknown-reference: There is no audience "publik"/m);
  assert.match(text, /^knowledge\/sources\.yaml:5:\d+: error source: There is no "maxPagse" here\. Did you mean "maxPages"\?\n {4}→ Correct it; docs\/guides\/knowledge\.md/m);
  assert.match(text, /^knowledge\/sources\.yaml:7:5: error source: There is no kind of source "gitt"\. Did you mean "git"\?/m);
  assert.match(text, /^knowledge\/sources\.yaml:10:5: error source: "61 \* \* \* \*" is not a cron line/m);
  assert.match(text, /^knowledge\/sources\.yaml:12:7: error unknown-reference: There is no tool "list_ordrs"\. Did you mean "list_orders"\?/m);
  assert.match(text, /^knowledge\/sources\.yaml:13:\d+: error source: The tool "refund_order" changes something/m);
  assert.match(text, /^knowledge\/sources\.yaml:14:\d+: error source: "title" is missing/m);
  assert.match(text, /^knowledge\/sources\.yaml:17:\d+: error source: There is no folder .*manuls\.\n {4}→ Make it/m);
  assert.match(text, /^knowledge\/sources\.yaml:20:\d+: error source: The folder \.\.\/\.\. leads out of the workspace/m);
  assert.doesNotMatch(text, /sources\.yaml:23/);
});

test("settings that cannot be read are told with their line, beside what else is wrong, in SARIF as well", async () => {
  const changes = { "baton.yaml": (file: string) => file.replace("greeting:", "greting:"), "intents.yaml": (file: string) => file.replace("{ workflow: cancellation, verified: true }", "{ workflw: cancellation }") };
  const { exitCode, text } = await checkShop(changes);
  assert.equal(exitCode, 1);
  assert.match(text, /^baton\.yaml:\d+:1: error settings: There is no "greting" here\. Did you mean "greeting"\?/m);
  assert.match(text, /^intents\.yaml:\d+:\d+: error intents: "action" is none of what it can be\. Write one of: answer, handoff, reply, workflow, tool\./m);
  const sarif = (await checkShop(changes, "sarif")).text;
  assert.match(sarif, /"ruleId": "settings"/);
  assert.match(sarif, /"text": "baton\.yaml can be used as it is"/);
  await assert.rejects(checkCommand("examples/nowhere", { format: "text", hasDataFlow: false, write: () => {} }), /examples\/nowhere is no workspace that can be read/);
});

test("a workspace without workflows is fine", async () => {
  await using workspace = await makeWorkspace({});
  await rm(join(workspace.folder, "workflows"), { recursive: true });
  assert.deepEqual((await workspace.run("text")).exitCode, 0);
});
