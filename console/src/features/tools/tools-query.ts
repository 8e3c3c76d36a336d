import { queryOptions } from "@tanstack/react-query";
import type { ToolsView } from "../../../../src/shapes/tool.ts";
import { fetchJson } from "../../lib/fetch-json.ts";

const POLL_MS = 10_000;

/** Breakers change by the second and tell nobody; so this one is asked for. */
export const toolsQuery = queryOptions({
  queryKey: ["tools"],
  queryFn: ({ signal }) => fetchJson<ToolsView>("/api/tools", { signal }),
  refetchInterval: POLL_MS,
});
