import { queryOptions } from "@tanstack/react-query";
import type { RoutingView } from "../../../../src/shapes/routing.ts";
import { fetchJson } from "../../lib/fetch-json.ts";
import { SLOW_POLL_MS } from "../../lib/slow-poll.ts";

const PATH = "/api/routes";

export const routesQuery = queryOptions({
  queryKey: ["routes"],
  queryFn: ({ signal }) => fetchJson<RoutingView>(PATH, { signal }),
  refetchInterval: SLOW_POLL_MS,
});

/** Null: no router. */
export function putToUse(version: number | null): Promise<RoutingView> {
  return fetchJson<RoutingView>(version === null ? `${PATH}/active` : `${PATH}/active/${version}`, { method: version === null ? "DELETE" : "PUT" });
}
