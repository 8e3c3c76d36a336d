import { resolve } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { newId } from "../lib/ids.ts";
import { createLog, type Log } from "../lib/log.ts";
import { createOutbound } from "../outbound/outbound.ts";
import type { Database } from "../storage/database.ts";
import { folderUnreadable, sourceInvalid } from "./knowledge.errors.ts";
import { folderKind, listFiles } from "./sources/adapters/folder.ts";
import { applySource } from "./sources/apply-source.ts";
import { WORKSPACE_SOURCE, type SourceDefaults } from "./sources/source.ts";
import type { SourceDeps } from "./sources/source-kind.ts";
import type { MakeDeps, ParseFile } from "./sync/make-document.ts";
import { HERE, runSync } from "./sync/run-sync.ts";
import type { SyncDeps } from "./sync/sync-deps.ts";
import { listProblems } from "./sync/sync-item.store.ts";
import { findSync, putSync } from "./sync/sync.store.ts";

export { chunkRecordsOf, documentIdOf } from "./sync/make-document.ts";

export type ImportOutcome = {
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  /** `path` from the folder, with `/`; `reason` in words for whoever wrote the file. */
  failed: { path: string; reason: string }[];
  /** Why removals were held back; null when they were not. */
  held: string | null;
};

/** `parse`: for other formats than articles. */
export type ImportFolderDeps = Partial<MakeDeps> & { database: Database; clock: Clock; onKnowledgeChanged(tenantId: string): void; log?: Log };

/**
 * Brings the workspace's own documents to what its folder holds, within this call: the sync of the source `knowledge`.
 *
 * Every `.md` file in it and below is an article that names its audience; with an audience in `defaults` other formats are taken as
 * well. A file that cannot be taken is listed in `failed`, and the version of it served before stays; the rest goes on.
 *
 * Throws: `knowledge.folder_unreadable`, `knowledge.unknown_tenant`; `storage.unavailable` (retryable).
 * Replay: the second run finds everything unchanged; one that runs at the same moment, in whatever process, is joined.
 */
export async function importFolder(deps: ImportFolderDeps, input: { tenantId: string; folder: string; defaults?: SourceDefaults }): Promise<ImportOutcome> {
  const { tenantId, defaults = { audience: [] } } = input;
  const folder = resolve(input.folder);
  await listFiles(folder, "articles");
  const at = new Date(deps.clock.nowMs());
  const settings = { folder, formats: defaults.audience.length === 0 ? "articles" : "all" };
  const { id, isNarrowed } = await deps.database.transaction(tenantId, async (query) => {
    const applied = await applySource(query, tenantId, { id: WORKSPACE_SOURCE, kind: folderKind.kind, settings, defaults, schedule: null, staleAfterMinutes: null, isDeclared: true, isPaused: false, nextAt: null }, { by: "start", at });
    return { ...applied, id: (await putSync(query, tenantId, { id: newId("sync", at.getTime()), sourceId: WORKSPACE_SOURCE, by: "start", acceptRemovals: false, joins: true, at })).id };
  });
  if (isNarrowed) deps.onKnowledgeChanged(tenantId);
  await runSync(syncDepsOf(deps, folder), HERE, { tenantId, syncId: id, sourceId: WORKSPACE_SOURCE });
  const sync = await findSync(deps.database, tenantId, id);
  if (sync === null || sync.status === "failed") throw folderUnreadable({ message: sync?.error ?? "The sync of the knowledge folder is gone." });
  const problems = await listProblems(deps.database, tenantId, { sourceId: WORKSPACE_SOURCE, after: null, limit: 1_000 });
  const { added, changed, removed, unchanged } = sync;
  return { added, changed, removed, unchanged, failed: problems.map(({ item, reason }) => ({ path: item, reason })), held: sync.status === "held" ? sync.error : null };
}

/** Paths of the articles below a folder, with `/`, sorted. */
export function listArticles(folder: string): Promise<string[]> {
  return listFiles(folder, "articles");
}

/** A folder needs nothing but itself. */
function syncDepsOf(deps: ImportFolderDeps, folder: string): SyncDeps {
  const { database, clock, log = createLog({ level: "warn", isPretty: true }) } = deps;
  const refuse = () => Promise.reject(sourceInvalid());
  const open: SourceDeps = { database, clock, log, outbound: createOutbound({ isAllowed: () => false }), guardAddress: () => {}, readSecret: refuse, readRecords: refuse, folders: [folder], cacheFolder: folder, redact: (text) => text };
  const parse: ParseFile = deps.parse ?? (() => Promise.resolve({ kind: "refused", code: "unsupported", reason: "This format is not read here." }));
  return { database, clock, log, live: { publish: () => {} }, kinds: new Map([[folderKind.kind, folderKind]]), open, parse, ...(deps.chunks && { chunks: deps.chunks }), ...(deps.findInstructions && { findInstructions: deps.findInstructions }), onKnowledgeChanged: (tenantId) => deps.onKnowledgeChanged(tenantId) };
}
