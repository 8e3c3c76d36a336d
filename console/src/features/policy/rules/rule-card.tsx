import { useEffect, useId, useRef, useState } from "react";
import type { PolicyRuleView } from "../../../../../src/shapes/policy.ts";
import { formatCount } from "../../../lib/format.ts";
import { ChevronIcon } from "../../../ui/icons.tsx";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { sayHead, sayRuleEffect } from "../policy-words.ts";
import { CedarText } from "./cedar-text.tsx";

/** `isChosen`: the address names it, so it is open and in sight. */
type RuleCardProps = { rule: PolicyRuleView; hours: number; isChosen: boolean };

/** One policy in plain words; it opens to its text. */
export function RuleCard({ rule, hours, isChosen }: RuleCardProps) {
  const [isOpen, setIsOpen] = useState(isChosen);
  const item = useRef<HTMLLIElement>(null);
  const detailsId = useId();
  useEffect(() => {
    if (!isChosen) return;
    setIsOpen(true);
    item.current?.scrollIntoView({ block: "center" });
  }, [isChosen]);
  return (
    <li ref={item} className="border-b border-line last:border-b-0">
      <div className="relative grid grid-cols-1 gap-x-4 gap-y-1.5 px-4 py-3 hover:bg-sunken/60 md:grid-cols-[minmax(0,1fr)_auto] md:items-start">
        <div className="min-w-0">
          <p className="break-words">{rule.reason ?? <span className="text-ink-faint">No reason is given: add @reason("…") to it.</span>}</p>
          <p className="mt-0.5 text-xs break-words text-ink-soft">{sayHead(rule)}{rule.isConditional ? ", under conditions" : ""}{rule.approval === null ? "" : `; asked: ${rule.approval}`}</p>
          <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-0.5 text-2xs text-ink-faint">
            <button type="button" data-list-item aria-expanded={isOpen} aria-controls={detailsId} onClick={() => setIsOpen(!isOpen)}
              className="flex items-center gap-1 font-mono text-2xs text-ink-soft after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">
              <ChevronIcon className={`size-3 transition-transform ${isOpen ? "rotate-90" : ""}`} />{rule.id}
            </button>
            <span className="font-mono break-all">{rule.file}:{rule.line}</span>
            {rule.decided !== null && <span className="tabular-nums">decided {formatCount(rule.decided, "call", "calls")} in {hours} h</span>}
          </p>
        </div>
        <span className="max-md:order-first"><StateBadge state={sayRuleEffect(rule)} /></span>
      </div>
      {isOpen && <div id={detailsId} className="px-4 pb-3.5"><CedarText text={rule.text} label={`The text of ${rule.id}`} /></div>}
    </li>
  );
}
