import type { LevelName } from "../../../../../src/shapes/policy.ts";
import type { Tone } from "../../../ui/badge.tsx";
import { heightOf, levelWords } from "../policy-words.ts";

const INKS: Record<Tone, string> = { neutral: "text-ink-soft", accent: "text-accent-ink", good: "text-good", warn: "text-warn", bad: "text-bad" };
const STEPS = [0, 1, 2, 3];

/** Four rising bars, filled as far as the AI may go; a cross where it may not. */
export function LevelSign({ level }: { level: LevelName }) {
  const height = heightOf(level);
  return (
    <svg aria-hidden="true" viewBox="0 0 16 12" className={`h-3 w-4 shrink-0 ${INKS[levelWords(level).tone]}`}>
      {height === 0
        ? <path d="m4 2 8 8M12 2 4 10" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
        : STEPS.map((step) => <rect key={step} x={step * 4 + 0.5} y={8.5 - step * 2.7} width="3" height={3.5 + step * 2.7} rx="0.8" fill="currentColor" opacity={step < height ? 1 : 0.22} />)}
    </svg>
  );
}

const SOFT: Record<Tone, string> = { neutral: "bg-sunken text-ink-soft", accent: "bg-accent-soft text-accent-ink", good: "bg-good-soft text-good", warn: "bg-warn-soft text-warn", bad: "bg-bad-soft text-bad" };

/** A level by sign, words and colour. `words` stand in for its name. */
export function LevelBadge({ level, words = levelWords(level).words }: { level: LevelName; words?: string }) {
  return <span className={`inline-flex h-5 items-center gap-1.5 rounded-md px-1.5 text-2xs font-medium whitespace-nowrap ${SOFT[levelWords(level).tone]}`}><LevelSign level={level} />{words}</span>;
}
