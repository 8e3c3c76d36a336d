import { availableParallelism } from "node:os";
import { DEFAULT_PARSE_LIMITS, refuseBySize, type DocumentFile, type ParseLimits, type ParseResult } from "./parsed-document.ts";
import { ParserPool } from "./parser-pool.ts";

const MOST_THREADS = 2;

/** One for the process: its threads are few, whoever brings files. */
const pool = new ParserPool({ threads: Math.min(MOST_THREADS, availableParallelism()) });

/**
 * Reads a file of any kind into a document: Markdown with headings, lists and tables, cleaned of what surrounds it.
 *
 * The content decides what kind of file it is, not the name. Reading happens in a thread of its own under `limits`, so that
 * a bomb, a damaged file or an endless loop costs that thread and nothing else. Nothing is fetched from anywhere.
 * Instructions to an AI inside a document stay as text: the caller looks for them (`guard/injection.ts`).
 *
 * Expected faults are refusals with a code and a reason in plain words; never throws. Order: first come, first read.
 * Replay: the same bytes and name give the same document (OCR included), as long as no time limit is hit.
 */
export function parseDocument(file: DocumentFile, limits: ParseLimits = DEFAULT_PARSE_LIMITS): Promise<ParseResult> {
  const tooLarge = refuseBySize(file.bytes.byteLength, limits);
  return tooLarge ? Promise.resolve(tooLarge) : pool.parse(file, limits);
}
