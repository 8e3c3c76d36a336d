import type { SyncView } from "../../../../../src/shapes/knowledge.ts";
import { progressOf, sayCounts } from "../knowledge-words.ts";

/** How far a sync is; while it still lists, the bar has no end. */
export function SyncProgress({ sync, isShort = false }: { sync: SyncView; isShort?: boolean }) {
  const { done, listed, share } = progressOf(sync);
  const words = sync.status === "waiting" ? "Waiting for its turn" : share === null ? `Listing: ${listed.toLocaleString("en")} found` : `${done.toLocaleString("en")} of ${listed.toLocaleString("en")}`;
  return (
    <div>
      <progress aria-label={`Sync of ${sync.sourceId}`} {...(share === null ? {} : { value: share, max: 1 })}
        className="block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-sunken indeterminate:animate-pulse-soft indeterminate:bg-accent [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width] indeterminate:[&::-webkit-progress-bar]:bg-accent-soft" />
      <p className="mt-1 text-2xs text-ink-faint tabular-nums">{words}{!isShort && share !== null && `: ${sayCounts(sync)}`}{sync.isFollowed && ". Another one follows for what came in meanwhile."}</p>
    </div>
  );
}
