import type { Sync } from "../knowledge/sync/sync.store.ts";

const WIDTH = 30;

/** One line of how far a sync is; as long as the one before or longer, so that it covers it. */
export function progressBar({ sourceId, phase, status, listed, added, changed, unchanged, failed }: Pick<Sync, "sourceId" | "phase" | "status" | "listed" | "added" | "changed" | "unchanged" | "failed">): string {
  const done = added + changed + unchanged + failed;
  const share = status === "done" ? 1 : phase === "taking" && listed > 0 ? Math.min(1, done / listed) : 0;
  const full = Math.round(share * WIDTH);
  const words = phase === "taking" ? `${done} of ${listed}` : phase === "listing" ? `${listed} found` : status;
  return `${sourceId} [${"#".repeat(full)}${"-".repeat(WIDTH - full)}] ${words}${failed === 0 ? "" : `, ${failed} failed`}`.padEnd(100);
}
