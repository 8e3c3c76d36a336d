import { useState } from "react";
import type { ReactNode } from "react";
import type { AutonomyLadderView } from "../../../../../src/shapes/policy.ts";
import { levelWords } from "../policy-words.ts";
import { LadderPicture } from "./ladder-picture.tsx";
import { RuleList } from "./rule-list.tsx";
import { RuleSheet } from "./rule-sheet.tsx";
import { RungList } from "./rung-list.tsx";

type LadderTabProps = { ladder: AutonomyLadderView; mayChange: boolean; nowMs: number };

/** How far the AI goes by itself where policies allow it: now, why, and the switches. */
export function LadderTab({ ladder, mayChange, nowMs }: LadderTabProps) {
  const [openName, setOpenName] = useState<string | null>(null);
  const open = ladder.rules.find((rule) => rule.name === openName);
  return (
    <div className="flex flex-col gap-6">
      <Block title="How far the AI may go now" note="For calls that policies allow. The first rule that fits counts.">
        <LadderPicture ladder={ladder} onOpen={setOpenName} />
      </Block>
      <Block title="Rules" note={`In the order they count. Where none fits: ${levelWords(ladder.level).words}.`}>
        {ladder.rules.length === 0 ? <NoRules /> : <RuleList ladder={ladder} nowMs={nowMs} onOpen={setOpenName} />}
      </Block>
      <Block title="Kill switches" note={mayChange ? "Closing a rung closes those above it, within a second." : "Admins close and open rungs."}>
        <RungList ladder={ladder} mayChange={mayChange} nowMs={nowMs} />
      </Block>
      {open !== undefined && <RuleSheet rule={open} ladder={ladder} mayChange={mayChange} nowMs={nowMs} onClose={() => setOpenName(null)} />}
    </div>
  );
}

function Block({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="font-semibold">{title}</h2>
      <p className="mb-2 text-xs text-ink-faint">{note}</p>
      {children}
    </section>
  );
}

const EXAMPLE = `autonomy:
  level: act
  rules:
    - { name: money, risks: [money, irreversible], level: draft }`;

function NoRules() {
  return (
    <div className="rounded-xl border border-line bg-surface px-4 py-3">
      <p className="text-ink-soft">There are no rules yet, so policies alone decide. To hold the AI back by intent, channel, risk or amount, write rules into <code className="rounded bg-sunken px-1 py-0.5 font-mono text-2xs">baton.yaml</code>:</p>
      <pre tabIndex={0} role="region" aria-label="An example of rules" className="mt-2 overflow-x-auto rounded-lg bg-sunken px-3 py-2 font-mono text-2xs text-ink-soft">{EXAMPLE}</pre>
    </div>
  );
}
