import { queryOptions } from "@tanstack/react-query";
import type { StatusView } from "../../../../src/shapes/status.ts";
import { fetchJson } from "../../lib/fetch-json.ts";
import { SLOW_POLL_MS } from "../../lib/slow-poll.ts";

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => fetchJson<StatusView>("/api/status", { signal }),
  refetchInterval: SLOW_POLL_MS,
});
