import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createBuiltInRedactor } from "../../src/guard/adapters/built-in-redactor.ts";
import type { RedactionOptions } from "../../src/guard/detectors/create-finder.ts";

const WANTED_BYTES = 2_000_000;
const MESSAGE_CHARACTERS = 2_000;
const ROUNDS = 5;

/** Texts put together to about two megabytes, in pieces of about a long message. */
function piecesOf(texts: readonly string[]): string[] {
  const pieces: string[] = [];
  let bytes = 0;
  let piece = "";
  for (let i = 0; bytes < WANTED_BYTES; i += 1) {
    piece += `${texts[i % texts.length] ?? ""}\n`;
    if (piece.length < MESSAGE_CHARACTERS) continue;
    pieces.push(piece);
    bytes += Buffer.byteLength(piece);
    piece = "";
  }
  return pieces;
}

/** Megabytes of UTF-8 a second: the best of some rounds, since other work on the machine only ever takes time away. */
function megabytesASecond(pieces: readonly string[], options: RedactionOptions): number {
  const redactor = createBuiltInRedactor(options);
  const bytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (const text of pieces) redactor.redact({ text, known: [], names: ["Zoë van der Berg"] });
    const { user, system } = process.cpuUsage(before);
    best = Math.max(best, bytes / (user + system));
  }
  return best;
}

export type RedactionSpeed = { articles: number; messages: number; dense: number; denseWithDetails: number };

/**
 * One core, by its own clock: articles of the example shop, messages (nine parts articles, one part texts full of values),
 * and nothing but texts full of values.
 */
export function measureSpeed(dense: readonly string[]): RedactionSpeed {
  const folder = join(import.meta.dirname, "..", "..", "examples", "shop");
  const articles = globSync("**/*.md", { cwd: folder }).toSorted().flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n\n"));
  const messages = articles.flatMap((article, i) => (i % 9 === 8 ? [article, dense[i % dense.length] ?? ""] : [article]));
  return {
    articles: megabytesASecond(piecesOf(articles), {}),
    messages: megabytesASecond(piecesOf(messages), {}),
    dense: megabytesASecond(piecesOf(dense), {}),
    denseWithDetails: megabytesASecond(piecesOf(dense), { hidesDetails: true }),
  };
}
