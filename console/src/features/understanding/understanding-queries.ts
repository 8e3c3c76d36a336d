import { queryOptions } from "@tanstack/react-query";
import type { CorrectionView, ReadingView, TrainingView, UnderstandingView, UnsureMessage } from "../../../../src/shapes/understanding.ts";
import { fetchJson } from "../../lib/fetch-json.ts";
import { SLOW_POLL_MS } from "../../lib/slow-poll.ts";

const PATH = "/api/understanding";

export const understandingQuery = queryOptions({
  queryKey: ["understanding"],
  queryFn: ({ signal }) => fetchJson<UnderstandingView>(PATH, { signal }),
  refetchInterval: SLOW_POLL_MS,
});

export const unsureQuery = queryOptions({
  queryKey: ["understanding", "unsure"],
  queryFn: async ({ signal }) => (await fetchJson<{ items: UnsureMessage[] }>(`${PATH}/unsure`, { signal })).items,
  refetchInterval: SLOW_POLL_MS,
});

export function correct(correction: { messageId: string; intent: string }): Promise<CorrectionView> {
  return fetchJson<CorrectionView>(`${PATH}/corrections`, { method: "POST", body: correction });
}

export function withdraw(id: string): Promise<null> {
  return fetchJson<null>(`${PATH}/corrections/${id}`, { method: "DELETE" });
}

export function learn(): Promise<TrainingView> {
  return fetchJson<TrainingView>(`${PATH}/trainings`, { method: "POST" });
}

export function undo(id: string): Promise<null> {
  return fetchJson<null>(`${PATH}/trainings/${id}`, { method: "DELETE" });
}

export function readText(text: string): Promise<ReadingView> {
  return fetchJson<ReadingView>(`${PATH}/readings`, { method: "POST", body: { text } });
}
