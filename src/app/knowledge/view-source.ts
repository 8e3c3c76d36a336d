import { isRecord } from "../../lib/is-record.ts";
import { countDocumentsBySource } from "../../knowledge/managed-document.store.ts";
import { sourceUnknown } from "../../knowledge/knowledge.errors.ts";
import type { Source } from "../../knowledge/sources/source.ts";
import { listSources } from "../../knowledge/sources/source.store.ts";
import { countProblems } from "../../knowledge/sync/sync-item.store.ts";
import { lastSyncs, type Sync } from "../../knowledge/sync/sync.store.ts";
import type { Clock } from "../../lib/clock.ts";
import type { SourceView, SyncView } from "../../shapes/knowledge.ts";
import type { Database } from "../../storage/database.ts";

/** Every source with how it stands. */
export async function viewSources({ database, clock }: { database: Database; clock: Clock }, tenantId: string): Promise<SourceView[]> {
  const [sources, syncs, problems, documents] = await Promise.all([listSources(database, tenantId), lastSyncs(database, tenantId), countProblems(database, tenantId), countDocumentsBySource(database, tenantId)]);
  return sources.map((source) => {
    const lastSync = syncs.get(source.id);
    const { createdAt: _, updatedAt: __, settings, ...shown } = source;
    return { ...shown, settings: isRecord(settings) ? settings : {}, isStale: isStale(source, clock.nowMs()), documents: documents.get(source.id) ?? 0, problems: problems.get(source.id) ?? 0, lastSync: lastSync === undefined ? null : viewSync(lastSync) };
  });
}

/** Throws `knowledge.source_unknown`. */
export async function viewSource(deps: { database: Database; clock: Clock }, tenantId: string, id: string): Promise<SourceView> {
  const found = (await viewSources(deps, tenantId)).find((source) => source.id === id);
  if (found === undefined) throw sourceUnknown();
  return found;
}

function isStale({ staleAfterMinutes, isPaused, lastOkAt, createdAt }: Source, nowMs: number): boolean {
  return staleAfterMinutes !== null && !isPaused && Date.parse(lastOkAt ?? createdAt) + staleAfterMinutes * 60_000 < nowMs;
}

export function viewSync(sync: Sync): SyncView {
  const { acceptRemovals: _, invocationId: __, touchedAt: ___, againBy, ...shown } = sync;
  return { ...shown, isFollowed: againBy !== null };
}
