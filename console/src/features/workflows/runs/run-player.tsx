import { useEffect, useState } from "react";
import { formatDuration, sayCode } from "../../../lib/format.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { BackIcon, PauseIcon, PlayIcon } from "../../../ui/icons.tsx";
import type { RunStep } from "./run-steps.ts";

const STEP_MS = 900;

/** `onStep(null)`: follow the newest step. */
type RunPlayerProps = { steps: readonly RunStep[]; number: number; onStep: (number: number | null) => void; isOpen: boolean };

/** Walks through a run: a slider over its steps, back and on, and play. */
export function RunPlayer({ steps, number, onStep, isOpen }: RunPlayerProps) {
  const [isPlaying, setIsPlaying] = useState(false);
  const current = steps[number - 1];
  const isLast = number >= steps.length;

  useEffect(() => {
    if (!isPlaying) return;
    const timer = window.setTimeout(() => (isLast ? setIsPlaying(false) : onStep(number + 1)), isLast ? 0 : STEP_MS);
    return () => window.clearTimeout(timer);
  }, [isPlaying, isLast, number, onStep]);

  const play = (): void => {
    if (!isPlaying && isLast) onStep(1);
    setIsPlaying(!isPlaying);
  };
  const goTo = (wanted: number): void => {
    setIsPlaying(false);
    onStep(wanted);
  };
  if (steps.length === 0 || current === undefined) return <p className="border-t border-line bg-surface px-4 py-3 text-xs text-ink-faint">No task has begun yet.</p>;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line bg-surface px-4 py-2">
      <div className="flex items-center gap-0.5">
        <IconButton label="Step back" disabled={number <= 1} onClick={() => goTo(number - 1)}><BackIcon /></IconButton>
        <IconButton label={isPlaying ? "Pause" : "Play the run"} onClick={play} className="bg-accent-soft text-accent-ink">{isPlaying ? <PauseIcon /> : <PlayIcon />}</IconButton>
        <IconButton label="Step on" disabled={isLast} onClick={() => goTo(number + 1)}><BackIcon className="size-4 rotate-180" /></IconButton>
      </div>
      <input type="range" aria-label="Step of the run" aria-valuetext={`Step ${number} of ${steps.length}: ${sayCode(current.name)}`} min={1} max={steps.length} value={number} onChange={(event) => goTo(Number(event.target.value))} className="min-w-32 flex-1 accent-accent" />
      <p aria-live="polite" className="min-w-40 text-xs text-ink-soft tabular-nums">
        <span className="text-ink-faint">Step {number} of {steps.length}: </span>{sayCode(current.name)}<span className="text-ink-faint"> at {formatDuration(current.offsetUs)}</span>
      </p>
      {isOpen && !isLast && <Button size="small" tone="quiet" onClick={() => onStep(null)}>To now</Button>}
    </div>
  );
}
