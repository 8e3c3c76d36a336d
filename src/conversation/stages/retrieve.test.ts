import { deepStrictEqual } from "node:assert";
import { test } from "node:test";
import type { Passage } from "../../knowledge/retrieve.ts";
import { findByWords, narrowingOf } from "./retrieve.ts";

test("a turn narrows its searches by what the workspace names: the message's language where it is known, and the channel's brand", () => {
  const narrows = { language: true, brand: { web: "acme" } };
  deepStrictEqual(narrowingOf(narrows, { channel: "web", language: "de" }), { languages: ["de", "und", null], brands: ["acme", null] });
  deepStrictEqual(narrowingOf(narrows, { channel: "api", language: "und" }), undefined);
  deepStrictEqual(narrowingOf({ language: false, brand: {} }, { channel: "web", language: "de" }), undefined);
});

test("a question that points back is asked with what was said before it, one that stands alone alone", async () => {
  const asked: unknown[] = [];
  const passage: Passage = { chunkId: "c", documentId: "d", title: "Returns", heading: "", text: "You can return a tent within 30 days.", score: 1, startOffset: 0, updatedAtMs: null };
  const search = (given: { query: string; earlier?: readonly unknown[] }) => {
    asked.push([given.query, given.earlier?.length ?? 0]);
    return Promise.resolve([passage]);
  };
  const earlier = [{ author: "contact" as const, text: "I bought a tent." }];
  await findByWords(search, { query: "Within how many days can I return a tent?", earlier });
  await findByWords(search, { query: "and can I return it?", earlier });
  deepStrictEqual(asked, [["Within how many days can I return a tent?", 0], ["and can I return it?", 1]]);
});
