import { queryOptions } from "@tanstack/react-query";
import { fetchJson } from "../../lib/fetch-json.ts";
import { SLOW_POLL_MS } from "../../lib/slow-poll.ts";

/** The health line of the workspace; also sent on the event stream every few seconds. */
export type Status = {
  tenant: { id: string; name: string };
  version: string;
  startedAt: string;
  model: { id: string; kind: "extractive" | "external" };
  database: "ok" | "down";
  engine: "ok" | "down";
  openConversations: number;
  waitingHandoffs: number;
  turnsLastHour: number;
  replyP50Us: number | null;
  documents: number;
};

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => fetchJson<Status>("/api/status", { signal }),
  refetchInterval: SLOW_POLL_MS,
});
