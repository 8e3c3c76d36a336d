import type { TransactionQuery } from "../../storage/database.ts";
import { putSnapshot } from "./snapshot.store.ts";
import { lockKnowledge, readVersion } from "./version.store.ts";

/** People's names of snapshots hold no colon, so none of theirs is a release's. */
const PREFIX = "release:";

/** Whether the name is that of a release's snapshot, which stays for as long as the release can be gone back to. Pure. */
export function isReleaseSnapshot(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Names what is served now for the release of this number, in the caller's transaction, and returns the name. It is never pruned nor
 * forgotten. Replay: the name stays with the version that it was given to first.
 */
export async function snapshotForRelease(query: TransactionQuery, tenantId: string, { number, by, at }: { number: number; by: string; at: Date }): Promise<string> {
  const name = `${PREFIX}${number}`;
  await lockKnowledge(query, tenantId);
  await putSnapshot(query, tenantId, { name, version: await readVersion(query, tenantId), note: `What was served when release ${number} was published.`, by, at });
  return name;
}
