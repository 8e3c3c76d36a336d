import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ChunkView, ChangeView, DocumentDiffView, DocumentHeadView, DocumentVersionView, FacetsView, FilePreviewView, FileView, ManagedDocumentView, ProblemView, RollbackView, SnapshotView, SourceView, SyncView, VersionView } from "../../../../src/shapes/knowledge.ts";
import type { SearchAs, SearchTestView } from "../../../../src/shapes/knowledge-search.ts";
import { fetchJson } from "../../lib/fetch-json.ts";
import { cursorPaging, fetchPage } from "../../lib/paging.ts";
import { SLOW_POLL_MS } from "../../lib/slow-poll.ts";

const BASE = "/api/knowledge";

export const sourcesQuery = queryOptions({
  queryKey: ["knowledge", "sources"],
  queryFn: async ({ signal }) => (await fetchJson<{ items: SourceView[] }>(`${BASE}/sources`, { signal })).items,
  refetchInterval: SLOW_POLL_MS,
});

export const sourceQuery = (name: string) => queryOptions({
  queryKey: ["knowledge", "sources", name],
  queryFn: ({ signal }) => fetchJson<SourceView>(`${BASE}/sources/${name}`, { signal }),
  refetchInterval: SLOW_POLL_MS,
});

/** What hangs on a source is asked for again when the source changes. */
export const syncsQuery = (name: string) => infiniteQueryOptions({
  queryKey: ["knowledge", "of-source", name, "syncs"],
  queryFn: ({ pageParam, signal }) => fetchPage<SyncView>(`${BASE}/sources/${name}/syncs`, { limit: 20, cursor: pageParam }, signal),
  ...cursorPaging,
});

export const filesQuery = (name: string) => infiniteQueryOptions({
  queryKey: ["knowledge", "of-source", name, "files"],
  queryFn: ({ pageParam, signal }) => fetchPage<FileView>(`${BASE}/sources/${name}/files`, { limit: 100, cursor: pageParam }, signal),
  ...cursorPaging,
});

/** `source` null: of all. */
export const problemsQuery = (source: string | null) => infiniteQueryOptions({
  queryKey: ["knowledge", "of-source", source, "problems"],
  queryFn: ({ pageParam, signal }) => fetchPage<ProblemView>(`${BASE}/problems`, { limit: 100, source, cursor: pageParam }, signal),
  ...cursorPaging,
});

export type DocumentFilter = { source: string | null; query: string | null; audience: string | null; language: string | null; warnings: true | null };

export const documentsQuery = (filter: DocumentFilter) => infiniteQueryOptions({
  queryKey: ["knowledge", "documents", filter],
  queryFn: ({ pageParam, signal }) => fetchPage<DocumentHeadView>(`${BASE}/documents`, { limit: 50, ...filter, warnings: filter.warnings === true ? "true" : null, cursor: pageParam }, signal),
  ...cursorPaging,
});

/** `version` null: as it is served. */
export const documentQuery = (id: string, version: number | null) => queryOptions({
  queryKey: ["knowledge", "documents", "one", id, version],
  queryFn: ({ signal }) => fetchJson<ManagedDocumentView>(`${BASE}/documents/${id}${version === null ? "" : `?version=${version}`}`, { signal }),
});

export const documentVersionsQuery = (id: string) => queryOptions({
  queryKey: ["knowledge", "documents", "versions", id],
  queryFn: async ({ signal }) => (await fetchJson<{ items: DocumentVersionView[] }>(`${BASE}/documents/${id}/versions`, { signal })).items,
});

export const facetsQuery = queryOptions({ queryKey: ["knowledge", "documents", "facets"], queryFn: ({ signal }) => fetchJson<FacetsView>(`${BASE}/facets`, { signal }) });

export const snapshotsQuery = queryOptions({
  queryKey: ["knowledge", "snapshots"],
  queryFn: async ({ signal }) => (await fetchJson<{ items: SnapshotView[] }>(`${BASE}/snapshots`, { signal })).items,
});

export const versionsQuery = infiniteQueryOptions({
  queryKey: ["knowledge", "documents", "all-versions"],
  queryFn: ({ pageParam, signal }) => fetchPage<VersionView>(`${BASE}/versions`, { limit: 30, cursor: pageParam }, signal),
  ...cursorPaging,
});

export type ChangePage = { items: ChangeView[]; nextCursor: string | null; counts: { from: number; to: number; added: number; changed: number; removed: number } };

export const changesQuery = (from: string, to: string) => infiniteQueryOptions({
  queryKey: ["knowledge", "documents", "changes", from, to],
  queryFn: ({ pageParam, signal }) => fetchJson<ChangePage>(`${BASE}/diff?${new URLSearchParams({ from, to, limit: "100", ...(pageParam === null ? {} : { cursor: pageParam }) })}`, { signal }),
  ...cursorPaging,
});

export const documentDiffQuery = (id: string, from: string, to: string) => queryOptions({
  queryKey: ["knowledge", "documents", "diff", id, from, to],
  queryFn: ({ signal }) => fetchJson<DocumentDiffView>(`${BASE}/diff/${id}?${new URLSearchParams({ from, to })}`, { signal }),
});

export type SourceChange = Pick<SourceView, "kind" | "settings" | "defaults" | "isPaused"> & { schedule?: NonNullable<SourceView["schedule"]>; staleAfterMinutes?: number };

export function saveSource(name: string, change: SourceChange, isNew: boolean): Promise<SourceView> {
  return isNew ? fetchJson(`${BASE}/sources`, { method: "POST", body: { name, ...change } }) : fetchJson(`${BASE}/sources/${name}`, { method: "PUT", body: change });
}

export function removeSource(name: string): Promise<{ removed: string }> {
  return fetchJson(`${BASE}/sources/${name}`, { method: "DELETE" });
}

export function syncSource(name: string, acceptRemovals = false): Promise<SyncView> {
  return fetchJson(`${BASE}/sources/${name}/syncs`, { method: "POST", body: { acceptRemovals } });
}

export function cancelSync(id: string): Promise<SyncView> {
  return fetchJson(`${BASE}/syncs/${id}/cancel`, { method: "POST" });
}

export function fileAddress(source: string, file: string): string {
  return `${BASE}/sources/${source}/files/${encodeURIComponent(file)}`;
}

export function removeFile(source: string, file: string): Promise<SyncView> {
  return fetchJson(fileAddress(source, file), { method: "DELETE" });
}

export async function previewText(text: { title: string; body: string }): Promise<ChunkView[]> {
  return (await fetchJson<{ items: ChunkView[] }>(`${BASE}/chunk-preview`, { method: "POST", body: text })).items;
}

export function previewFile(file: File): Promise<FilePreviewView> {
  return fetchJson(`${BASE}/file-previews/${encodeURIComponent(file.name)}`, { method: "POST", bytes: file });
}

export function takeSnapshot(given: { name: string; version?: string; note?: string }): Promise<{ name: string; version: number }> {
  return fetchJson(`${BASE}/snapshots`, { method: "POST", body: given });
}

export function forgetSnapshot(name: string): Promise<{ removed: string }> {
  return fetchJson(`${BASE}/snapshots/${encodeURIComponent(name)}`, { method: "DELETE" });
}

export function rollBack(to: string): Promise<RollbackView> {
  return fetchJson(`${BASE}/rollback`, { method: "POST", body: { to } });
}

export type SearchQuestion = { as: SearchAs; query: string; earlier?: string; languages?: string[]; products?: string[]; brands?: string[]; updatedAfter?: string };

export function testSearch(question: SearchQuestion): Promise<SearchTestView> {
  return fetchJson(`${BASE}/search-test`, { method: "POST", body: question });
}
