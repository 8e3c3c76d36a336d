import assert from "node:assert/strict";
import { test } from "node:test";
import { sayWait, taskNameAt } from "./run-words.ts";

test("what a run waits for is said in words that people know", () => {
  const said = [{ kind: "answer", text: null }, { kind: "approval", text: "Pay back 900." }, { kind: "event", text: "com.example.paid" }, { kind: "event", text: null }, { kind: "time", text: null }] as const;
  assert.deepEqual(said.map((waitsFor) => sayWait({ waitsFor })), ["the customer's answer", "a person's yes: Pay back 900.", "the event com.example.paid", "an event", "its time"]);
  assert.equal(sayWait({ waitsFor: null }), null);
});

test("a task is called by the last part of its pointer, its slashes as they were", () => {
  assert.deepEqual(["/do/3/pay", "/do/0/a~1b"].map(taskNameAt), ["pay", "a/b"]);
});
