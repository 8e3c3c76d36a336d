import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { parseDocument } from "../../src/knowledge/ingest/parse-document.ts";
import type { ParseResult } from "../../src/knowledge/ingest/parsed-document.ts";
import { median, rounded } from "../percentile.ts";
import { say, type Target } from "../report.ts";
import { recallOf, similarityOf, wordsOf } from "./words.ts";

/** What must be refused, and as what: locked, or without a word of text. Everything else must be read. */
const REFUSED: Readonly<Record<string, string>> = {
  "password_protected.xlsx": "encrypted",
  "eml/empty.eml": "empty", "empty.txt": "empty", "empty.xlsx": "empty", "fake-text-all-whitespace.txt": "empty", "picture.pptx": "empty", "test-image-jpg-mime.pptx": "empty",
};
/** Not documents, but what describes them. */
const DESCRIPTIONS = /(^|\/)(_expected_unstructured\/|SOURCE$|manifest\.jsonl$|reference_text\.jsonl\.gz$)/;

const reference = z.object({ path: z.string(), text: z.string() });

/** Every document of the folder: none may break the reader, and their words are compared with the reference. */
export async function proveDocuments(folder: string): Promise<{ figures: Record<string, unknown>; targets: Target[] }> {
  const read = await readAll(folder);
  const wrong = read.filter(({ path, result }) => outcomeOf(result) !== (REFUSED[path] ?? "read"));
  for (const { path, result } of wrong) say(`  unexpected: ${path}: ${result.kind === "ok" ? "read" : `${result.code}, ${result.reason}`}`);
  const recall = recalls(folder, new Map(read.map(({ path, result }) => [path, result])));
  const alike = await likeness(folder);
  for (const line of ratesOf(read)) say(`  ${line.format.padEnd(9)} ${String(line.files).padStart(3)} files  ${line.perSecond.toFixed(1).padStart(7)} files/s  ${line.megabytesPerSecond.toFixed(2).padStart(7)} MB/s`);
  return {
    figures: { files: read.length, refused: read.filter(({ result }) => result.kind === "refused").length, recall, alike, rates: ratesOf(read) },
    targets: [
      { name: "documents that ended unexpectedly", value: wrong.length, mustBe: "exactly", bound: 0 },
      { name: "word recall against the reference, median", value: recall.median, mustBe: "at least", bound: 0.97 },
      { name: "the same text in 14 formats, least alike pair", value: alike.least, mustBe: "at least", bound: 0.98 },
    ],
  };
}

type Read = { path: string; bytes: number; ms: number; result: ParseResult };

async function readAll(folder: string): Promise<Read[]> {
  const paths = globSync("**/*", { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile() && !DESCRIPTIONS.test(path)).sort();
  const read: Read[] = [];
  for (const path of paths) {
    const bytes = readFileSync(join(folder, path));
    const startedMs = performance.now();
    const result = await parseDocument({ bytes, name: path });
    read.push({ path, bytes: bytes.byteLength, ms: performance.now() - startedMs, result });
  }
  return read;
}

function outcomeOf(result: ParseResult): string {
  return result.kind === "ok" ? "read" : result.code;
}

function recalls(folder: string, results: ReadonlyMap<string, ParseResult>): { median: number; mean: number; compared: number; low: Record<string, number> } {
  const lines = gunzipSync(readFileSync(join(folder, "reference_text.jsonl.gz"))).toString("utf8").split("\n").filter((line) => line !== "");
  const values = new Map<string, number>();
  for (const line of lines) {
    const { path, text } = reference.parse(JSON.parse(line));
    const words = wordsOf(text);
    const result = results.get(path);
    if (words.length > 0 && result !== undefined) values.set(path, rounded(recallOf(words, result.kind === "ok" ? wordsOf(`${result.document.title}\n${result.document.body}`) : []), 4));
  }
  const all = [...values.values()];
  return { median: median(all), mean: rounded(all.reduce((sum, value) => sum + value, 0) / all.length, 4), compared: all.length, low: Object.fromEntries([...values].filter(([, value]) => value < 0.97)) };
}

/** Each pair of the same text's formats. */
async function likeness(folder: string): Promise<{ formats: number; least: number; pair: string }> {
  const texts: { path: string; words: string[] }[] = [];
  for (const path of globSync("language-docs/eng_spa_mult.*", { cwd: folder }).sort()) {
    const result = await parseDocument({ bytes: readFileSync(join(folder, path)), name: path });
    texts.push({ path, words: result.kind === "ok" ? wordsOf(result.document.body) : [] });
  }
  let least = { value: 1, pair: "" };
  for (const one of texts) for (const other of texts) {
    const value = similarityOf(one.words, other.words);
    if (value < least.value) least = { value, pair: `${one.path} and ${other.path}` };
  }
  return { formats: texts.length, least: rounded(texts.length < 14 ? 0 : least.value, 4), pair: least.pair };
}

function ratesOf(read: readonly Read[]): { format: string; files: number; perSecond: number; megabytesPerSecond: number }[] {
  const groups = new Map<string, Read[]>();
  for (const one of read) if (one.result.kind === "ok") groups.set(one.result.document.format, [...(groups.get(one.result.document.format) ?? []), one]);
  return [...groups].map(([format, all]) => {
    const seconds = all.reduce((sum, one) => sum + one.ms, 0) / 1_000;
    return { format, files: all.length, perSecond: rounded(all.length / seconds, 1), megabytesPerSecond: rounded(all.reduce((sum, one) => sum + one.bytes, 0) / 1_000_000 / seconds, 2) };
  });
}
