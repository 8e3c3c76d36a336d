import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";
import type { AutonomyLadderView, AutonomyRuleView, LevelName } from "../../../../../src/shapes/policy.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Button } from "../../../ui/button.tsx";
import { Section } from "../../../ui/section.tsx";
import { Sheet } from "../../../ui/sheet.tsx";
import { heightOf, LEVELS, levelWords, sayCase } from "../policy-words.ts";
import { autonomyQuery, setLevel } from "../policy-queries.ts";
import { LevelBadge } from "./level-sign.tsx";
import { OverrideMeter, sayMeasure } from "./override-meter.tsx";
import { LastMove } from "./rule-list.tsx";

type RuleSheetProps = { rule: AutonomyRuleView; ladder: AutonomyLadderView; mayChange: boolean; nowMs: number; onClose: () => void };

/** One rule: where it counts, what moved it, and its level by hand. */
export function RuleSheet({ rule, ladder, mayChange, nowMs, onClose }: RuleSheetProps) {
  const lowestClosed = ladder.closed.toSorted((left, right) => heightOf(left.rung) - heightOf(right.rung))[0];
  const isHeld = lowestClosed !== undefined && heightOf(rule.level) >= heightOf(lowestClosed.rung);
  return (
    <Sheet title={rule.name} note={sayCase(rule)} onClose={onClose}>
      <Section title="Level now">
        <div className="flex flex-wrap items-center gap-2"><LevelBadge level={rule.level} /><span className="text-xs text-ink-soft">{levelWords(rule.level).note}</span></div>
        {isHeld && <p className="mt-2 rounded-lg bg-bad-soft px-3 py-2 text-xs text-bad">It is held lower for now: the rung “{levelWords(lowestClosed.rung).words}” is closed.</p>}
        {rule.level === "act_with_approval" && <p className="mt-2 text-xs text-ink-faint">Asked: {ladder.approval}.</p>}
      </Section>
      <Section title="What moved it">
        <p className="break-words text-ink-soft"><LastMove rule={rule} nowMs={nowMs} /></p>
        <p className="mt-1 text-xs text-ink-faint">baton.yaml says {levelWords(rule.declared).words}{rule.range === null ? "" : `; measurements may move it between ${levelWords(rule.range.lowest).words} and ${levelWords(rule.range.highest).words}`}.</p>
      </Section>
      <Section title="Overridden by people">
        <OverrideMeter rule={rule} measure={ladder.measure} />
        <p className="mt-1.5 text-xs text-ink-faint">{sayMeasure({ rule, measure: ladder.measure })}</p>
      </Section>
      {mayChange ? <Section title="Set its level by hand"><LevelForm rule={rule} /></Section> : <Section title="Its level"><p className="text-xs text-ink-faint">Admins set it here.</p></Section>}
    </Sheet>
  );
}

function LevelForm({ rule }: { rule: AutonomyRuleView }) {
  const queryClient = useQueryClient();
  const [level, setChosen] = useState<LevelName>(rule.level);
  const [reason, setReason] = useState("");
  const reasonId = useId();
  const setting = useMutation({
    mutationFn: () => setLevel(rule.name, { level, reason: reason.trim() }),
    onSuccess: (ladder) => {
      queryClient.setQueryData(autonomyQuery.queryKey, ladder);
      setReason("");
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setting.mutate();
  };
  return (
    <form onSubmit={submit}>
      <fieldset className="flex flex-col gap-1">
        <legend className="sr-only">Level</legend>
        {LEVELS.toReversed().map((each) => (
          <label key={each.level} className="grid cursor-pointer grid-cols-[auto_minmax(0,1fr)] items-start gap-x-2.5 rounded-lg border border-line px-3 py-2 has-checked:border-accent-ink has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent-ink">
            <input type="radio" name="level" value={each.level} checked={level === each.level} onChange={() => setChosen(each.level)} className="mt-0.5 accent-accent" />
            <span className="font-medium">{each.words}</span>
            <span className="col-start-2 text-xs text-ink-soft">{each.note}</span>
          </label>
        ))}
      </fieldset>
      <label htmlFor={reasonId} className="mt-3 mb-1 block text-xs text-ink-faint">Why? (goes into the ledger)</label>
      <input id={reasonId} value={reason} required maxLength={500} onChange={(event) => setReason(event.target.value)} className="h-9 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm" />
      <Button type="submit" tone="primary" className="mt-3" isBusy={setting.isPending} disabled={level === rule.level || reason.trim() === ""}>Set the level</Button>
      <p role="status" className="mt-2 text-xs text-good empty:hidden">{setting.isSuccess && level === rule.level ? "✓ Set. Running processes follow within a second." : ""}</p>
      {setting.isError && <p role="alert" className="mt-2 rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(setting.error)}</p>}
    </form>
  );
}
