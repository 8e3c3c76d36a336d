import { DEFAULT_PARSE_LIMITS, parseResult, refuseBySize, type DocumentFile, type ParseLimits, type ParseResult } from "./parsed-document.ts";
import { readingThreads } from "./reading-threads.ts";

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
  return tooLarge ? Promise.resolve(tooLarge) : readingThreads.run({ kind: "document", file, limits }, parseResult, limits);
}
