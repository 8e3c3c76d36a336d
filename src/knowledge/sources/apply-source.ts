import { canonicalJson } from "../../lib/canonical-json.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import { closeDocuments, lockKnowledge, openVersion, readdressDocuments } from "../snapshots/version.store.ts";
import type { Source } from "./source.ts";
import { listDocumentsForAudience, lockSource, putSource, type NewSource } from "./source.store.ts";

/** `isNarrowed`: what is served has changed. `isReread`: its documents are to be made anew, since what they have from it is another. */
export type AppliedSource = { isNarrowed: boolean; isReread: boolean };

/**
 * Makes the source what is given, in the caller's transaction. An audience that it no longer gives is taken at once from every served document
 * that had it from there, so that the next search knows of it whether a sync follows or not: these go to the audience that is given now, or out
 * where none is. A document that names exactly that audience by itself is narrowed too, until the next sync reads it.
 *
 * Replay: the same again changes nothing.
 */
export async function applySource(query: TransactionQuery, tenantId: string, source: NewSource, { by, at }: { by: string; at: Date }): Promise<AppliedSource> {
  await lockKnowledge(query, tenantId);
  const before = await lockSource(query, tenantId, source.id);
  await putSource(query, tenantId, source, at);
  if (before === null) return { isNarrowed: false, isReread: false };
  return { isNarrowed: await narrow(query, tenantId, before, source, { by, at }), isReread: canonicalJson(before.defaults) !== canonicalJson(source.defaults) };
}

async function narrow(query: TransactionQuery, tenantId: string, before: Source, { id, defaults }: NewSource, { by, at }: { by: string; at: Date }): Promise<boolean> {
  if (before.defaults.audience.every((audience) => defaults.audience.includes(audience))) return false;
  const documents = await listDocumentsForAudience(query, tenantId, id, before.defaults.audience);
  if (documents.length === 0) return false;
  const version = await openVersion(query, tenantId, { reason: "source_changed", subject: id, by, at });
  if (defaults.audience.length === 0) await closeDocuments(query, tenantId, version, documents);
  else await readdressDocuments(query, tenantId, version, documents, defaults.audience);
  return true;
}
