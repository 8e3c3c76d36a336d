import assert from "node:assert/strict";
import { test } from "node:test";
import { completeDocument, taskNames, taskTemplate } from "./complete-document.ts";
import { toFunctionWords } from "./function-words.ts";

const FUNCTIONS = [
  toFunctionWords({ name: "ask", summary: "Asks.", inputSchema: { type: "object", properties: { attempts: { type: "integer", default: 3 }, question: { type: "string" } }, required: ["question", "attempts"] } }),
  toFunctionWords({ name: "approve", summary: "Waits for a yes.", inputSchema: null }),
  toFunctionWords({ name: "reply", summary: "Replies.", inputSchema: { type: "object", properties: { text: { type: "string", description: "What is said." } }, required: ["text"] } }),
];

const HEAD = "document: { dsl: '1.0.3', namespace: desk, name: refund, version: '1.0.0' }\nevaluate: { language: cel }\ndo:\n";
const labels = (before: string, whole = before) => completeDocument(before, whole, FUNCTIONS)?.words.map((word) => word.label) ?? [];

test("at the top stand the document's keys that are not written yet", () => {
  const found = labels(HEAD.replace("do:\n", "u"));
  assert.ok(found.includes("use") && found.includes("schedule"));
  assert.ok(!found.includes("document") && !found.includes("evaluate"));
});

test("inside a task stand the kinds and the keys of tasks", () => {
  const found = labels(`${HEAD}  - number:\n      ca`);
  assert.ok(found.includes("call") && found.includes("then") && found.includes("export"));
});

test("`call` offers our functions and the endpoints", () => {
  const found = labels(`${HEAD}  - number:\n      call: a`);
  for (const name of ["ask", "approve", "http", "mcp"]) assert.ok(found.includes(name), name);
});

test("`with` offers the arguments of the function that is called", () => {
  assert.deepEqual(labels(`${HEAD}  - number:\n      call: reply\n      with:\n        `), ["text"]);
  assert.ok(labels(`${HEAD}  - one:\n      call: reply\n      with: { text: Hi }\n  - two:\n      call: ask\n      with:\n        q`).includes("question"));
});

test("what a function must be given stands first; what has a default need not be given", () => {
  assert.deepEqual(FUNCTIONS[0]?.takes, [{ label: "question", info: "String.", isNeeded: true }, { label: "attempts", info: "Integer.", isNeeded: false }]);
});

test("`then` offers the tasks of the document", () => {
  const whole = `${HEAD}  - number:\n      call: ask\n      then: \n  - pay:\n      call: tool\n`;
  const before = whole.slice(0, whole.indexOf("then: ") + 6);
  assert.deepEqual(labels(before, whole), ["continue", "exit", "end", "number", "pay"]);
});

test("a case of a switch, a catch and a retry have keys of their own", () => {
  assert.deepEqual(labels(`${HEAD}  - size:\n      switch:\n        - large:\n            w`), ["when", "then"]);
  assert.ok(labels(`${HEAD}  - safe:\n      try:\n        - a:\n            call: tool\n      catch:\n        r`).includes("retry"));
  assert.ok(labels(`${HEAD}  - safe:\n      catch:\n        retry:\n          b`).includes("backoff"));
});

test("a new item of a task list offers whole tasks", () => {
  const found = completeDocument(`${HEAD}  - `, HEAD, FUNCTIONS);
  assert.equal(found?.kind, "task");
  assert.ok(found.words.some((word) => word.label === "approve"));
  assert.equal(taskTemplate("reply", FUNCTIONS), "#{name}:\n\tcall: reply\n\twith:\n\t\ttext: #{text}");
});

test("inside a sentence nothing is offered", () => {
  assert.deepEqual(labels(`${HEAD}  - number:\n      call: ask\n      with:\n        question: Which order is it`), []);
});

test("task names are the keys of list items", () => {
  assert.deepEqual(taskNames("do:\n  - a:\n      set: {}\n  - b-c:\n      fork:\n        branches:\n          - d:\n"), ["a", "b-c", "d"]);
});
