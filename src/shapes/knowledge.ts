import { z } from "@hono/zod-openapi";

const count = z.number().int();
const time = z.string().describe("ISO 8601 UTC");

/** One run over a source. `listed`: items found so far; `missing`: documents that the source lists no more. */
export const syncView = z.object({
  id: z.string(), sourceId: z.string(), status: z.enum(["waiting", "running", "done", "held", "failed", "cancelled"]).describe("held: done but for removals, which a person has to agree to"), phase: z.string(), startedBy: z.string(),
  listed: count, added: count, changed: count, removed: count, unchanged: count, failed: count, missing: count,
  versionBefore: count.nullable().describe("What a rollback of this sync goes to."), versionAfter: count.nullable(), error: z.string().nullable(), createdAt: time, endedAt: time.nullable(),
  isFollowed: z.boolean().describe("Asked for once more while it ran: another sync of the source begins when it ends."),
}).openapi("KnowledgeSync");
export type SyncView = z.output<typeof syncView>;

const defaultsView = z.object({ audience: z.array(z.string()), language: z.string().optional(), product: z.string().optional(), brand: z.string().optional(), ocrLanguages: z.array(z.string()).optional() });
const scheduleView = z.union([z.object({ cron: z.string(), timeZone: z.string() }), z.object({ every: z.string() })]);

/** Where documents come from. `isDeclared`: by the workspace, and changed there only. */
export const sourceView = z.object({
  id: z.string(), kind: z.string(), settings: z.record(z.string(), z.unknown()), defaults: defaultsView, schedule: scheduleView.nullable(), staleAfterMinutes: count.nullable(), isDeclared: z.boolean(), isPaused: z.boolean(),
  isStale: z.boolean().describe("Not synced within staleAfterMinutes."), nextAt: time.nullable(), lastOkAt: time.nullable(), documents: count, problems: count, lastSync: syncView.nullable(),
}).openapi("KnowledgeSource");
export type SourceView = z.output<typeof sourceView>;

export const sourceKindView = z.object({ kind: z.string(), settings: z.record(z.string(), z.unknown()).describe("JSON Schema of the settings.") }).openapi("KnowledgeSourceKind");

export const fileView = z.object({ name: z.string(), mediaType: z.string().nullable(), bytes: count, sha256: z.string(), uploadedBy: z.string(), uploadedAt: time }).openapi("KnowledgeFile");

export const problemView = z.object({ sourceId: z.string(), item: z.string(), uri: z.string().nullable(), code: z.string(), reason: z.string().describe("What is wrong, in words."), firstAt: time, lastAt: time }).openapi("KnowledgeProblem");

export const documentHeadView = z.object({ id: z.string(), sourceId: z.string(), path: z.string(), title: z.string(), language: z.string(), audience: z.array(z.string()), product: z.string().nullable(), brand: z.string().nullable(), format: z.string(), warnings: z.array(z.object({ code: z.string(), message: z.string() })), updatedAt: time }).openapi("KnowledgeDocumentHead");
export const chunkView = z.object({ id: z.string().nullable(), ordinal: count, heading: z.string().describe("Title and heading path."), lead: z.string().describe("Searched and read before the text where a table or a paragraph had to be cut; empty elsewhere."), text: z.string(), startOffset: count.describe("UTF-16 units into the document's body."), endOffset: count }).openapi("KnowledgeChunk");
export const managedDocumentView = documentHeadView.extend({ uri: z.string().nullable(), body: z.string().describe("Markdown"), fromVersion: count, toVersion: count.nullable().describe("Null: served now."), chunks: z.array(chunkView) }).openapi("KnowledgeDocument");
export type ManagedDocumentView = z.output<typeof managedDocumentView>;

/** `madeAt`, `madeBy`, `reason`: of the knowledge version that it came with. */
export const documentVersionView = z.object({ fromVersion: count, toVersion: count.nullable(), title: z.string(), reason: z.string(), madeBy: z.string(), madeAt: time }).openapi("KnowledgeDocumentVersion");
export type DocumentVersionView = z.output<typeof documentVersionView>;
export const facetsView = z.object({ audiences: z.array(z.string()), languages: z.array(z.string()), products: z.array(z.string()), brands: z.array(z.string()) }).openapi("KnowledgeFacets");
export type FacetsView = z.output<typeof facetsView>;

/** A file as it would be taken, or why it would not. `body` Markdown. */
export const filePreviewView = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("ok"), title: z.string(), body: z.string(), language: z.string(), format: z.string(), warnings: z.array(z.object({ code: z.string(), message: z.string() })), items: z.array(chunkView) }),
    z.object({ kind: z.literal("refused"), code: z.string(), reason: z.string() }),
  ])
  .openapi("KnowledgeFilePreview");
export type FilePreviewView = z.output<typeof filePreviewView>;

export const snapshotView = z.object({ name: z.string(), version: count, note: z.string().nullable(), madeBy: z.string(), madeAt: time }).openapi("KnowledgeSnapshot");
export const versionView = z.object({ version: count, reason: z.string().describe("sync, rollback, rechunk, embed, source_removed or source_changed"), subject: z.string().nullable(), madeBy: z.string(), madeAt: time }).openapi("KnowledgeVersion");
export const changeView = z.object({ id: z.string(), change: z.enum(["added", "changed", "removed"]), path: z.string(), title: z.string() }).openapi("KnowledgeChange");
export const documentDiffView = z.object({
  id: z.string(), title: z.object({ before: z.string().nullable(), after: z.string().nullable() }), audience: z.object({ before: z.array(z.string()), after: z.array(z.string()) }),
  parts: z.array(z.object({ kind: z.enum(["same", "added", "removed"]), lines: z.array(z.string()) })),
}).openapi("KnowledgeDocumentDiff");
export const rollbackView = z.object({ from: count, to: count, version: count.describe("The new version, which equals `to`."), restored: count, removed: count }).openapi("KnowledgeRollback");
export type ChunkView = z.output<typeof chunkView>;
export type FileView = z.output<typeof fileView>;
export type ProblemView = z.output<typeof problemView>;
export type DocumentHeadView = z.output<typeof documentHeadView>;
export type SnapshotView = z.output<typeof snapshotView>;
export type VersionView = z.output<typeof versionView>;
export type ChangeView = z.output<typeof changeView>;
export type DocumentDiffView = z.output<typeof documentDiffView>;
export type RollbackView = z.output<typeof rollbackView>;
