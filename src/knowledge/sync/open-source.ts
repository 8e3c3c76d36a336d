import { z } from "zod";
import { sourceInvalid, sourceUnknown } from "../knowledge.errors.ts";
import type { Source } from "../sources/source.ts";
import { findSource } from "../sources/source.store.ts";
import type { OpenedSource, SourceKind } from "../sources/source-kind.ts";
import type { SyncDeps } from "./sync-deps.ts";

export type FoundSource = { source: Source; kind: SourceKind };

/** Throws `knowledge.source_unknown`, `knowledge.source_invalid` where this version does not know its kind. */
export async function readSource(deps: Pick<SyncDeps, "database" | "kinds">, tenantId: string, sourceId: string): Promise<FoundSource> {
  const source = await findSource(deps.database, tenantId, sourceId);
  if (source === null) throw sourceUnknown({ details: { sourceId } });
  return { source, kind: kindOf(deps.kinds, source.kind) };
}

export function kindOf(kinds: ReadonlyMap<string, SourceKind>, name: string): SourceKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw sourceInvalid({ message: `There is no kind of source "${name}"; there are ${[...kinds.keys()].sort().join(", ")}.` });
  return kind;
}

/** The settings as the kind takes them. Throws `knowledge.source_invalid`, naming the member. */
export function checkSettings(kind: SourceKind, settings: unknown): unknown {
  const read = kind.settings.safeParse(settings);
  if (!read.success) throw sourceInvalid({ message: `settings of a ${kind.kind} source: ${z.prettifyError(read.error)}` });
  return read.data;
}

export async function openSource(deps: SyncDeps, tenantId: string, { source, kind }: FoundSource): Promise<OpenedSource> {
  checkSettings(kind, source.settings);
  return kind.open({ tenantId, sourceId: source.id, settings: source.settings }, deps.open);
}
