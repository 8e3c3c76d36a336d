import assert from "node:assert/strict";
import { test } from "node:test";
import { diffWorkflows } from "./diff-workflows.ts";

const head = "document: { dsl: '1.0.3', namespace: shop, name: refund, version: '1.0.0' }\n";
const before = `${head}do:
  - look:
      call: tool
      with: { tool: get_order }
  - limit:
      set: { max: 150 }
  - pay:
      call: tool
      with: { tool: refund_order }
`;

test("a task that is added in front does not make the others look changed", () => {
  const after = before.replace("do:\n", "do:\n  - greet:\n      call: reply\n      with: { text: Hello }\n");
  assert.deepEqual(diffWorkflows(before, after).map((change) => [change.kind, change.pointer, change.text]), [["added", "/do/0/greet", 'task "greet" was added in front']]);
});

test("a changed value is told in words with its place", () => {
  const changes = diffWorkflows(before, before.replace("150", "200").replace("1.0.0", "1.1.0"));
  assert.deepEqual(changes.map((change) => change.text), ['document.version changed from "1.0.0" to "1.1.0"', 'task "limit": set.max changed from 150 to 200']);
  assert.equal(changes[1]?.pointer, "/do/1/limit/set/max");
});

test("removed and moved tasks are told apart", () => {
  const after = `${head}do:\n  - limit:\n      set: { max: 150 }\n  - look:\n      call: tool\n      with: { tool: get_order }\n`;
  assert.deepEqual(diffWorkflows(before, after).map((change) => change.text), ['task "pay" was removed', 'task "limit" was moved in front', 'task "look" was moved after "limit"']);
});

test("formatting and comments are no difference, and a new document is one", () => {
  assert.deepEqual(diffWorkflows(before, `# a comment\n${before}\n\n`), []);
  assert.deepEqual(diffWorkflows(null, before).map((change) => change.text), ["the document was added"]);
});
