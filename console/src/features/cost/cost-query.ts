import { queryOptions } from "@tanstack/react-query";
import type { CostView } from "../../../../src/shapes/cost.ts";
import { fetchJson } from "../../lib/fetch-json.ts";

const POLL_MS = 15_000;

/** How far the page looks back, in days. */
export const SPANS = [7, 30, 90] as const;
export type Span = (typeof SPANS)[number];

/** Money is spent by every call and nobody tells of it; so this is asked for. */
export const costQuery = (days: Span) => queryOptions({
  queryKey: ["costs", days],
  queryFn: ({ signal }) => fetchJson<CostView>(`/api/costs?days=${days}`, { signal }),
  refetchInterval: POLL_MS,
});
