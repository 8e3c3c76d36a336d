import assert from "node:assert/strict";
import { test } from "node:test";
import { compileFinder, compilePattern, faultOfPattern, isWholeMatch } from "./linear-pattern.ts";
import { PatternTooSlow } from "./run-program.ts";
import { cpuNowMs } from "../../../test/cpu-now.ts";

const PATTERNS = [
  "", "a", "abc", "a|b|", "(?:a|bc)*d", "^a+$", "a*?b", "a{2}", "a{2,}", "a{1,3}$", "(a{2}){2}", "(?<name>x)y?", "[a-c]+", "[^a-c]", "[\\]x]", "[\\d-]+", "\\d{4}-\\d{2}", "\\bword\\b", "\\Bord", "\\w+@\\w+\\.de", "\\p{Lu}\\p{L}*", "\\P{L}",
  "^com\\.acme\\..*$", ".", "a.c", "\\.", "\\\\", "\\/", "\\u00e9", "\\u{1f4a9}", "\\ud83d\\udca9", "💩+$", "\\n", "\\x41", "(a*)*b", "(|a)+$", "^$", "$", "^", "(?:)", "[ä-ü]", "\\s\\S", "x{0}y", "(a|ab)(c|bcd)(d*)$", "\\cA", "\\0", "^(?:a|b)$",
];
const TEXTS = ["", "a", "b", "aa", "aaa", "aaaa", "abc", "bcbcd", "ad", "xy", "x]", "é", "ü", "💩", "💩💩", "a💩c", "a\nc", "\n", "word", "sword", "a word!", "2026-11-21", "me@host.de", "Ab", "com.acme.order", "com.acme.", "a b", "\\", "/", ".", "A", "abcd", "aaaaab", "\u0000", "\u0001", "y", "\u2028", "-7"];

test("a pattern answers as JavaScript's own does", () => {
  for (const pattern of PATTERNS) for (const text of TEXTS) assert.equal(compilePattern(pattern).test(text), new RegExp(pattern, "u").test(text), `${pattern} on ${JSON.stringify(text)}`);
});

test("a whole match takes all branches between its ends", () => {
  assert.deepEqual(["a", "bc", "abc", "xa"].map((text) => isWholeMatch("a|bc", text)), [true, true, false, false]);
});

test("what is found first is taken, as much of it as there is", () => {
  for (const [pattern, text, found] of [["[A-Z]{2}\\d+", "it is AB123, or CD9", "AB123"], ["a|ab", "xabc", "ab"], ["x*", "yx", ""], ["b+|abx", "abbb", "bbb"], ["a.*z|b", "abcz", "abcz"], ["💩+", "a💩💩b", "💩💩"], ["q", "abc", null]] as const) assert.equal(compilePattern(pattern).find(text), found, pattern);
});

test("signs that need no escape may have one", () => {
  assert.equal(compilePattern("^\\@a\\-\\_[\\-\\@]\\\\@$").test("@a-_@\\@"), true);
});

test("what would take for ever elsewhere takes a moment, and what is too large says so", () => {
  const startedMs = cpuNowMs();
  for (const pattern of ["(a+)+$", "^(a|a)*$", "^(a|aa)+$", "a*a*a*a*a*a*a*a*b", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$"]) assert.equal(compilePattern(pattern).test(`${"a".repeat(20_000)}!`), false, pattern);
  assert.ok(cpuNowMs() - startedMs < 3_000);
  assert.throws(() => compilePattern("a{0,2000}b").test("a".repeat(1_000_000)), /too long for this pattern/);
});

test("what cannot be used is named with the reason", () => {
  for (const [pattern, reason] of [["(?=a)", /no look-around/], ["(?<!a)b", /no look-around/], ["(a)\\1", /no reference back/], ["(?<n>a)\\k<n>", /no reference back/], ["(", /not valid/], ["a{100}{100}", /not valid/], ["(?:a{100}){100}", /repeats too often/], ["a{5000000}", /repeats too often/], ["(?:a{0,9}){0,9999}", /repeats too often/], ["(?:(?:a{0}){99999}){99999}b{9999}", /repeats too often/], ["x".repeat(1_001), /1,000 characters/]] as const) assert.match(faultOfPattern(pattern) ?? "", reason, pattern);
});

const ORDER = "(?:\\border(?:\\s+(?:number|no\\.?|nr\\.?|id))?\\s*(?:is\\s+|:\\s*)?#?\\s*|#\\s*)(\\d{4})(?!\\d)|(?<![\\d.,/€£$-])\\b[12]\\d{3}\\b(?![.,/-]?\\d)(?!\\s*(?:€|£|\\$|eur\\b|euros?\\b|mm\\b|g\\b))";
const FINDERS = ["(?<!\\d)(\\d{4})(?!\\d)", "(?<![\\d.,])(\\d{4})(?![\\d.,])", ORDER, "sku-([a-z]+)-\\d", "(?<=#)\\w+", "\\b[A-Z]{2}\\d{3}(?=\\s+kg)", "(?<n>ä+)!", "(?:x(y)?)z", "(?!ab)[a-z]{2}", "(?<!a|b)c", "💩(?!💩)"];
const SAID = ["order 1043 and #2044, ORDER NO. 3055", "it cost 1999 EUR, order number is 1043", "in 2026 or 12345, 1.234", "SKU-Abc-1 sku-x-2", "#tag #two", "AB123  kg ab124 lb cd555 KG", "ÄÄ! ää", "xyz xz", "ab cd", "ac cc dc", "💩💩💩 1043💩", "", "1043"];

test("a finder gives the places that JavaScript's own gives, with look-around and the first group", () => {
  for (const pattern of FINDERS) {
    for (const text of SAID) {
      const own = [...text.matchAll(new RegExp(pattern, "giud"))].flatMap(({ indices }) => indices?.[1] ?? indices?.[0] ?? []);
      assert.deepEqual(compileFinder(pattern)(text, 50).flatMap(({ start, end }) => [start, end]), own, `${pattern} on ${text}`);
    }
  }
  assert.equal(compileFinder("\\d")("1 2 3 4", 2).length, 2);
});

test("a finder takes no longer for a text that was made for it, and names what it cannot do", () => {
  const startedMs = cpuNowMs();
  for (const [pattern, text] of [[ORDER, `order${" ".repeat(20_000)}x`], ["(?:a+)+b", "a".repeat(20_000)], ["(\\w+\\s*)+!", "word ".repeat(4_000)], ["a(?!a*b)", "a".repeat(20_000)]] as const) {
    try {
      compileFinder(pattern)(text, 50);
    } catch (error) {
      assert.ok(error instanceof PatternTooSlow, String(error));
    }
  }
  assert.ok(cpuNowMs() - startedMs < 6_000, String(cpuNowMs() - startedMs));
  assert.throws(() => compileFinder("(?<!ab)c"), /looks back over more than one sign/);
  assert.throws(() => compileFinder("(a)\\1"), /no reference back/);
});
