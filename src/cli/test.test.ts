import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { z } from "zod";
import { checkCommand } from "./check.ts";
import { testCommand, type TestOptions } from "./test.ts";

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function run(folder: string, options: Partial<TestOptions> = {}): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await testCommand(folder, { format: "text", threshold: null, only: null, write: (part) => (text += part), ...options });
  return { code, text };
}

/** A workspace with one workflow of two branches and these tests. */
async function workspaceOf(tests: string | null): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "baton-test-"));
  folders.push(folder);
  await mkdir(join(folder, "workflows"));
  await mkdir(join(folder, "tests"));
  await writeFile(join(folder, "baton.yaml"), "tenant: { id: small, name: Small }\n");
  await writeFile(join(folder, "intents.yaml"), "intents: [{ name: hello, description: Says hello., examples: [hello], action: { reply: Hello! } }]\n");
  await writeFile(join(folder, "workflows", "greet.yaml"), "document: { dsl: '1.0.3', namespace: small, name: greet, version: '1.0.0' }\nevaluate: { language: cel }\ndo:\n  - known: { switch: [ { yes: { when: '${ input.name != null }', then: greet } }, { no: { then: end } } ] }\n  - greet: { call: reply, with: { text: '${ \"Hello \" + input.name }' } }\n");
  if (tests !== null) await writeFile(join(folder, "tests", "greet.yaml"), tests);
  return folder;
}

const GREETED = "workflow: greet\ntests:\n  - { name: greets, input: { name: Mia }, expect: { replies: [Hello Mia] } }\n";

for (const name of ["shop", "lead-desk", "document-intake", "it-service-desk"]) {
  test(`the workflows of ${name} pass their checks and their tests, with every branch`, async () => {
    let findings = "";
    assert.equal(await checkCommand(`examples/${name}`, { format: "text", hasDataFlow: false, write: (text) => (findings += text) }), 0);
    assert.match(findings, /^\d+ workflows?, .* checked: 0 errors, 0 warnings/, findings);
    const { code, text } = await run(`examples/${name}`);
    assert.equal(code, 0, text);
    assert.doesNotMatch(text, /FAIL/);
  });
}

test("a branch that no test takes fails the run, unless the threshold allows it", async () => {
  const folder = await workspaceOf(GREETED);
  const { code, text } = await run(folder);
  assert.equal(code, 1);
  assert.match(text, /ok {4}greet: greets\n[\s\S]*FAIL {2}greet {2}75 % of branches \(3 of 4\)\n.*greet\.yaml:4 {2}known: no\n/);
  assert.equal((await run(folder, { threshold: 75 })).code, 0);
});

test("a part of the tests is not held against the threshold", async () => {
  const folder = await workspaceOf(GREETED);
  assert.equal((await run(folder, { only: "greets" })).code, 0);
  assert.equal((await run(folder, { only: "nothing" })).code, 1);
});

test("machines get JSON", async () => {
  const report = z.object({ passed: z.boolean(), tests: z.array(z.object({ name: z.string(), passed: z.boolean(), differences: z.array(z.object({ what: z.string() })) })), coverage: z.array(z.object({ name: z.string(), percent: z.number(), missing: z.array(z.object({ label: z.string() })) })) });
  const { code, text } = await run(await workspaceOf(GREETED.replace("Hello Mia", "Good morning")), { format: "json" });
  const read = report.parse(JSON.parse(text));
  assert.equal(code, 1);
  assert.deepEqual(read.tests.map((each) => [each.name, each.passed, each.differences.map(({ what }) => what)]), [["greets", false, ["replies"]]]);
  assert.deepEqual(read.coverage.map((each) => [each.name, each.percent, each.missing.map(({ label }) => label)]), [["greet", 75, ["known: no"]]]);
});

test("a workspace with workflows and without tests does not pass", async () => {
  const { code, text } = await run(await workspaceOf(null));
  assert.equal(code, 1);
  assert.match(text, /There are no tests/);
});
