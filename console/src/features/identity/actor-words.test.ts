import assert from "node:assert/strict";
import { test } from "node:test";
import { namedActor, sayActor } from "./actor-words.ts";

test("an actor is called by its name, and by its kind as long as that is not known", () => {
  assert.equal(sayActor("user:user_1", "Rita"), "Rita");
  const actors = ["user:user_1", "contact:con_1", "key:key_1", "turn", "run run_1", "event com.example.paid", "workflow:refund", "ai:assistant", "baton", "user:Rita, at the shell"];
  assert.deepEqual(actors.map((actor) => sayActor(actor, null)), ["a person", "a customer", "an API key", "a message", "another run", "event com.example.paid", "workflow refund", "the AI", "Baton", "Rita, at the shell"]);
});

test("only people and keys are asked for, the same person by one id", () => {
  assert.deepEqual(["user:user_1", "HumanAgent:user_1", "HumanAgent:key_1", "Contact:con_1"].map((actor) => namedActor(actor)?.id), ["user:user_1", "user:user_1", "key:key_1", "contact:con_1"]);
  assert.deepEqual(["workflow:refund", "turn", "user:Rita", "AiAgent:assistant"].map(namedActor), [null, null, null, null]);
});
