import type { ChunkView } from "../../../../../src/shapes/knowledge.ts";
import { chunkSpans } from "./chunk-spans.ts";

/** A document's Markdown with its chunks drawn where they stand, each under its heading path, with what is read before it where a block was cut. */
export function ChunkText({ body, chunks }: { body: string; chunks: readonly ChunkView[] }) {
  return (
    <div className="flex flex-col gap-2 px-4 py-4 md:px-5">
      {chunkSpans(body.length, chunks).map((span) => {
        const text = body.slice(span.from, span.to);
        const chunk = span.chunk === null ? undefined : chunks[span.chunk];
        if (chunk === undefined) return text.trim() === "" ? null : <p key={`gap ${span.from}`} title="In no chunk: it is not searched" className="px-3 font-mono text-xs break-words whitespace-pre-wrap text-ink-faint">{text.trim()}</p>;
        return (
          <section key={`chunk ${chunk.ordinal}`} aria-label={`Chunk ${chunk.ordinal + 1}`} className={`rounded-lg border-l-4 px-3 py-2 ${chunk.ordinal % 2 === 0 ? "border-accent-ink bg-accent-soft/50" : "border-good bg-good-soft/50"}`}>
            <p className="mb-1 flex flex-wrap justify-between gap-x-4 text-2xs text-ink-soft">
              <span className="min-w-0 font-medium break-words">{chunk.ordinal + 1}. {chunk.heading}</span>
              <span className="tabular-nums">{chunk.startOffset}–{chunk.endOffset}, {chunk.endOffset - chunk.startOffset} characters{span.overlap > 0 && `, ${span.overlap} of them shared with the one before`}</span>
            </p>
            {chunk.lead !== "" && <p title="Stands elsewhere in the document: searched and read with this chunk, and not cited" className="mb-1 border-b border-dashed border-line-strong pb-1 font-mono text-xs break-words whitespace-pre-wrap text-ink-faint"><span className="font-sans text-2xs">Read before it: </span>{chunk.lead}</p>}
            <p className="font-mono text-xs break-words whitespace-pre-wrap">{text.trim()}</p>
          </section>
        );
      })}
    </div>
  );
}
