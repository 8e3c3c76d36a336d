import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { chunkMarkdown } from "./chunk-markdown.ts";
import { plainText, splitBlocks } from "./markdown-blocks.ts";

const sentences = (count: number) => Array.from({ length: count }, (_, number) => `Sentence number ${number} has six words.`).join(" ");

test("a chunk never crosses a heading and carries the path above it", () => {
  const body = "# Returns\n\nIntro text.\n\n## Costs\n\nFree.\n\n### Norway\n\n9.90 euros.\n\n## Time\n\n30 days.\n";
  deepStrictEqual(chunkMarkdown("Returns", body).map((chunk) => [chunk.headingPath, chunk.text]), [[[], "Intro text."], [["Costs"], "Free."], [["Costs", "Norway"], "9.90 euros."], [["Time"], "30 days."]]);
});

test("underlined headings, fences, comments and rules are read as Markdown", () => {
  const body = "Title\n=====\n\nText\n\n```\n# no heading\n```\n\n<!-- note\nmore -->\n\n---\n\nOther\n-----\n\nEnd";
  deepStrictEqual(chunkMarkdown("Title", body).map((chunk) => [chunk.headingPath.join("/"), chunk.text]), [["", "Text\n\n```\n# no heading\n```"], ["Other", "End"]]);
});

test("a table and a list stay whole, with the sentence that announces them", () => {
  const rows = Array.from({ length: 40 }, (_, number) => `| Country ${number} | ${number} to ${number + 2} working days |`).join("\n");
  const body = `${sentences(30)}\n\nThese are the times:\n\n| Where | Time |\n|---|---|\n${rows}\n\nThe list:\n\n- one\n- two\n  - nested\n\n- three\n`;
  const table = chunkMarkdown("T", body).find((chunk) => chunk.text.includes("Country 0 "));
  ok(table?.text.startsWith("These are the times:") && table.text.includes("Country 39"));
  strictEqual(splitBlocks(body).filter((block) => block.kind === "list").length, 1);
});

test("long prose is cut at sentences into chunks near the target, and a text without spaces is cut too", () => {
  const chunks = chunkMarkdown("T", sentences(200));
  ok(chunks.length >= 6);
  for (const chunk of chunks) ok(chunk.text.endsWith(".") && chunk.text.split(" ").length <= 270, `${chunk.text.split(" ").length}`);
  ok(chunkMarkdown("T", "x".repeat(100_000)).every((chunk) => chunk.text.length <= 11_000));
});

test("every chunk is the exact span of the body, in order, and no word is lost", () => {
  const part = fc.constantFrom("# A\n", "## B\n", "Text here. More of it.\n", "- item\n", "1. step\n", "| a | b |\n|---|---|\n| c | d |\n", "\n", "> quote\n", "```\ncode\n```\n", "  indented\n", "😀 ", "Line:\n", "word ");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }).map((parts) => parts.join("")), (body) => {
      let last = 0;
      for (const chunk of chunkMarkdown("T", body, { targetTokens: 16, hardTokens: 40, overlapTokens: 8 })) {
        strictEqual(body.slice(chunk.startOffset, chunk.endOffset), chunk.text);
        ok(chunk.startOffset >= last && chunk.text.trim() === chunk.text && chunk.text !== "");
        last = chunk.endOffset;
      }
      const kept = chunkMarkdown("T", body, { targetTokens: 16, hardTokens: 40, overlapTokens: 8 }).map((chunk) => chunk.text).join(" ");
      for (const word of ["Text", "item", "step", "quote", "indented", "word"]) strictEqual(kept.split(word).length, body.split(word).length, word);
    }),
    { numRuns: 300 },
  );
});

test("one long paragraph repeats its last sentences in front of the next chunk; paragraphs and short texts repeat nothing", () => {
  const [first, second] = chunkMarkdown("T", sentences(200));
  ok(first?.lead === "" && second !== undefined && second.lead !== "");
  ok(first.text.endsWith(second.lead) && second.lead.endsWith(".") && second.lead.length < 200, second.lead);
  const paragraphs = Array.from({ length: 30 }, () => sentences(8)).join("\n\n");
  ok(chunkMarkdown("T", paragraphs).length > 5 && chunkMarkdown("T", paragraphs).every((chunk) => chunk.lead === ""));
});

test("a table that must be cut is cut between rows and shows its head again", () => {
  const head = "| Country | Time |\n| --- | --- |";
  const rows = Array.from({ length: 400 }, (_, number) => `| Country ${number} | ${number} to ${number + 2} working days |`);
  const chunks = chunkMarkdown("T", `${head}\n${rows.join("\n")}`);
  ok(chunks.length > 1);
  deepStrictEqual(chunks.map((chunk) => chunk.lead), chunks.map((_, at) => (at === 0 ? "" : head)));
  deepStrictEqual(chunks.flatMap((chunk) => chunk.text.split("\n")).slice(2), rows);
});

test("chunks of languages without blanks are near the target too", () => {
  const chunks = chunkMarkdown("T", "退货请求将在三十天内处理完毕。".repeat(200));
  ok(chunks.length >= 8 && chunks.every((chunk) => chunk.text.length <= 600), `${chunks.length}`);
});

test("inline Markdown reads as plain text", () => {
  strictEqual(plainText("Open **My account > Orders** and [click *here*](https://x.example/a_b) for `code` &amp; \\*more\\*, snake_case stays"), "Open My account > Orders and click here for code & *more*, snake_case stays");
});
