import { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import { snapshotHeld, snapshotTaken, versionUnknown } from "../knowledge.errors.ts";
import { readKnowledgeState } from "../knowledge.store.ts";
import { diffLines, type DiffPart } from "./diff-lines.ts";
import { isWhole } from "./prune.store.ts";
import { isReleaseSnapshot } from "./release-snapshot.ts";
import { deleteSnapshot, findSnapshot, putSnapshot, readDocumentAt } from "./snapshot.store.ts";
import { lockKnowledge, openVersion, restoreVersion } from "./version.store.ts";

export type SnapshotDeps = { database: Database; clock: Clock; onKnowledgeChanged(tenantId: string): void };

/** A name begins with a letter, so that no number is one. */
export const snapshotName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9._-]{0,79}$/, "begin with a letter; letters, digits, dots, - and _, at most 80");

/**
 * The version that a snapshot's name, a number or `now` stands for.
 * Throws `knowledge.version_unknown`.
 */
export async function resolveVersion(database: Database, tenantId: string, given: string): Promise<number> {
  const state = await readKnowledgeState(database, tenantId);
  const newest = state?.version ?? 0;
  if (given === "now") return newest;
  const version = /^\d{1,15}$/.test(given) ? Number(given) : await findSnapshot(database, tenantId, given);
  if (version === null || version > newest) throw versionUnknown({ message: `There is no snapshot or version "${given}".` });
  if (version < (state?.prunedTo ?? 0)) await database.transaction(tenantId, (query) => demandWhole(query, tenantId, version));
  return version;
}

/** Asked again under the lock by what changes something, since a version may be pruned between. */
async function demandWhole(query: TransactionQuery, tenantId: string, version: number): Promise<void> {
  if (!(await isWhole(query, tenantId, version))) throw versionUnknown({ message: `Version ${version} has no name and was pruned: parts of it are gone. Choose a snapshot or a newer version.` });
}

/**
 * Gives a name to a version, for good: `version` null is the one served now.
 * Throws `knowledge.snapshot_taken` when the name stands for another version, `knowledge.version_unknown`. Replay: the same again changes nothing.
 */
export async function takeSnapshot(deps: SnapshotDeps, { tenantId, name, version, note, by }: { tenantId: string; name: string; version: string | null; note: string | null; by: string }): Promise<number> {
  const at = new Date(deps.clock.nowMs());
  const wanted = await resolveVersion(deps.database, tenantId, version ?? "now");
  return deps.database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    await demandWhole(query, tenantId, wanted);
    const put = await putSnapshot(query, tenantId, { name, version: wanted, note, by, at });
    if (put !== wanted) throw snapshotTaken({ message: `The snapshot "${name}" is of version ${put} already; choose another name.` });
    await recordInLedger(query, tenantId, [{ kind: "knowledge.snapshot_taken", subjectId: name, actor: by, at, body: { version: wanted } }]);
    return put;
  });
}

/** Forgets a name; what it stood for stays reachable by its number. Throws `knowledge.version_unknown`, `knowledge.snapshot_held` for a release's. */
export async function forgetSnapshot(deps: SnapshotDeps, { tenantId, name, by }: { tenantId: string; name: string; by: string }): Promise<void> {
  if (isReleaseSnapshot(name)) throw snapshotHeld();
  await deps.database.transaction(tenantId, async (query) => {
    if (!(await deleteSnapshot(query, tenantId, name))) throw versionUnknown({ message: `There is no snapshot "${name}".` });
    await recordInLedger(query, tenantId, [{ kind: "knowledge.snapshot_forgotten", subjectId: name, actor: by, at: new Date(deps.clock.nowMs()), body: {} }]);
  });
}

export type RollBackOutcome = { from: number; to: number; version: number; restored: number; removed: number };

/**
 * Makes a new version that equals an earlier one; of one source only when it is named. The next sync brings the source's present
 * documents again, so pause the source (or mend it) first.
 * Throws `knowledge.version_unknown`. Replay: a second time there is nothing to restore, and the new version equals the one before.
 */
export async function rollBackKnowledge(deps: SnapshotDeps, { tenantId, to, sourceId, by }: { tenantId: string; to: string; sourceId: string | null; by: string }): Promise<RollBackOutcome> {
  const target = await resolveVersion(deps.database, tenantId, to);
  const at = new Date(deps.clock.nowMs());
  const outcome = await deps.database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    await demandWhole(query, tenantId, target);
    const version = await openVersion(query, tenantId, { reason: "rollback", subject: String(target), by, at });
    const { restored, removed } = await restoreVersion(query, tenantId, { version, target, sourceId });
    await recordInLedger(query, tenantId, [{ kind: "knowledge.rolled_back", subjectId: String(target), actor: by, at, body: { from: version - 1, to: target, version, sourceId, restored, removed } }]);
    return { from: version - 1, to: target, version, restored, removed };
  });
  deps.onKnowledgeChanged(tenantId);
  return outcome;
}

export type DocumentDiff = { id: string; title: { before: string | null; after: string | null }; audience: { before: string[]; after: string[] }; parts: DiffPart[] };

/** One document in two versions, line by line. Throws `knowledge.version_unknown` when it is in neither. */
export async function diffDocument(database: Database, tenantId: string, { id, from, to }: { id: string; from: number; to: number }): Promise<DocumentDiff> {
  const [before, after] = await Promise.all([readDocumentAt(database, tenantId, { id, version: from }), readDocumentAt(database, tenantId, { id, version: to })]);
  if (before === null && after === null) throw versionUnknown({ message: "The document is in neither of the two versions." });
  const parts = before === null ? [{ kind: "added" as const, lines: (after?.body ?? "").split("\n") }] : after === null ? [{ kind: "removed" as const, lines: before.body.split("\n") }] : diffLines(before.body, after.body);
  return { id, title: { before: before?.title ?? null, after: after?.title ?? null }, audience: { before: before?.audience ?? [], after: after?.audience ?? [] }, parts };
}
