import { AppError } from "../../lib/app-error.ts";
import { saveSource, type ChangeSourceDeps } from "../sources/change-source.ts";
import { findSource } from "../sources/source.store.ts";

/** The source of articles that people write here: its files are uploaded ones, so a sync serves them like any other document. */
export const WRITTEN_SOURCE = "written-here";

/** Makes the source when there is none. Replay: safe; two at once make one. */
export async function ensureWrittenSource(deps: ChangeSourceDeps, tenantId: string, by: string): Promise<void> {
  if ((await findSource(deps.database, tenantId, WRITTEN_SOURCE)) !== null) return;
  try {
    await saveSource(deps, { tenantId, by, isNew: true, source: { id: WRITTEN_SOURCE, kind: "upload", settings: {}, defaults: { audience: [] }, schedule: null, staleAfterMinutes: null, isPaused: false } });
  } catch (error) {
    // Somebody else made it a moment ago.
    if (!(error instanceof AppError && error.code === "knowledge.source_taken")) throw error;
  }
}
