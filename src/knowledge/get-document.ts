import type { Database } from "../storage/database.ts";
import { readDocument, readDocumentQuoted, type DocumentRecord } from "./knowledge.store.ts";

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

function longestPiece(quote: string): string {
  return quote.split("…").map((piece) => piece.trim()).reduce((longest, piece) => (piece.length > longest.length ? piece : longest), "");
}
