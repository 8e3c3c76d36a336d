import { createHash } from "node:crypto";
import type { Clock } from "../../lib/clock.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Database } from "../../storage/database.ts";
import type { WorkflowSource } from "../document/definition.ts";
import { tryReadWorkflow } from "../document/read-workflow.ts";
import type { Finding } from "../verify/finding.ts";
import { activatePublish, activateVersions, insertPublish, insertVersions, lockPublishing, readPublishes, type NewVersion, type PublishRow } from "./version.store.ts";
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
  /** Nothing was changed. */
  | { kind: "refused"; findings: readonly Finding[] };

export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Makes a set of documents the active one: all of them or none, in one transaction, at once for all processes.
 *
 * Running runs keep the version they began with. Documents of earlier sets that are not in this one can no longer be started.
 * `onlyIfNew`: does nothing when the last publish had the same documents, also when it was rolled back since.
 * Outcome `refused` when a document cannot be read, a name is taken twice, or `check` finds an error.
 * Replay: the same documents again are `unchanged`. Throws `storage.unavailable` (retryable).
 */
export async function publishDocuments(deps: PublishDeps, input: { tenantId: string; documents: readonly DocumentFile[]; by: string; note: string | null; onlyIfNew: boolean }): Promise<PublishOutcome> {
  const read = readAll(input.documents);
  const findings = [...read.findings, ...(read.findings.length === 0 ? await deps.check(read.sources) : [])];
  if (findings.some((finding) => finding.severity === "error")) return { kind: "refused", findings };
  const versions = read.sources.map(toVersion).sort((left, right) => (left.name < right.name ? -1 : 1));
  const setHash = hashText(versions.map((each) => each.hash).sort().join("\n"));
  const at = new Date(deps.clock.nowMs());
  const outcome = await deps.database.transaction(input.tenantId, async (query): Promise<{ kind: "published" | "unchanged"; publish: PublishRow }> => {
    await lockPublishing(query, input.tenantId);
    const publishes = await readPublishes(query, input.tenantId);
    const last = publishes[0];
    const active = publishes.find((each) => each.is_active);
    const same = input.onlyIfNew ? last : active;
    if (same !== undefined && same.set_hash === setHash) return { kind: "unchanged", publish: same };
    const number = (last?.number ?? 0) + 1;
    const publish: PublishRow = {
      id: `pub_${hashText(`${input.tenantId}\n${number}\n${setHash}`).slice(0, 22)}`, number, set_hash: setHash, members: versions.map(({ namespace, name, version, hash }) => ({ namespace, name, version, hash })),
      note: input.note, previous_id: active?.id ?? null, published_at: at.toISOString(), published_by: input.by, is_active: true,
    };
    await insertVersions(query, input.tenantId, versions, input.by, at);
    await activateVersions(query, input.tenantId, versions.map((each) => each.hash));
    await insertPublish(query, input.tenantId, { ...publish, at });
    await recordInLedger(query, input.tenantId, [{ kind: "workflows.published", subjectId: publish.id, actor: input.by, at, body: { number, setHash, workflows: publish.members.map((each) => ({ name: each.name, version: each.version, hash: each.hash })) } }]);
    return { kind: "published", publish };
  });
  if (outcome.kind === "published") await deps.onPublished(input.tenantId);
  return { ...outcome, findings };
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

function readAll(documents: readonly DocumentFile[]): { sources: WorkflowSource[]; findings: Finding[] } {
  const sources: WorkflowSource[] = [];
  const findings: Finding[] = [];
  const files = new Map<string, string>();
  for (const { file, text } of documents) {
    const result = tryReadWorkflow(text, file);
    if (result.kind === "faulty") {
      findings.push(...result.findings);
      continue;
    }
    const { namespace, name } = result.source.definition.document;
    const other = files.get(`${namespace}/${name}`);
    if (other !== undefined) findings.push({ rule: "duplicate-name", severity: "error", place: result.source.placeOf("/document/name"), pointer: "/document/name", message: `The workflow "${name}" of "${namespace}" stands in ${other} as well.`, advice: "Give one of them another name." });
    files.set(`${namespace}/${name}`, file);
    sources.push(result.source);
  }
  return { sources, findings };
}

function toVersion(source: WorkflowSource): NewVersion {
  const { namespace, name, version } = source.definition.document;
  return { namespace, name, version, hash: hashText(source.text), file: source.file, text: source.text };
}
