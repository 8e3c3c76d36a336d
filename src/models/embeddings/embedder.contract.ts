import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { test } from "node:test";
import { noContext } from "../model.contract.ts";
import type { Embedder } from "./embedder.ts";

/** What every adapter of the embedding port promises. `open` gives a model that works. */
export function describeEmbedderContract(name: string, open: () => Promise<Embedder>, options: { skip?: string } = {}): void {
  const soon = () => AbortSignal.timeout(30_000);

  test(`${name}: one vector a text, in their order, of the stated length and of length 1`, options, async () => {
    const embedder = await open();
    const texts = ["How do I return a tent?", "", "退货", "x".repeat(30_000), "How do I return a tent?"];
    const vectors = await embedder.embed(texts, "passage", soon(), noContext);
    strictEqual(vectors.length, texts.length);
    for (const [place, vector] of vectors.entries()) {
      strictEqual(vector.length, embedder.dimensions);
      ok(vector.every(Number.isFinite));
      const length = Math.hypot(...vector);
      ok(Math.abs(length - 1) < 1e-3 || (texts[place] === "" && length === 0), `text ${place} has a vector of length ${length}`);
    }
    ok(dot(vectors[0], vectors[4]) > 0.9999);
    deepStrictEqual(await embedder.embed([], "query", soon(), noContext), []);
  });

  test(`${name}: many texts at once come out as each does alone`, options, async () => {
    const embedder = await open();
    const texts = Array.from({ length: 150 }, (_, number) => `Question ${number} about ${"parcels ".repeat(number % 7)}`);
    const [together, alone] = await Promise.all([embedder.embed(texts, "passage", soon(), noContext), embedder.embed([texts[77] ?? ""], "passage", soon(), noContext)]);
    ok(dot(together[77], alone[0]) > 0.999);
  });

  test(`${name}: what is alike in words is nearer than what is not`, options, async () => {
    const [question, near, far] = await (await open()).embed(["returning a parcel", "You can return parcels within 30 days.", "Quantum chromodynamics"], "passage", soon(), noContext);
    ok(dot(question, near) > dot(question, far));
  });

  test(`${name}: its id and length name what can be held against each other`, options, async () => {
    const embedder = await open();
    ok(/^[a-z-]+\/.+/.test(embedder.id) && Number.isInteger(embedder.dimensions) && embedder.dimensions > 0);
  });
}

/** A call whose caller has left ends as `models.cancelled`; only for adapters that look at the signal. */
export function describeEmbedderCancelling(name: string, open: () => Promise<Embedder>, options: { skip?: string } = {}): void {
  test(`${name}: a call that is called off ends so, and the next one works`, options, async () => {
    const embedder = await open();
    await rejects(embedder.embed(["late"], "query", AbortSignal.abort(), noContext), { code: "models.cancelled" });
    strictEqual((await embedder.embed(["next"], "query", AbortSignal.timeout(30_000), noContext)).length, 1);
  });
}

function dot(left: Float32Array | undefined, right: Float32Array | undefined): number {
  return Array.from(left ?? []).reduce((sum, value, at) => sum + value * (right?.[at] ?? 0), 0);
}
