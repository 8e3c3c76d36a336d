import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { test } from "node:test";
import { modelTimeout } from "../models/models.errors.ts";
import { combineUnderstanders, type UnderstandStage } from "./combine-understanders.ts";
import { createBuiltInUnderstander } from "./adapters/built-in.ts";
import { CONTRACT_CALL, CONTRACT_INTENTS } from "./understander.contract.ts";
import type { Understander, Understanding } from "./understander.ts";

const builtIn = createBuiltInUnderstander({ intents: CONTRACT_INTENTS, entityPatterns: [] });
const input = (text: string) => ({ text, recent: [], call: CONTRACT_CALL });

/** Reads everything as one intent, and counts how often it was asked. */
function reader(id: string, confidence: number | "fails", more: Partial<Understanding> = {}): Understander & { asked: number } {
  const made = {
    id, asked: 0,
    understand: () => {
      made.asked += 1;
      if (confidence === "fails") throw modelTimeout();
      return { ...builtIn.understand(input("x")), intents: confidence === 0 ? [] : [{ name: id, confidence }], ...more };
    },
  };
  return made;
}

test("the next is asked only where the one before is not sure enough", async () => {
  const costly = reader("costly", 0.9);
  const both = combineUnderstanders([{ understander: builtIn, enoughFrom: 0.5 }, { understander: costly, enoughFrom: 0 }]);
  strictEqual((await both.understand(input("where is my order"))).intents[0]?.name, "order_status");
  strictEqual(costly.asked, 0);
  const unsure = await both.understand(input("hm, the thing from last week again"));
  deepStrictEqual([unsure.intents[0]?.name, costly.asked, unsure.steps?.map(({ by }) => by)], ["costly", 1, ["built-in", "costly"]]);
});

test("one alone stands for itself, and three are asked in turn until one is sure", async () => {
  strictEqual(combineUnderstanders([{ understander: builtIn, enoughFrom: 0 }]), builtIn);
  const stages: [UnderstandStage, ...UnderstandStage[]] = [{ understander: reader("a", 0.2), enoughFrom: 0.5 }, { understander: reader("b", 0.6), enoughFrom: 0.5 }, { understander: reader("c", 0.9), enoughFrom: 0 }];
  deepStrictEqual((await combineUnderstanders(stages).understand(input("x"))).steps, [{ by: "a", confidence: 0.2 }, { by: "b", confidence: 0.6 }]);
});

test("one that fails is passed over with its reason, unless nobody is left", async () => {
  const unsure: UnderstandStage = { understander: reader("cheap", 0.3), enoughFrom: 0.9 };
  const failing: UnderstandStage = { understander: reader("model", "fails"), enoughFrom: 0 };
  const made = await combineUnderstanders([unsure, failing]).understand(input("x"));
  deepStrictEqual([made.intents, made.steps], [[{ name: "cheap", confidence: 0.3 }], [{ by: "cheap", confidence: 0.3 }, { by: "model", confidence: 0, failure: "models.timeout" }]]);
  await rejects(async () => combineUnderstanders([failing, failing]).understand(input("x")), { code: "models.timeout" });
  const gone = AbortSignal.abort();
  await rejects(async () => combineUnderstanders([unsure, failing]).understand({ ...input("x"), signal: gone }), { code: "models.timeout" });
});

test("a risk that one has seen stays, whoever is asked after it", async () => {
  const made = await combineUnderstanders([{ understander: reader("a", 0, { risks: ["legal"] }), enoughFrom: 0.9 }, { understander: reader("b", 0.9, { risks: ["churn"] }), enoughFrom: 0 }]).understand(input("x"));
  deepStrictEqual(made.risks.toSorted(), ["churn", "legal"]);
});
