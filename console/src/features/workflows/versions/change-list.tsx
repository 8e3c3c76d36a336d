import type { ChangeView } from "../../../../../src/shapes/workflow.ts";
import { StateBadge, type StateWords } from "../../../ui/state-badge.tsx";

const KINDS: Record<ChangeView["kind"], StateWords> = {
  added: { words: "Added", sign: "+", tone: "good" },
  removed: { words: "Removed", sign: "−", tone: "bad" },
  changed: { words: "Changed", sign: "~", tone: "warn" },
  moved: { words: "Moved", sign: "↕", tone: "neutral" },
};

/** The differences in plain words. */
export function ChangeList({ changes }: { changes: readonly ChangeView[] }) {
  if (changes.length === 0) return <p className="text-ink-faint">Only the writing differs: what they do is the same.</p>;
  return (
    <ul className="overflow-hidden rounded-xl border border-line bg-surface">
      {changes.map((change, index) => (
        <li key={index} className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-baseline gap-3 border-b border-line px-3.5 py-2 last:border-b-0">
          <span><StateBadge state={KINDS[change.kind]} /></span>
          <div className="min-w-0">
            <p className="break-words">{change.text}</p>
            <p className="font-mono text-2xs break-all text-ink-faint">{change.pointer}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
