import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { parseArticle } from "./parse-article.ts";

const parse = (text: string) => parseArticle(Buffer.from(text));
const reasonOf = (bytes: Uint8Array) => {
  const parsed = parseArticle(bytes);
  return parsed.kind === "failed" ? parsed.reason : "ok";
};

test("front matter gives title, audience, language and date; the body has single line feeds", () => {
  const parsed = parse("\ufeff---\r\ntitle: Return an order\r\naudience: [public, customer]\r\nlanguage: en\r\nupdated: 2026-03-09\r\n---\r\n\r\nText\r\nmore");
  deepStrictEqual(parsed, { kind: "ok", article: { title: "Return an order", audience: ["customer", "public"], language: "en", updatedAt: "2026-03-09T00:00:00.000Z", product: null, brand: null, body: "\nText\nmore" } });
});

test("an audience is never assumed", () => {
  ok(reasonOf(Buffer.from("---\ntitle: A\n---\nText")).includes("audience"));
  ok(reasonOf(Buffer.from("---\ntitle: A\naudience: []\n---\nText")).includes("audience"));
});

test("what cannot be read is refused with a reason", () => {
  strictEqual(reasonOf(Buffer.from([0x2d, 0xff, 0xfe])), "not UTF-8 text");
  ok(reasonOf(Buffer.from("no front matter")).startsWith("no front matter"));
  ok(reasonOf(Buffer.from("---\ntitle: [\n---\nText")).startsWith("front matter is not YAML"));
  ok(reasonOf(Buffer.from("---\ntitle: A\naudience: public\nupdated: soon\n---\nText")).includes("updated"));
  ok(reasonOf(Buffer.from("---\ntitle: A\naudience: public\n---\n\u0000")).includes("NUL"));
  strictEqual(reasonOf(Buffer.from("---\ntitle: A\naudience: public\n---\n  \n")), "nothing stands after the front matter");
  ok(reasonOf(Buffer.alloc(2_000_001, "a")).includes("longer than"));
  const bomb = `---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\ntitle: A\naudience: public\n---\nText`;
  ok(reasonOf(Buffer.from(bomb)).startsWith("front matter is not YAML"));
});
