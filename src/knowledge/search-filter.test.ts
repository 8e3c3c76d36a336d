import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { test } from "node:test";
import { readFilterHeader, toSearchFilter } from "./search-filter.ts";

test("a filter is what was given of it, and none where nothing was", () => {
  deepStrictEqual(toSearchFilter({ languages: ["de"], updatedAfter: "2026-01-02" }), { languages: ["de"], updatedAfterMs: Date.UTC(2026, 0, 2) });
  strictEqual(toSearchFilter({}), undefined);
});

test("a header narrows a search as its members say, and one that cannot be read is refused by name", () => {
  deepStrictEqual(readFilterHeader('{"brands":["acme"]}'), { brands: ["acme"] });
  for (const nothing of [undefined, "", " ", "{}"]) strictEqual(readFilterHeader(nothing), undefined);
  for (const bad of ["acme", '{"brand":"acme"}', '{"brands":[]}', '{"updatedAfter":"yesterday"}']) throws(() => readFilterHeader(bad), { code: "knowledge.filter_invalid" });
});
