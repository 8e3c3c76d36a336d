import type { Database } from "../../storage/database.ts";
import type { WorkflowSource } from "../document/definition.ts";
import { readWorkflow } from "../document/read-workflow.ts";
import type { WorkflowVersions } from "../run/run-deps.ts";
import { listActive, listPublishes, readVersionText, resolveVersion, type VersionRow } from "./version.store.ts";
import { nameAmbiguous, versionUnknown, workflowUnknown } from "./versions.errors.ts";

export type PublishedVersions = WorkflowVersions & {
  /** The active versions; at most a second old, and at once after a publish of this process. */
  active(tenantId: string): Promise<readonly VersionRow[]>;
  /** The active version by name; the namespace is only needed where two share a name, else it is the first. Null: there is none. */
  activeByName(tenantId: string, name: string, namespace?: string): Promise<VersionRow | null>;
  /** The same for somebody who can be asked which. Throws `workflows.unknown`, `workflows.name_ambiguous`. */
  oneActive(tenantId: string, name: string, namespace?: string): Promise<VersionRow>;
  /** Whether anything was ever published. */
  hasAny(tenantId: string): Promise<boolean>;
  /** A publish or rollback has happened here. */
  forget(tenantId: string): void;
};

const POINTER_MS = 1_000;
const KEPT = 2_000;

/** Published documents: texts cached for good by their hash, the active pointers for a second. */
export function createPublishedVersions(deps: { database: Database }): PublishedVersions {
  const sources = new Map<string, Promise<WorkflowSource>>();
  const pointers = new Map<string, { at: number; rows: Promise<readonly VersionRow[]> }>();

  const used = new Set<string>();
  const asked = new Map<string, number>();

  const hasVersions = async (tenantId: string): Promise<boolean> => {
    const nowMs = performance.now();
    if (nowMs - (asked.get(tenantId) ?? -Infinity) < POINTER_MS) return false;
    asked.set(tenantId, nowMs);
    return (await listPublishes(deps.database, tenantId, 1)).length > 0;
  };
  const load = (tenantId: string, hash: string): Promise<WorkflowSource> => {
    const key = `${tenantId}/${hash}`;
    const known = sources.get(key);
    if (known !== undefined) return known;
    const reading = readSource(deps.database, tenantId, hash);
    if (sources.size >= KEPT) sources.delete(sources.keys().next().value ?? "");
    sources.set(key, reading);
    reading.catch(() => sources.delete(key));
    return reading;
  };
  const active = (tenantId: string): Promise<readonly VersionRow[]> => {
    const known = pointers.get(tenantId);
    const nowMs = performance.now();
    if (known !== undefined && nowMs - known.at < POINTER_MS) return known.rows;
    const rows = listActive(deps.database, tenantId);
    pointers.set(tenantId, { at: nowMs, rows });
    rows.catch(() => pointers.delete(tenantId));
    return rows;
  };
  const activeByName = async (tenantId: string, name: string, namespace?: string) => (await active(tenantId)).find((row) => row.name === name && (namespace === undefined || row.namespace === namespace)) ?? null;
  return {
    load, active, activeByName,
    async oneActive(tenantId, name, namespace) {
      const [found, ...others] = (await active(tenantId)).filter((row) => row.name === name && (namespace === undefined || row.namespace === namespace));
      if (found === undefined) throw workflowUnknown({ message: `There is no workflow "${name}"${namespace === undefined ? "" : ` in the namespace "${namespace}"`}.` });
      if (others.length > 0) throw nameAmbiguous({ message: `Several workflows are named "${name}". Say the namespace: ${[found, ...others].map((row) => row.namespace).join(", ")}.` });
      return found;
    },
    async hasAny(tenantId) {
      if (used.has(tenantId)) return true;
      if ((await active(tenantId)).length > 0 || (await hasVersions(tenantId))) used.add(tenantId);
      return used.has(tenantId);
    },
    forget: (tenantId) => void pointers.delete(tenantId),
    async resolve(tenantId, workflow) {
      if (workflow.version === "latest") return (await activeByName(tenantId, workflow.name, workflow.namespace))?.hash ?? null;
      return resolveVersion(deps.database, tenantId, workflow);
    },
  };
}

async function readSource(database: Database, tenantId: string, hash: string): Promise<WorkflowSource> {
  const found = await readVersionText(database, tenantId, hash);
  if (found === null) throw versionUnknown({ message: `There is no workflow version ${hash.slice(0, 12)}.`, details: { hash } });
  return readWorkflow(found.text, found.file);
}
