import type { Clock } from "../../lib/clock.ts";
import { parseIsoDuration } from "../../lib/iso-duration.ts";
import { newId } from "../../lib/ids.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Log } from "../../lib/log.ts";
import { nextCron } from "../../lib/next-cron.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import { sourceDeclared, sourceInvalid, sourceTaken, sourceUnknown, syncRunning } from "../knowledge.errors.ts";
import { closeDocuments, lockKnowledge, openVersion } from "../snapshots/version.store.ts";
import { checkSettings, kindOf } from "../sync/open-source.ts";
import { nextSyncMs } from "../sync/schedule-syncs.ts";
import { hasOpenSync, putSync } from "../sync/sync.store.ts";
import type { Source, SourceSchedule } from "./source.ts";
import type { SourceDeps, SourceKind } from "./source-kind.ts";
import { applySource } from "./apply-source.ts";
import { deleteSource, findSource, listSourceDocumentIds, listSources } from "./source.store.ts";

export type ChangeSourceDeps = { database: Database; clock: Clock; kinds: ReadonlyMap<string, SourceKind>; onKnowledgeChanged(tenantId: string): void };

export type GivenSource = Pick<Source, "id" | "kind" | "settings" | "defaults" | "schedule" | "staleAfterMinutes" | "isPaused">;

/**
 * Makes a source, or makes it what is given (`isNew` false). Its first scheduled sync comes at once, and so does one where its documents have
 * something else from it now; who may see less of them (`applySource`) does so before that.
 * Throws `knowledge.source_invalid`, `knowledge.source_declared`, `knowledge.source_taken`, `knowledge.source_unknown`.
 */
export async function saveSource(deps: ChangeSourceDeps, { tenantId, by, source, isNew }: { tenantId: string; by: string; source: GivenSource; isNew: boolean }): Promise<Source> {
  const before = await findSource(deps.database, tenantId, source.id);
  if (before?.isDeclared === true) throw sourceDeclared();
  if (isNew && before !== null) throw sourceTaken();
  if (!isNew && before === null) throw sourceUnknown();
  if (before !== null && before.kind !== source.kind) throw sourceInvalid({ message: `The source "${source.id}" is of the kind ${before.kind}; make another source for another kind.` });
  const checked = checkSource(deps.kinds, source);
  const nowMs = deps.clock.nowMs();
  const isNarrowed = await deps.database.transaction(tenantId, async (query) => {
    const isChanged = await put(query, tenantId, { ...checked, isDeclared: false }, { by, nowMs });
    await recordInLedger(query, tenantId, [{ kind: isNew ? "knowledge.source_added" : "knowledge.source_changed", subjectId: source.id, actor: by, at: new Date(nowMs), body: { kind: source.kind, isPaused: source.isPaused } }]);
    return isChanged;
  });
  if (isNarrowed) deps.onKnowledgeChanged(tenantId);
  const saved = await findSource(deps.database, tenantId, source.id);
  if (saved === null) throw sourceUnknown();
  return saved;
}

export type RemoveSourceDeps = ChangeSourceDeps & { open: Pick<SourceDeps, "cacheFolder">; log: Pick<Log, "warn"> };

/** Takes a source and its documents out, and what this machine keeps of it. Throws `knowledge.source_unknown`, `knowledge.source_declared`, `knowledge.sync_running`. */
export async function removeSource(deps: RemoveSourceDeps, { tenantId, by, id }: { tenantId: string; by: string; id: string }): Promise<void> {
  const source = await findSource(deps.database, tenantId, id);
  if (source === null) throw sourceUnknown();
  if (source.isDeclared) throw sourceDeclared();
  const at = new Date(deps.clock.nowMs());
  await deps.database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    if (await hasOpenSync(query, tenantId, id)) throw syncRunning();
    const documents = await listSourceDocumentIds(query, tenantId, id);
    if (documents.length > 0) await closeDocuments(query, tenantId, await openVersion(query, tenantId, { reason: "source_removed", subject: id, by, at }), documents);
    await deleteSource(query, tenantId, id);
    await recordInLedger(query, tenantId, [{ kind: "knowledge.source_removed", subjectId: id, actor: by, at, body: { kind: source.kind, documents: documents.length } }]);
  });
  deps.onKnowledgeChanged(tenantId);
  const forget = deps.kinds.get(source.kind)?.forget;
  // It is removed all the same: a copy that stays is cleared in time.
  await forget?.({ tenantId, sourceId: id, settings: source.settings }, deps.open).catch((error: unknown) => deps.log.warn("knowledge.copy_not_removed", { sourceId: id, error: messageOf(error) }));
}

/**
 * Brings the declared sources to what the workspace says. One that it no longer declares stays with its documents, without schedule, and
 * is then changed or removed in the console: a line that was deleted must not empty a help desk.
 */
export async function declareSources(deps: ChangeSourceDeps, { tenantId, sources }: { tenantId: string; sources: readonly GivenSource[] }): Promise<void> {
  const checked = sources.map((source) => checkSource(deps.kinds, source));
  const names = new Set(sources.map((source) => source.id));
  const dropped = (await listSources(deps.database, tenantId)).filter((source) => source.isDeclared && !names.has(source.id));
  const nowMs = deps.clock.nowMs();
  const isNarrowed = await deps.database.transaction(tenantId, async (query) => {
    const narrowed: boolean[] = [];
    for (const source of checked) narrowed.push(await put(query, tenantId, { ...source, isDeclared: true }, { by: "start", nowMs }));
    for (const source of dropped) narrowed.push(await put(query, tenantId, { ...source, isDeclared: false, schedule: null }, { by: "start", nowMs }));
    return narrowed.includes(true);
  });
  if (isNarrowed) deps.onKnowledgeChanged(tenantId);
}

/** Returns whether what is served has changed. A sync that is asked for here is begun by `scheduleSyncs`. */
async function put(query: TransactionQuery, tenantId: string, source: GivenSource & { isDeclared: boolean }, { by, nowMs }: { by: string; nowMs: number }): Promise<boolean> {
  const at = new Date(nowMs);
  const { isNarrowed, isReread } = await applySource(query, tenantId, { ...source, nextAt: source.schedule === null || source.isPaused ? null : at }, { by, at });
  if (isReread && !source.isPaused) await putSync(query, tenantId, { id: newId("sync", nowMs), sourceId: source.id, by, acceptRemovals: false, at });
  return isNarrowed;
}

function checkSource(kinds: ReadonlyMap<string, SourceKind>, source: GivenSource): GivenSource {
  checkSchedule(source.schedule);
  return { ...source, settings: checkSettings(kindOf(kinds, source.kind), source.settings) };
}

function checkSchedule(schedule: SourceSchedule | null): void {
  const fault = schedule === null ? null : scheduleFault(schedule);
  if (fault !== null) throw sourceInvalid({ message: `schedule: ${fault}` });
}

/** What is wrong with a schedule, in words; null: nothing. */
export function scheduleFault(schedule: SourceSchedule): string | null {
  if (nextSyncMs(schedule, Date.now()) !== null) return null;
  if ("every" in schedule) return parseIsoDuration(schedule.every) === null ? `"${schedule.every}" is not a duration such as PT1H.` : "the time between two syncs must be longer than nothing.";
  return nextCron("* * * * *", schedule.timeZone, Date.now()) === null ? `there is no time zone "${schedule.timeZone}".` : `"${schedule.cron}" is not a cron line that names a time.`;
}
