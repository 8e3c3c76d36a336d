import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { cpuNowMs } from "../../../test/cpu-now.ts";
import { restore } from "../redactor.ts";
import { createBuiltInRedactor } from "./built-in-redactor.ts";

const redactor = createBuiltInRedactor();
const redact = (text: string, names: readonly string[] = []) => redactor.redact({ text, known: [], names });

test("what hides a value from detectors and not from readers hides nothing", () => {
  const email = "anna@example.com";
  for (const text of ["anna\u200b@exam\u00adple.com", "аnnа@exаmple.com", "ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "anna%40example.com", "anna&#64;example.com", "аnnа@example.com", Buffer.from(`my mail is ${email}, thanks`).toString("base64")]) {
    const { text: hidden, placeholders } = redact(text);
    ok(/^\[(?:EMAIL|ENCODED)_1\]$/.test(hidden), `${text} → ${hidden}`);
    strictEqual(restore(hidden, placeholders), text);
  }
  strictEqual(redact("card ４１１１ １１１１ １１１１ １１１１, or ٤١١١١١١١١١١١١١١١, or 4111–1111–1111–1111").text, "card [CARD_1], or [CARD_1], or [CARD_1]");
});

test("a name in another spelling is the same person", () => {
  strictEqual(redact("ZOË, zoe and Zо\u0451", ["Zoë Berg"]).text.replaceAll(/\[NAME_\d+\]/g, "N"), "N, N and N");
});

test("other scripts are left as they are when nothing is personal", () => {
  for (const text of ["Где мой заказ 1042?", "Πού είναι η παραγγελία μου;", "私の注文はどこですか", "أين طلبي؟", "👨‍👩‍👧 family size?"]) strictEqual(redact(text).text, text);
});

test("a value that was hidden once is hidden wherever it is repeated", () => {
  const { placeholders } = redact("My passport number is C2641896.");
  const again = redactor.redact({ text: "- C2641896 (stands nowhere: C2641896)", known: placeholders, names: [] });
  strictEqual(again.text, "- [PASSPORT_1] (stands nowhere: [PASSPORT_1])");
});

test("keys, passwords and tokens are hidden, words about them are not", () => {
  const jwt = `eyJ${"a1B2".repeat(6)}.eyJ${"c3D4".repeat(6)}.${"x_y-".repeat(5)}`;
  for (const text of ["sk_live_51H8xTz2abcdEFGH", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "AKIAIOSFODNN7EXAMPLE", jwt, "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"]) strictEqual(redact(`here: ${text} ok`).text, "here: [SECRET_1] ok", text);
  strictEqual(redact("my password is hunter2!x and my PIN is 4321").text, "my password is [SECRET_1] and my PIN is [SECRET_2]");
  for (const text of ["I forgot my password", "reset the password please", "the token expired", "is the api key needed?"]) strictEqual(redact(text).text, text);
});

test("names nobody told us of are found by what stands around them; articles stay", () => {
  strictEqual(redact("Dear Ingrid Lindqvist, my name is mark pinto and Mrs. Obermeier knows.").text, "Dear [NAME_1], my name is [NAME_2] and Mrs. [NAME_3] knows.");
  for (const text of ["Where is my Trail Jacket?", "The Nordwind 3 tent is out of stock", "I will grant it in May", "Fjord & Field sent it by Royal Mail", "Do you ship to Norway?"]) strictEqual(redact(text).text, text);
});

test("a tenant hides its own words, its people and strict financial figures", () => {
  const own = createBuiltInRedactor({ terms: ["Project Émeraude"], hidesFinancialFigures: true, directory: () => ["Solveig Torgersen"] });
  strictEqual(own.redact({ text: "project emeraude: ask solveig. Her salary is €72,000. The tent costs €120.", known: [], names: [] }).text, "[TERM_1]: ask [NAME_1]. Her salary is [AMOUNT_1]. The tent costs €120.");
});

test("with details, places, dates and organisations go too and order numbers stay", () => {
  const strict = createBuiltInRedactor({ hidesDetails: true });
  const { text } = strict.redact({ text: "I met Anna Keller of Siemens in Paris on 5 May 2024 about order 1042.", known: [], names: [] });
  for (const open of ["Anna", "Siemens", "Paris", "May"]) ok(!text.includes(open), text);
  ok(text.includes("order 1042"), text);
});

test("time grows with the length, whatever the text", () => {
  const strict = createBuiltInRedactor({ hidesDetails: true, hidesFinancialFigures: true, terms: ["aa aa"] });
  const pieces = ["A", "Aa ", "a ", "1", "1 ", "12-", "A1", "Apt. 1 ", "address is 1 A ", "my name is a ", "password: ", "sk_live_", "eyJ", "-----BEGIN PRIVATE KEY-----", "born 1.1.", "AA==", "%40", "\u200b", "а", "é", "Dr. ", "passport number ", "00:11:", "van der ", "salary 1 ", "bc1q"];
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(100_000 / piece.length));
    const before = cpuNowMs();
    strict.redact({ text, known: [], names: ["A Van Der Berg"] });
    ok(cpuNowMs() - before < 3_000, `${JSON.stringify(piece)} took ${cpuNowMs() - before} ms`);
  }
});

test("ten thousand known values are found again", () => {
  const known = Array.from({ length: 10_000 }, (_, i) => ({ token: `[PASSPORT_${i + 1}]`, kind: "passport", value: `C${String(1_000_000 + i)}` }));
  const { text, placeholders } = redactor.redact({ text: known.map(({ value }) => value).join(" "), known, names: [] });
  strictEqual(text, known.map(({ token }) => token).join(" "));
  deepStrictEqual(placeholders.length, 10_000);
});
