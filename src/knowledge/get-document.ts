import type { Database } from "../storage/database.ts";
import { readDocument, readDocumentQuoted, readOpenQuotes, type DocumentRecord } from "./knowledge.store.ts";

/**
 * One document for someone who holds these audiences.
 *
 * Returns null when there is none or it is not for them: the two cannot be told apart.
 * Throws: `storage.unavailable` (retryable). Replay: reads the present state.
 */
export async function getDocument(deps: { database: Database }, input: { tenantId: string; audiences: readonly string[]; id: string }): Promise<DocumentRecord | null> {
  if (input.audiences.length === 0) return null;
  return readDocument(deps.database, input.tenantId, input.audiences, input.id);
}

/** `isCurrent` false: it has changed or gone since, and this is how it was. */
export type CitedDocument = { document: DocumentRecord; isCurrent: boolean };

/**
 * The document that a citation leads to: as it is when it still says what was quoted, else as it was when it last did.
 * Same outcomes as `getDocument`. `quote`: a span of its Markdown, "…" where words were left out; null: as it is.
 */
export async function getCitedDocument(deps: { database: Database }, input: { tenantId: string; audiences: readonly string[]; id: string; quote: string | null }): Promise<CitedDocument | null> {
  const now = await getDocument(deps, input);
  const span = longestPiece(input.quote ?? "");
  if (input.audiences.length === 0 || span === "" || now?.body.includes(span) === true) return now && { document: now, isCurrent: true };
  const then = await readDocumentQuoted(deps.database, input.tenantId, input.audiences, { id: input.id, quote: span });
  return then === null ? now && { document: now, isCurrent: true } : { document: then, isCurrent: false };
}

/**
 * Which of these quotes of documents somebody who holds these audiences may be shown today, whoever was shown them before: those of
 * documents that are open to them, or were when they were last served. One answer a quote, in their order.
 * Throws: `storage.unavailable` (retryable). Replay: reads the present state.
 */
export async function mayShowQuotes(deps: { database: Database }, input: { tenantId: string; audiences: readonly string[]; quotes: readonly { documentId: string; quote: string }[] }): Promise<boolean[]> {
  const { quotes } = input;
  if (input.audiences.length === 0 || quotes.length === 0) return quotes.map(() => false);
  const open = await readOpenQuotes(deps.database, input.tenantId, input.audiences, quotes.map(({ documentId, quote }, place) => ({ place, id: documentId, quote: longestPiece(quote) })));
  return quotes.map((_, place) => open.has(place));
}

function longestPiece(quote: string): string {
  return quote.split("…").map((piece) => piece.trim()).reduce((longest, piece) => (piece.length > longest.length ? piece : longest), "");
}
