import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { askedText, carryTerms, isElliptical } from "./build-query.ts";
import { indexTerms, isLightTerm, termsOf, wordsOf } from "./terms.ts";

const termsIn = (text: string) => termsOf(wordsOf(text)).map(({ term }) => term);

test("forms, spellings and synonyms of a word are one term", () => {
  deepStrictEqual(termsIn("returned returning RETURNS"), ["return", "return", "return"]);
  deepStrictEqual(new Set([...termsIn("parcels"), ...termsIn("package"), ...termsIn("shipment")]).size, 1);
  deepStrictEqual(termsIn("colour"), termsIn("color"));
  deepStrictEqual(termsIn("Zoë"), termsIn("zoe"));
});

test("a phrase is one term across the words in between, which keep their own", () => {
  deepStrictEqual(termsIn("send it back"), ["return"]);
  deepStrictEqual(termsIn("do you take old gear back"), ["return", "old", "gear"]);
  deepStrictEqual(termsIn("my money back"), termsIn("refund"));
  ok(!termsIn("send me the invoice, and later the parcel, back home").includes("return"));
});

test("stop words are dropped, unless a text holds nothing else", () => {
  deepStrictEqual(termsIn("how do I do this with the"), []);
  deepStrictEqual(indexTerms("who we are"), ["who", "we", "ar"]);
});

test("everyday words, adverbs and single letters are light", () => {
  for (const word of ["order", "quickly", "x"]) ok(isLightTerm(termsIn(word)[0] ?? ""), word);
  ok(!isLightTerm(termsIn("tent")[0] ?? ""));
});

test("a message that points back takes terms of the ones before it, a full question none", () => {
  strictEqual(isElliptical("and how much is it?"), true);
  strictEqual(isElliptical("Can I return a tent that was used outdoors?"), false);
  deepStrictEqual(carryTerms(["Hi", "What does express delivery to Norway cost?"]), ["express", "delivery", "norway", "cost"]);
  strictEqual(askedText({ query: "and how long does it take?", earlier: [{ author: "contact", text: "Do you deliver to Norway?" }] }), "and how long does it take?\ndeliver norway");
  strictEqual(askedText({ query: "Can I return a used tent?", earlier: [{ author: "contact", text: "Do you deliver to Norway?" }] }), "Can I return a used tent?");
});

test("text without blanks between words is matched by neighbouring letters, with their places", () => {
  strictEqual(indexTerms("退货请求").join(" "), "退货 货请 请求");
  strictEqual(indexTerms("USB充电 in 店").join(" "), "usb 充电 店");
  const [, , third] = wordsOf("a 𠮷野家");
  strictEqual(third && "a 𠮷野家".slice(third.start, third.end), "野家");
  strictEqual(indexTerms("返品について").includes("返品"), true);
  strictEqual(indexTerms("การคืนสินค้า").length > 5, true);
});
