import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { CorrectionView, FindingView, GapView, HealthView } from "../../../../../src/shapes/knowledge-upkeep.ts";
import { fetchJson } from "../../../lib/fetch-json.ts";
import { cursorPaging, fetchPage } from "../../../lib/paging.ts";

const BASE = "/api/knowledge";
const POLL_MS = 15_000;
/** While one runs, or is about to. */
const SOON_MS = 2_000;

/** The look-through runs by itself and tells nobody; so it is asked for. */
export const healthQuery = queryOptions({ queryKey: ["knowledge", "upkeep", "health"], queryFn: ({ signal }) => fetchJson<HealthView>(`${BASE}/health`, { signal }), refetchInterval: ({ state: { data } }) => (data?.state === "running" || (data !== undefined && Date.parse(data.nextAt) <= Date.now() + SOON_MS) ? SOON_MS : POLL_MS) });

export const gapsQuery = (status: GapView["status"]) => infiniteQueryOptions({
  queryKey: ["knowledge", "upkeep", "gaps", status],
  queryFn: ({ pageParam, signal }) => fetchPage<GapView>(`${BASE}/gaps`, { limit: 30, status, cursor: pageParam }, signal),
  ...cursorPaging,
});

export const gapQuery = (id: string) => queryOptions({ queryKey: ["knowledge", "upkeep", "gap", id], queryFn: ({ signal }) => fetchJson<GapView>(`${BASE}/gaps/${id}`, { signal }) });

export const findingsQuery = (kind: FindingView["kind"] | null, status: FindingView["status"]) => infiniteQueryOptions({
  queryKey: ["knowledge", "upkeep", "findings", kind, status],
  queryFn: ({ pageParam, signal }) => fetchPage<FindingView>(`${BASE}/findings`, { limit: 30, kind, status, cursor: pageParam }, signal),
  ...cursorPaging,
});

export const correctionsQuery = (documentId: string) => queryOptions({
  queryKey: ["knowledge", "upkeep", "corrections", documentId],
  queryFn: async ({ signal }) => (await fetchJson<{ items: CorrectionView[] }>(`${BASE}/documents/${documentId}/corrections`, { signal })).items,
});

export type GapArticle = { title: string; body: string; audience: string[]; language: string };

export function publishGap(id: string, article: GapArticle): Promise<GapView> {
  return fetchJson(`${BASE}/gaps/${id}/publish`, { method: "POST", body: article });
}

export function dismissGap(id: string, reason: string): Promise<GapView> {
  return fetchJson(`${BASE}/gaps/${id}/dismiss`, { method: "POST", body: reason.trim() === "" ? {} : { reason: reason.trim() } });
}

export function reopenGap(id: string): Promise<GapView> {
  return fetchJson(`${BASE}/gaps/${id}/reopen`, { method: "POST" });
}

export function decideFinding(id: string, decision: "dismissed" | "open"): Promise<FindingView> {
  return fetchJson(`${BASE}/findings/${id}/decision`, { method: "POST", body: { decision } });
}

export function lookThrough(): Promise<HealthView> {
  return fetchJson(`${BASE}/upkeep`, { method: "POST" });
}
