import type { Clock } from "../../lib/clock.ts";
import { sha256 } from "../../lib/sha256.ts";
import { snapshotForRelease } from "../../knowledge/snapshots/release-snapshot.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import type { WorkflowSource } from "../document/definition.ts";
import { tryReadWorkflow } from "../document/read-workflow.ts";
import { workflowKey } from "../verify/environment.ts";
import type { Finding } from "../verify/finding.ts";
import { activatePublish, activateVersions, insertPublish, insertVersions, lockPublishing, readActiveTexts, readAllVersions, readPublishes, type NewVersion, type PublishRow } from "./version.store.ts";
import { takenFinding, takenVersions, type TakenVersion } from "./taken-versions.ts";
import { nothingBefore, publishUnknown } from "./versions.errors.ts";

/** A workflow document as it lies in the workspace. */
export type DocumentFile = { file: string; text: string };

export type PublishDeps = {
  database: Database; clock: Clock;
  /** What `baton check` says of all documents together. */
  check(sources: readonly WorkflowSource[]): Promise<readonly Finding[]> | readonly Finding[];
  /** Called after a change has committed. */
  onPublished(tenantId: string): Promise<void>;
};

export type PublishOutcome =
  | { kind: "published" | "unchanged"; publish: PublishRow; findings: readonly Finding[] }
  /** Nothing was changed. `removed`: the active workflows that would have gone, when that was not wanted; `taken`: what has changed under its old number. */
  | { kind: "refused"; findings: readonly Finding[]; removed: readonly string[]; taken: readonly TakenVersion[] };

export type Publishing = {
  tenantId: string; documents: readonly DocumentFile[]; by: string; note: string | null;
  /** Does nothing when the folder was published as it is now already, whatever was published or rolled back since. */
  onlyIfNew: boolean;
  /** The documents take their places among the active ones; without it they are the whole set. */
  isAmongActive?: boolean;
  /** False: refused when an active workflow is not among the documents. */
  mayRemove?: boolean;
  /** True: refused when a document has changed and its version number, once published, has not. */
  needsNewNumbers?: boolean;
};

/** Who publishes a workspace's folder as a whole, at a start and on the command line. */
const FOLDER_PUBLISHERS = ["start", "cli"];

/**
 * Makes a set of documents the active one: all of them or none, in one transaction, at once for all processes.
 *
 * The knowledge that is served then becomes a snapshot of the publish's number, so that both can be gone back to.
 * Running runs keep the version they began with. Documents of earlier sets that are not in this one can no longer be started.
 * Outcome `refused` when a document cannot be read, a name is taken twice, `check` finds an error, or a number stands for another text. One publish at a time: what is
 * merged with the active documents is merged with those that are active then.
 * Replay: the same documents again are `unchanged`. Throws `storage.unavailable` (retryable).
 */
export async function publishDocuments(deps: PublishDeps, input: Publishing): Promise<PublishOutcome> {
  const outcome = await deps.database.transaction(input.tenantId, async (query): Promise<PublishOutcome> => {
    await lockPublishing(query, input.tenantId);
    const given = input.documents.map(readDocument);
    const read = judgeAll(input.isAmongActive === true ? placeAmong((await readActiveTexts(query, input.tenantId)).map(readDocument), given) : given);
    const findings = [...read.findings, ...(read.findings.length === 0 ? await deps.check(read.sources) : [])];
    if (findings.some((finding) => finding.severity === "error")) return { kind: "refused", findings, removed: [], taken: [] };
    const taken = input.needsNewNumbers === true ? takenVersions(read.sources, await readAllVersions(query, input.tenantId)) : [];
    if (taken.length > 0) return { kind: "refused", findings: [...findings, ...taken.map(takenFinding)], removed: [], taken };
    return publishSet(query, deps, input, read.sources.map(toVersion).sort((left, right) => (left.name < right.name ? -1 : 1)), findings);
  });
  if (outcome.kind === "published") await deps.onPublished(input.tenantId);
  return outcome;
}

async function publishSet(query: TransactionQuery, deps: PublishDeps, input: Publishing, versions: readonly NewVersion[], findings: readonly Finding[]): Promise<PublishOutcome> {
  const setHash = sha256(versions.map((each) => each.hash).sort().join("\n"));
  const at = new Date(deps.clock.nowMs());
  const publishes = await readPublishes(query, input.tenantId);
  const active = publishes.find((each) => each.is_active);
  const same = (input.onlyIfNew ? sinceFolder(publishes) : publishes.filter((each) => each.is_active)).find((each) => each.set_hash === setHash);
  if (same !== undefined) return { kind: "unchanged", publish: same, findings };
  const names = new Set(versions.map(workflowKey));
  const removed = (active?.members ?? []).map(workflowKey).filter((name) => !names.has(name));
  if (removed.length > 0 && input.mayRemove === false) return { kind: "refused", findings, removed, taken: [] };
  const number = (publishes[0]?.number ?? 0) + 1;
  const publish: PublishRow = {
    id: `pub_${sha256(`${input.tenantId}\n${number}\n${setHash}`).slice(0, 22)}`, number, set_hash: setHash, members: versions.map(({ namespace, name, version, hash }) => ({ namespace, name, version, hash })),
    note: input.note, previous_id: active?.id ?? null, published_at: at.toISOString(), published_by: input.by, is_active: true,
    knowledge_snapshot: await snapshotForRelease(query, input.tenantId, { number, by: input.by, at }),
  };
  await insertVersions(query, input.tenantId, versions, input.by, at);
  await activateVersions(query, input.tenantId, versions.map((each) => each.hash));
  await insertPublish(query, input.tenantId, { ...publish, at });
  await recordInLedger(query, input.tenantId, [{ kind: "workflows.published", subjectId: publish.id, actor: input.by, at, body: { number, setHash, knowledgeSnapshot: publish.knowledge_snapshot, workflows: publish.members.map((each) => ({ name: each.name, version: each.version, hash: each.hash })) } }]);
  return { kind: "published", publish, findings };
}

/** The last publish of the folder and all after it: the folder is new when it is like none of them. Newest first, as given. */
function sinceFolder(publishes: readonly PublishRow[]): readonly PublishRow[] {
  const last = publishes.findIndex((each) => FOLDER_PUBLISHERS.includes(each.published_by));
  return last < 0 ? publishes : publishes.slice(0, last + 1);
}

type ReadDocument = { file: string; result: ReturnType<typeof tryReadWorkflow>; /** Null for a text that cannot be read: the findings say why. */ key: string | null };

function readDocument({ text, file }: DocumentFile): ReadDocument {
  const result = tryReadWorkflow(text, file);
  return { file, result, key: result.kind === "faulty" ? null : workflowKey(result.source.definition.document) };
}

/** The active documents, with the given ones in the place of those of the same name. */
function placeAmong(active: readonly ReadDocument[], given: readonly ReadDocument[]): ReadDocument[] {
  const taken = new Set(given.map((each) => each.key));
  return [...active.filter((each) => each.key === null || !taken.has(each.key)), ...given];
}

/**
 * Makes an earlier set the active one again: the one that was active before this one was published, or the one named by id or number. Instant: the
 * documents are all kept.
 * Throws: `workflows.nothing_before`, `workflows.publish_unknown`.
 */
export async function rollBack(deps: Omit<PublishDeps, "check">, input: { tenantId: string; to: string | null; by: string }): Promise<PublishRow> {
  const at = new Date(deps.clock.nowMs());
  const target = await deps.database.transaction(input.tenantId, async (query) => {
    await lockPublishing(query, input.tenantId);
    const publishes = await readPublishes(query, input.tenantId);
    const active = publishes.find((each) => each.is_active);
    const found = input.to === null ? publishes.find((each) => each.id === active?.previous_id) : publishes.find((each) => each.id === input.to || String(each.number) === input.to);
    if (found === undefined) throw input.to === null ? nothingBefore() : publishUnknown({ message: `There is no publish "${input.to}".` });
    if (found.id === active?.id) return found;
    await activateVersions(query, input.tenantId, found.members.map((each) => each.hash));
    await activatePublish(query, input.tenantId, found.id);
    await recordInLedger(query, input.tenantId, [{ kind: "workflows.rolled_back", subjectId: found.id, actor: input.by, at, body: { from: active?.number ?? null, to: found.number, setHash: found.set_hash } }]);
    return { ...found, is_active: true };
  });
  await deps.onPublished(input.tenantId);
  return target;
}

function judgeAll(documents: readonly ReadDocument[]): { sources: WorkflowSource[]; findings: Finding[] } {
  const sources: WorkflowSource[] = [];
  const findings: Finding[] = [];
  const files = new Map<string, string>();
  for (const { file, result } of documents) {
    if (result.kind === "faulty") {
      findings.push(...result.findings);
      continue;
    }
    const { namespace, name } = result.source.definition.document;
    const key = workflowKey({ namespace, name });
    const other = files.get(key);
    if (other !== undefined) findings.push({ rule: "duplicate-name", severity: "error", place: result.source.placeOf("/document/name"), pointer: "/document/name", message: `The workflow "${name}" of "${namespace}" stands in ${other} as well.`, advice: "Give one of them another name." });
    files.set(key, file);
    sources.push(result.source);
  }
  return { sources, findings };
}

function toVersion(source: WorkflowSource): NewVersion {
  const { namespace, name, version } = source.definition.document;
  return { namespace, name, version, hash: sha256(source.text), file: source.file, text: source.text };
}
