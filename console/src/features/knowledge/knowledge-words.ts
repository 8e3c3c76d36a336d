import type { SourceView, SyncView, VersionView } from "../../../../src/shapes/knowledge.ts";
import { formatCount, sayCode } from "../../lib/format.ts";
import type { StateWords } from "../../ui/state-badge.tsx";

const KINDS: Record<string, string> = { upload: "Uploaded files", folder: "Folder", git: "Git repository", web: "Web site", s3: "S3 bucket", records: "Records of a system" };

export function sayKind(kind: string): string {
  return KINDS[kind] ?? sayCode(kind);
}

export function isUnderWay(sync: SyncView | null): boolean {
  return sync?.status === "waiting" || sync?.status === "running";
}

const STATES: Record<SyncView["status"], StateWords> = {
  waiting: { words: "Waiting", sign: "…", tone: "accent" },
  running: { words: "Syncing", sign: "↻", tone: "accent" },
  done: { words: "In sync", sign: "✓", tone: "good" },
  held: { words: "Waits for you", sign: "!", tone: "warn" },
  failed: { words: "Failed", sign: "✕", tone: "bad" },
  cancelled: { words: "Cancelled", sign: "–", tone: "neutral" },
};

export function saySync(sync: SyncView): StateWords {
  return sync.status === "done" ? { words: "Done", sign: "✓", tone: "good" } : STATES[sync.status];
}

/** What to know first of a source. */
export function saySource(source: SourceView): StateWords {
  const { lastSync } = source;
  if (lastSync !== null && isUnderWay(lastSync)) return STATES[lastSync.status];
  if (lastSync?.status === "held") return STATES.held;
  if (lastSync?.status === "failed") return STATES.failed;
  if (source.isStale) return { words: "Stale", sign: "!", tone: "warn" };
  if (source.isPaused) return { words: "Paused", sign: "‖", tone: "neutral" };
  return lastSync === null ? { words: "Never synced", sign: "○", tone: "neutral" } : STATES[lastSync.status];
}

const UNITS: readonly [RegExp, string][] = [[/^PT(\d+)M$/, "minute"], [/^PT(\d+)H$/, "hour"], [/^P(\d+)D$/, "day"], [/^P(\d+)W$/, "week"]];

export function saySchedule(schedule: SourceView["schedule"]): string {
  if (schedule === null) return "When asked";
  if ("cron" in schedule) return `${schedule.cron} (${schedule.timeZone})`;
  for (const [form, unit] of UNITS) {
    const amount = Number(form.exec(schedule.every)?.[1]);
    if (amount > 0) return amount === 1 ? `Every ${unit}` : `Every ${amount} ${unit}s`;
  }
  return `Every ${schedule.every}`;
}

/** Items that are settled and all that are known; `share` 0..1, null while they are still being listed. */
export function progressOf({ phase, listed, added, changed, unchanged, failed }: SyncView): { done: number; listed: number; share: number | null } {
  const done = Math.min(listed, added + changed + unchanged + failed);
  return { done, listed, share: phase === "taking" && listed > 0 ? done / listed : null };
}

/** "3 added, 1 removed"; "nothing changed" when there is nothing to say. */
export function sayCounts({ added, changed, removed, failed }: Pick<SyncView, "added" | "changed" | "removed" | "failed">): string {
  const parts = [[added, "added"], [changed, "changed"], [removed, "removed"], [failed, "failed"]] as const;
  return parts.filter(([count]) => count > 0).map(([count, verb]) => `${count.toLocaleString("en")} ${verb}`).join(", ") || "nothing changed";
}

const REASONS: Record<string, string> = { sync: "Sync", rollback: "Rollback", rechunk: "Cut anew", embed: "Embedded anew", source_removed: "Source removed", source_changed: "Audience changed" };
const SUBJECTS: Record<string, string> = { rollback: " to version ", source_removed: ": ", source_changed: ": " };

export function sayReason({ reason, subject }: Pick<VersionView, "reason" | "subject">): string {
  const words = REASONS[reason] ?? sayCode(reason);
  const before = SUBJECTS[reason];
  return subject === null || before === undefined ? words : `${words}${before}${subject}`;
}

export function sayBytes(bytes: number): string {
  if (bytes < 1_000) return formatCount(bytes, "byte", "bytes");
  const [amount, unit] = bytes < 1_000_000 ? [bytes / 1_000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });

export function sayLanguage(tag: string): string {
  if (tag === "und" || tag === "") return "Not known";
  try {
    return LANGUAGES.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
