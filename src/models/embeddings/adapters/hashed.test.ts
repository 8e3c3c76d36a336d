import { deepStrictEqual, strictEqual } from "node:assert";
import { test } from "node:test";
import { describeEmbedderContract } from "../embedder.contract.ts";
import { noContext } from "../../model.contract.ts";
import { createHashedEmbedder } from "./hashed.ts";

describeEmbedderContract("hashed", () => Promise.resolve(createHashedEmbedder()));

test("a hashed vector is the same on every machine", async () => {
  const embedder = createHashedEmbedder({ dimensions: 8 });
  const [vector] = await embedder.embed(["Baton"], "query", AbortSignal.timeout(1_000), noContext);
  deepStrictEqual(Array.from(vector ?? [], (value) => Math.round(value * 1_000)), [-333, 0, 667, 0, 0, 0, 0, -667]);
  strictEqual(embedder.id, "hashed/8");
});
