import type { AutonomyLadderView, AutonomyRuleView } from "../../../../../src/shapes/policy.ts";
import { formatFull, formatWait } from "../../../lib/format.ts";
import { onListArrows, useListShortcuts } from "../../../lib/use-shortcuts.ts";
import { sayCase, sayMove } from "../policy-words.ts";
import { LevelBadge } from "./level-sign.tsx";
import { MovedBy } from "./moved-by.tsx";
import { OverrideMeter } from "./override-meter.tsx";

type RuleListProps = { ladder: AutonomyLadderView; nowMs: number; onOpen: (rule: string) => void };

/** The rules in the order they count, with what moved each. */
export function RuleList({ ladder, nowMs, onOpen }: RuleListProps) {
  const box = useListShortcuts<HTMLOListElement>();
  return (
    <ol ref={box} aria-label="Rules of the ladder" onKeyDown={onListArrows} className="overflow-hidden rounded-xl border border-line bg-surface">
      {ladder.rules.map((rule, index) => (
        <li key={rule.name} className="relative grid grid-cols-1 gap-x-5 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 hover:bg-sunken/60 md:grid-cols-[minmax(0,2fr)_minmax(8rem,auto)_minmax(10rem,1fr)_minmax(0,1.6fr)] md:items-center">
          <div className="min-w-0">
            <button type="button" data-list-item onClick={() => onOpen(rule.name)}
              className="text-left font-mono text-xs font-medium break-all after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">
              <span className="text-ink-faint">{index + 1}. </span>{rule.name}
            </button>
            <p className="text-xs break-words text-ink-faint">{sayCase(rule)}</p>
          </div>
          <div><LevelBadge level={rule.level} /></div>
          <OverrideMeter rule={rule} measure={ladder.measure} />
          <p className="min-w-0 text-xs break-words text-ink-soft"><LastMove rule={rule} nowMs={nowMs} /></p>
        </li>
      ))}
    </ol>
  );
}

const VERBS = { promoted: "▲ Promoted", demoted: "▼ Demoted", set: "Set" };

/** What put the rule where it is, and when. */
export function LastMove({ rule, nowMs }: { rule: AutonomyRuleView; nowMs: number }) {
  const move = sayMove(rule);
  if (move === null || rule.by === null || rule.since === null) return <span className="text-ink-faint">As baton.yaml has it</span>;
  return <>{VERBS[move]} by <MovedBy by={rule.by} />, <time dateTime={rule.since} title={formatFull(rule.since)}>{formatWait(rule.since, nowMs)} ago</time>: {rule.reason}</>;
}
