import { parentPort } from "node:worker_threads";
import { messageOf } from "../../lib/app-error.ts";
import { isRecord } from "../../lib/is-record.ts";
import { chunkMarkdown, type ChunkLimits } from "../chunk-markdown.ts";
import { refuse, type DocumentFile, type ParseLimits } from "./parsed-document.ts";
import { readDocument } from "./read-document.ts";
import { Refused } from "./reading.ts";

// The thread in which files are read, one after the other; it may be stopped at any moment. What a library throws behind
// our back ends the thread, and so refuses the file.

/** As `parser-pool.ts` sends it: a file to read, a text to cut into at most so many chunks, a page or a sitemap to look through. */
export type ParserWork =
  | { kind: "document"; file: DocumentFile; limits: ParseLimits }
  | { kind: "cut"; title: string; body: string; limits: ChunkLimits; most: number }
  | { kind: "page"; bytes: Uint8Array; robots: string }
  | { kind: "sitemap"; bytes: Uint8Array };

parentPort?.on("message", (work: unknown) => {
  if (!isWork(work)) throw new TypeError("parser-thread.ts is started by parser-pool.ts only");
  answer(work).then(
    (result) => parentPort?.postMessage(result, []),
    (error: unknown) => parentPort?.postMessage(error instanceof Refused ? refuse(error.code, error.message) : refuse("broken", `The file could not be read: ${messageOf(error)}`), []),
  );
});

async function answer(work: ParserWork): Promise<unknown> {
  switch (work.kind) {
    case "document":
      return readDocument(work.file, work.limits);
    case "cut": {
      const chunks = chunkMarkdown(work.title, work.body, work.limits);
      return chunks.length > work.most ? refuse("too_large", `The text falls into ${chunks.length} parts; at most ${work.most} are kept. Split it into smaller files.`) : { kind: "ok", chunks };
    }
    case "page":
      return { kind: "ok", hints: (await import("./site/page-hints.ts")).findPageHints(work.bytes, work.robots) };
    case "sitemap":
      return { kind: "ok", sitemap: (await import("./site/sitemap.ts")).findSitemapEntries(work.bytes) };
  }
}

function isWork(given: unknown): given is ParserWork {
  return isRecord(given) && typeof given["kind"] === "string" && ["document", "cut", "page", "sitemap"].includes(given["kind"]);
}
