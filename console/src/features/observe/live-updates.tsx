import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useState, type ReactNode } from "react";
import type { StatusView } from "../../../../src/shapes/status.ts";
import { openEventStream, readData, type ServerEvent, type StreamState } from "../../lib/event-stream.ts";
import { sessionQuery } from "../identity/session.ts";
import { createRefresher, type Touched } from "./refresher.ts";
import { statusQuery } from "./status.ts";

/** Runs change often, and their lists and counts cost more to make than one run. */
const RUN_EVERY_MS = 300;
const RUNS_EVERY_MS = 1_000;
const COUNTS_EVERY_MS = 5_000;
/** A sync tells of every batch. */
const SYNC_EVERY_MS = 400;
const SYNC_LISTS_EVERY_MS = 2_000;

const LiveState = createContext<StreamState>("connecting");

export function useLiveState(): StreamState {
  return use(LiveState);
}

/** Follows the server's events and asks again for whatever they touch. After a gap everything is asked again. */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");

  useEffect(() => {
    const refresh = createRefresher((queryKey) => queryClient.invalidateQueries({ queryKey }));
    let wasLive = false;
    return openEventStream({
      path: "/api/events",
      onEvent: (event) => handleEvent(queryClient, refresh, event),
      onState: (next, status) => {
        setState(next);
        if (next === "refused" && status === 401) queryClient.setQueryData(sessionQuery.queryKey, null);
        if (next !== "live") return;
        if (wasLive) void queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
        wasLive = true;
      },
    });
  }, [queryClient]);

  return <LiveState value={state}>{children}</LiveState>;
}

function handleEvent(queryClient: QueryClient, refresh: (touched: readonly Touched[]) => void, event: ServerEvent): void {
  if (event.name === "status") {
    const status = readData<StatusView>(event);
    if (status !== null) queryClient.setQueryData(statusQuery.queryKey, status);
    return;
  }
  refresh(touchedBy(event));
}

type Named = { conversationId?: string | null; turnId?: string; runId?: string; runIds?: readonly string[] | null };

/** What an event makes old. A list is meant by the head of its key, whatever its filters. */
function touchedBy(event: ServerEvent): Touched[] {
  const { conversationId = null, turnId = "", runId = "", runIds = null } = readData<Named>(event) ?? {};
  const one = (part: string): Touched => ({ key: ["conversation", conversationId, part] });
  if (event.name === "message") return [{ key: ["conversations"] }, one("messages"), one("view")];
  if (event.name === "conversation.changed") return [{ key: ["conversations"] }, one("view")];
  if (event.name === "handoff.changed") return [{ key: ["conversations"] }, { key: ["handoffs"] }, { key: ["status"] }, one("view")];
  if (event.name === "turn.finished") return [one("view"), one("turns"), one("records"), { key: ["turn", turnId] }];
  if (event.name === "approval.changed") return [{ key: ["approvals"] }, { key: ["run", runId] }, { key: ["runs"] }];
  if (event.name === "knowledge.changed") return [{ key: ["knowledge", "sources"], everyMs: SYNC_EVERY_MS }, { key: ["knowledge", "of-source"], everyMs: SYNC_LISTS_EVERY_MS }, { key: ["knowledge", "documents"], everyMs: SYNC_LISTS_EVERY_MS }];
  if (event.name !== "runs.changed") return [];
  // Null: too many at once to name them.
  const named = runIds === null ? [["run"]] : runIds.map((id) => ["run", id]);
  return [...named.map((key) => ({ key, everyMs: RUN_EVERY_MS })), { key: ["runs"], everyMs: RUNS_EVERY_MS }, { key: ["workflows", "list"], everyMs: COUNTS_EVERY_MS }, { key: ["workflows", "branches"], everyMs: COUNTS_EVERY_MS }];
}
