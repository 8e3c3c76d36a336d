import type { AutonomyLadderView, AutonomyRuleView } from "../../../../../src/shapes/policy.ts";
import { sayOverrides, sayRate } from "../policy-words.ts";

type OverrideMeterProps = { rule: AutonomyRuleView; measure: AutonomyLadderView["measure"] };

/** The share of outcomes that people overrode, between where the rule goes up (left mark) and down (right mark). */
export function OverrideMeter({ rule, measure }: OverrideMeterProps) {
  const words = sayOverrides(rule);
  const full = Math.max(measure.demoteAbove * 2, 0.01);
  const at = (rate: number): number => Math.min(100, (100 * rate) / full);
  const rate = words === null ? 0 : rule.overridden / rule.outcomes;
  const ink = rate > measure.demoteAbove ? "text-bad" : rate <= measure.promoteAtMost ? "text-good" : "text-warn";
  return (
    <div className="min-w-0">
      <p className="text-xs text-ink-soft tabular-nums">{words === null ? (rule.since === null ? "Nothing measured yet" : "Nothing measured since its last change") : `${words} overridden`}</p>
      <svg aria-hidden="true" viewBox="0 0 100 6" preserveAspectRatio="none" className={`mt-1 h-1.5 w-full max-w-40 ${ink}`}>
        <rect width="100" height="6" rx="2" className="fill-sunken" />
        <rect width={at(rate)} height="6" fill="currentColor" />
        {rule.range !== null && [measure.promoteAtMost, measure.demoteAbove].map((mark) => <rect key={mark} x={Math.max(0, at(mark) - 0.5)} width="1" height="6" className="fill-ink-faint" />)}
      </svg>
    </div>
  );
}

/** What the measure does with this rule, in a sentence. */
export function sayMeasure({ rule, measure }: OverrideMeterProps): string {
  if (rule.range === null) return "Only people move it: baton.yaml gives it no lowest and highest level.";
  const missing = Math.max(0, measure.minimum - rule.outcomes);
  return `Of its latest ${measure.window} outcomes, at most ${sayRate(measure.promoteAtMost)} overridden takes it one rung up, more than ${sayRate(measure.demoteAbove)} one down.${missing > 0 ? ` ${missing} more outcomes are needed first.` : ""}`;
}
