import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { advise } from "./advise.ts";
import { READ_AT_START, whoAnswers } from "./knowledge-answers.ts";
import { openKnowledge, type OpenKnowledge } from "./open-knowledge.ts";
import { counted } from "./policy-check.ts";
import { progressBar } from "./progress-bar.ts";
import { toStdout } from "./to-stdout.ts";
import { countChanges, listChanges, listSnapshots } from "../knowledge/snapshots/snapshot.store.ts";
import { diffDocument, resolveVersion, rollBackKnowledge, snapshotName, takeSnapshot } from "../knowledge/snapshots/snapshots.ts";
import { listManagedDocuments } from "../knowledge/managed-document.store.ts";
import { INSTRUCTIONS_WARNING } from "../knowledge/sync/make-document.ts";
import { listSources } from "../knowledge/sources/source.store.ts";
import { putSyncRow } from "../knowledge/sync/request-sync.ts";
import { HERE, runSync } from "../knowledge/sync/run-sync.ts";
import { listProblems } from "../knowledge/sync/sync-item.store.ts";
import { findSync, lastSyncs, type Sync } from "../knowledge/sync/sync.store.ts";

const LOOK_EVERY_MS = 250;
const MOST_PROBLEMS = 20;
const MOST_CHANGES = 10_000;
const MOST_WARNED = 1_000;

export type KnowledgeWork = (knowledge: OpenKnowledge, args: readonly string[], write: (text: string) => void) => Promise<number>;

/**
 * A command on the knowledge of the settings' workspace. A sync is done by the running Baton, which takes it up within two seconds, or
 * here when none runs.
 */
export function onKnowledge(work: KnowledgeWork): (args: readonly string[], write?: (text: string) => void) => Promise<number> {
  return async (args, write = toStdout) => {
    await using knowledge = await openKnowledge();
    return await work(knowledge, args, write);
  };
}

export async function showSources(knowledge: OpenKnowledge, _: readonly string[], write: (text: string) => void): Promise<number> {
  const { deps, tenantId } = knowledge;
  const answers = await whoAnswers(knowledge);
  write(`${answers.text}\n`);
  const [sources, syncs] = [await listSources(deps.database, tenantId), await lastSyncs(deps.database, tenantId)];
  if (sources.length === 0 && answers.isOurs) write("There are no sources: put articles into the workspace's knowledge/, or name sources in knowledge/sources.yaml.\n");
  for (const { id, kind, lastOkAt, isPaused } of sources) {
    const last = syncs.get(id);
    write(`${id.padEnd(24)} ${kind.padEnd(8)} ${isPaused ? "paused  " : ""}last whole sync ${lastOkAt ?? "never"}${last === undefined ? "" : `, last try ${last.status}${last.error === null ? "" : `: ${last.error}`}`}\n`);
  }
  write(`${READ_AT_START}\n`);
  return 0;
}

export async function syncSources(knowledge: OpenKnowledge, args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { "accept-removals": { type: "boolean", default: false } } });
  const names = positionals.length > 0 ? positionals : (await listSources(knowledge.deps.database, knowledge.tenantId)).filter((source) => !source.isPaused).map((source) => source.id);
  const answers = await whoAnswers(knowledge);
  if (!answers.isOurs) return advise(`${answers.text}\nNothing was synced.`);
  write(`${answers.text} ${READ_AT_START}\n`);
  const ended: Sync[] = [];
  for (const sourceId of names) {
    const sync = await putSyncRow(knowledge.deps, { tenantId: knowledge.tenantId, sourceId, by: "cli", acceptRemovals: values["accept-removals"] });
    const first = await follow(knowledge, sync, write);
    // It ran already, so another one follows that takes what was there when this was asked.
    const end = sync.againBy === null || first.status === "cancelled" ? first : await follow(knowledge, await putSyncRow(knowledge.deps, { tenantId: knowledge.tenantId, sourceId, by: "cli", acceptRemovals: values["accept-removals"], joins: true }), write);
    ended.push(end);
    write(`${summary(end)}\n`);
    for (const problem of await listProblems(knowledge.deps.database, knowledge.tenantId, { sourceId, after: null, limit: MOST_PROBLEMS })) write(`  ${problem.item}: ${problem.reason}\n`);
    for (const each of await listWarned(knowledge, sourceId)) write(`  ${each}\n`);
  }
  const failed = ended.reduce((sum, each) => sum + each.failed, 0);
  if (failed > 0) write(`${counted(failed, "item", "items")} failed and ${failed === 1 ? "was" : "were"} not taken: see the console under Knowledge, or GET /api/knowledge/problems.\n`);
  return failed > 0 || ended.some(({ status }) => status !== "done") ? 1 : 0;
}

/** Documents that read like orders to an AI: served and never obeyed, but somebody should look. */
async function listWarned({ deps, tenantId }: OpenKnowledge, sourceId: string): Promise<string[]> {
  const documents = await listManagedDocuments(deps.database, tenantId, { sourceId, query: null, hasWarnings: true, after: null, limit: MOST_WARNED });
  return documents.flatMap(({ path, warnings }) => warnings.filter(({ code }) => code === INSTRUCTIONS_WARNING).map(({ message }) => `${path}: ${message}`)).slice(0, MOST_PROBLEMS);
}

async function follow(knowledge: OpenKnowledge, sync: Sync, write: (text: string) => void): Promise<Sync> {
  const { deps, tenantId } = knowledge;
  const here = knowledge.isRunning ? null : runSync(deps, HERE, { tenantId, syncId: sync.id, sourceId: sync.sourceId });
  const isShown = process.stdout.isTTY === true;
  for (;;) {
    const now = (await findSync(deps.database, tenantId, sync.id)) ?? sync;
    if (isShown) write(`\r${progressBar(now)}`);
    if (now.endedAt !== null) {
      await here;
      if (isShown) write("\n");
      return now;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function summary({ sourceId, status, added, changed, removed, unchanged, failed, error }: Sync): string {
  return `${sourceId}: ${status}; ${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged, ${failed} failed${error === null ? "" : `\n  ${error}`}`;
}

export async function nameVersion({ deps, tenantId }: OpenKnowledge, args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals: [given] } = parseArgs({ args: [...args], allowPositionals: true, options: { note: { type: "string" }, version: { type: "string" } } });
  const name = snapshotName.safeParse(given);
  if (!name.success) return advise("Name the snapshot: baton knowledge snapshot NAME [--version N] [--note TEXT]; it begins with a letter.");
  const version = await takeSnapshot(deps, { tenantId, name: name.data, version: values.version ?? null, note: values.note ?? null, by: "cli" });
  write(`Version ${version} is the snapshot "${name.data}".\n`);
  return 0;
}

export async function showSnapshots({ deps, tenantId }: OpenKnowledge, _: readonly string[], write: (text: string) => void): Promise<number> {
  const snapshots = await listSnapshots(deps.database, tenantId);
  write(`Served now: version ${await resolveVersion(deps.database, tenantId, "now")}\n`);
  for (const { name, version, madeAt, note } of snapshots) write(`${name.padEnd(24)} version ${String(version).padEnd(8)} ${madeAt}  ${note ?? ""}\n`);
  return 0;
}

export async function showDiff({ deps: { database }, tenantId }: OpenKnowledge, args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals: [before, after = "now"] } = parseArgs({ args: [...args], allowPositionals: true, options: { text: { type: "boolean", default: false } } });
  if (before === undefined) return advise("Say which versions: baton knowledge diff A [B] (a snapshot's name or a version's number; B is what is served now)");
  const [from, to] = [await resolveVersion(database, tenantId, before), await resolveVersion(database, tenantId, after)];
  const { added, changed, removed } = await countChanges(database, tenantId, { from, to });
  write(`From version ${from} to ${to}: ${added} added, ${changed} changed, ${removed} removed\n`);
  for (const change of await listChanges(database, tenantId, { from, to, after: "", limit: MOST_CHANGES })) {
    write(`${change.change === "added" ? "+" : change.change === "removed" ? "-" : "~"} ${change.path}  ${change.title}\n`);
    if (!values.text || change.change !== "changed") continue;
    for (const { kind, lines } of (await diffDocument(database, tenantId, { id: change.id, from, to })).parts) if (kind !== "same") for (const line of lines) write(`    ${kind === "added" ? "+" : "-"} ${line}\n`);
  }
  return added + changed + removed === 0 ? 0 : 1;
}

export async function goBack({ deps, tenantId }: OpenKnowledge, args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals: [to] } = parseArgs({ args: [...args], allowPositionals: true, options: { source: { type: "string" } } });
  if (to === undefined) return advise("Say where to: baton knowledge rollback SNAPSHOT|VERSION [--source SOURCE]");
  const { version, restored, removed, to: target } = await rollBackKnowledge(deps, { tenantId, to, sourceId: values.source ?? null, by: "cli" });
  write(`Version ${version} equals version ${target}: ${restored} documents are back as they were, ${removed} are out. The next sync takes the sources as they are then.\n`);
  return 0;
}
