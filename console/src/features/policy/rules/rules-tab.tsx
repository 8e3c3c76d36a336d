import { useState } from "react";
import type { PoliciesView, PolicyRuleView } from "../../../../../src/shapes/policy.ts";
import { formatCount } from "../../../lib/format.ts";
import { onListArrows, useListShortcuts } from "../../../lib/use-shortcuts.ts";
import { ChoiceFilter, type FilterChoice } from "../../../ui/choice-filter.tsx";
import { EmptyState } from "../../../ui/feedback.tsx";
import { PolicyIcon, SearchIcon } from "../../../ui/icons.tsx";
import { RuleCard } from "./rule-card.tsx";

type Effect = "allows" | "forbids" | "asks";
const CHOICES: readonly FilterChoice<Effect>[] = [{ value: null, label: "All" }, { value: "allows", label: "Allow" }, { value: "forbids", label: "Forbid" }, { value: "asks", label: "Ask people" }];

/** The policies in force, as the files have them. `chosen`: the id that the address names. */
export function RulesTab({ policies, chosen }: { policies: PoliciesView; chosen: string | null }) {
  const [effect, setEffect] = useState<Effect | null>(null);
  const [search, setSearch] = useState("");
  const box = useListShortcuts<HTMLUListElement>();
  if (policies.rules.length === 0) return <NoPolicies />;
  const shown = policies.rules.filter((rule) => (effect === null || effectOf(rule) === effect) && holds(rule, search));
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <input type="search" aria-label="Search the policies" placeholder="Search" value={search} onChange={(event) => setSearch(event.target.value)} className="h-8 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm sm:w-64" />
        <ChoiceFilter legend="What they do" name="policy-effect" className="flex-wrap" choices={CHOICES} chosen={effect} onChoose={setEffect} />
        <p role="status" className="text-xs text-ink-faint">{formatCount(shown.length, "policy", "policies")}, version <span className="font-mono" title={policies.hash}>{policies.hash.slice(0, 8)}</span></p>
      </div>
      {shown.length === 0 && <EmptyState icon={<SearchIcon />} title="No policy says that">Search for a tool, a word of a reason or an id, or choose All.</EmptyState>}
      {shown.length > 0 && (
        <ul ref={box} aria-label="Policies" onKeyDown={onListArrows} className="overflow-hidden rounded-xl border border-line bg-surface">
          {shown.map((rule) => <RuleCard key={rule.id} rule={rule} hours={policies.hours} isChosen={rule.id === chosen} />)}
        </ul>
      )}
    </>
  );
}

function effectOf({ effect, approval }: PolicyRuleView): Effect {
  if (approval !== null) return "asks";
  return effect === "permit" ? "allows" : "forbids";
}

function holds(rule: PolicyRuleView, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return `${rule.id} ${rule.reason ?? ""} ${rule.text}`.toLowerCase().includes(wanted);
}

function NoPolicies() {
  return (
    <EmptyState icon={<PolicyIcon />} title="There are no policies, so nothing is allowed">
      <p>Write one into the folder <code className="rounded bg-sunken px-1 py-0.5 font-mono text-2xs text-ink-soft">policies/</code> of your workspace, and check it by <code className="rounded bg-sunken px-1 py-0.5 font-mono text-2xs text-ink-soft">baton policy check</code>.</p>
    </EmptyState>
  );
}
