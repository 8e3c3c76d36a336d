import type { Database } from "../storage/database.ts";
import { readDocumentPage, type DocumentHead } from "./knowledge.store.ts";

/**
 * The documents that one of these audiences may read, by their path.
 *
 * Shapes: `after` the path that a page ended with, null for the first; `next` null at the end. Without audiences there are none.
 * Throws: `storage.unavailable` (retryable). Replay: reads the present state.
 */
export async function listDocuments(deps: { database: Database }, input: { tenantId: string; audiences: readonly string[]; after: string | null; limit: number }): Promise<{ items: DocumentHead[]; next: string | null }> {
  if (input.audiences.length === 0) return { items: [], next: null };
  const found = await readDocumentPage(deps.database, input.tenantId, input.audiences, { after: input.after, limit: input.limit + 1 });
  const items = found.slice(0, input.limit);
  return { items, next: found.length > items.length ? (items.at(-1)?.path ?? null) : null };
}
