import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type CheckFormat, checkCommand } from "./check.ts";

const HEAD = "document: { dsl: '1.0.3', namespace: shop, name: NAME, version: '0.1.0' }\nevaluate: { language: cel }\n";

async function makeWorkspace(documents: Record<string, string>) {
  // Inside the repository: the workspace's tools import it.
  const folder = await mkdtemp(join("examples", ".check-"));
  await cp("examples/shop", folder, { recursive: true });
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
  assert.match(fine.text, /2 workflows checked: 0 errors, 1 warning \(\d+ ms\)\n$/);
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
  assert.deepEqual(Object.keys(JSON.parse(json)), ["findings", "dataFlow"]);
  assert.match(json, /"field": "input\.email",\n\s+"system": "mail\.example\.com"/);
  assert.match((await workspace.run("text", true)).text, /input\.email can reach mail\.example\.com \(send\)\n\nflowchart LR/);
});

test("a workspace without workflows is fine", async () => {
  await using workspace = await makeWorkspace({});
  await rm(join(workspace.folder, "workflows"), { recursive: true });
  assert.deepEqual((await workspace.run("text")).exitCode, 0);
});
