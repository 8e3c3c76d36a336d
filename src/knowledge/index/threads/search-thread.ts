import { parentPort, workerData } from "node:worker_threads";
import { AppError, messageOf } from "../../../lib/app-error.ts";
import { MAX_LIMIT } from "../../search-index.ts";
import type { Fused } from "../fuse-ranks.ts";
import { createScratch } from "../scratch.ts";
import { openView, searchView, type OpenView, type View } from "../search-view.ts";
import type { Fault, FromSearcher, ThreadData, ToSearcher } from "./thread-messages.ts";

/** A thread that searches: it holds no content, only where each tenant's segments lie. */
const port = parentPort;
if (port === null) throw new Error("runs as a thread only");

const { arena }: ThreadData = workerData;
const scratch = createScratch(arena);
const views = new Map<string, { view: View; opened: OpenView | null }>();

port.on("message", (message: ToSearcher) => {
  if (message.kind === "search") return search(message);
  if (message.view === null) views.delete(message.tenantId);
  else views.set(message.tenantId, { view: message.view, opened: null });
  tell({ kind: "viewed", number: message.number });
});

function search({ number, requests }: ToSearcher & { kind: "search" }): void {
  const counts = new Uint32Array(requests.length);
  const faults: { request: number; fault: Fault }[] = [];
  const hits: number[] = [];
  for (const [index, request] of requests.entries()) {
    try {
      const held = views.get(request.tenantId);
      if (held === undefined) continue;
      held.opened ??= openView(arena, held.view);
      const found = searchView(scratch, held.opened, request, Math.max(0, Math.min(MAX_LIMIT, Math.floor(request.limit))));
      counts[index] = found.length;
      for (const hit of found) pushHit(hits, held.opened, hit);
    } catch (error) {
      faults.push({ request: index, fault: faultOf(error) });
    }
  }
  const list = Float64Array.from(hits);
  tell({ kind: "found", number, counts, hits: list, faults }, [counts.buffer, list.buffer]);
}

function pushHit(hits: number[], view: OpenView, { place, score, lexical, vector }: Fused): void {
  const at = view.segments.findLast(({ firstPlace }) => firstPlace <= place);
  if (at === undefined) throw new Error("a hit lies outside of the index");
  hits.push(at.segment.base, place - at.firstPlace, score, lexical?.rank ?? 0, lexical?.score ?? 0, vector?.rank ?? 0, vector?.score ?? 0);
}

function faultOf(error: unknown): Fault {
  return { code: error instanceof AppError ? error.code : "", message: messageOf(error) };
}

function tell(message: FromSearcher, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}
