import { repeat } from "../../lib/repeat.ts";
import { chunkerOf } from "../chunk-markdown.ts";
import type { RequestSyncDeps } from "../sync/request-sync.ts";
import { needsRechunk, wantChunker } from "./rechunk.store.ts";
import { RECHUNK_SERVICE } from "./run-rechunk.ts";

const EVERY_MS = 5_000;
/** A job that found nothing to do, or ended early, is asked for again after this. */
const AGAIN_MS = 60_000;

/** Has documents cut anew that were cut in another way than this process does, as long as no later one wants it otherwise. Returns the way to stop. */
export function scheduleRechunk(deps: RequestSyncDeps, tenantId: string): () => Promise<void> {
  const chunker = chunkerOf(deps.chunks);
  let isWanted = false;
  const looking = repeat(async () => {
    if (!isWanted) await wantChunker(deps.database, tenantId, chunker);
    isWanted = true;
    if (!(await needsRechunk(deps.database, tenantId, chunker))) return;
    await deps.engine().start({ service: RECHUNK_SERVICE, handler: "run", key: tenantId, input: { tenantId, chunker }, idempotencyKey: `${tenantId}:${chunker}:${Math.floor(deps.clock.nowMs() / AGAIN_MS)}` });
  }, { everyMs: EVERY_MS, waitsFirst: false, log: deps.log, failure: "knowledge.rechunk_failed" });
  return () => looking.stop();
}
