import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { LedgerEntryView } from "../../../../src/shapes/privacy.ts";
import { formatFull } from "../../lib/format.ts";
import { ChevronIcon } from "../../ui/icons.tsx";
import { KeyValues } from "../../ui/key-values.tsx";
import { Actor } from "../identity/actor.tsx";


/** One entry as a line; opens to its body and its whole hash. */
export function LedgerRow({ entry }: { entry: LedgerEntryView }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li className="border-b border-line last:border-b-0">
      <button
        type="button"
        data-list-item
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="grid w-full grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 px-3.5 py-2 text-left outline-offset-[-2px] hover:bg-sunken sm:grid-cols-[auto_3rem_minmax(0,1fr)_minmax(0,9rem)_10.5rem_5rem]"
      >
        <ChevronIcon className={`size-3 text-ink-faint transition-transform ${isOpen ? "rotate-90" : ""}`} />
        <span className="hidden text-right text-xs text-ink-faint tabular-nums sm:inline">{entry.seq ?? "–"}</span>
        <span className="truncate font-medium">{entry.kind}</span>
        <span className="order-last col-start-2 truncate text-xs text-ink-soft sm:order-none sm:col-start-auto"><Actor id={entry.actor} /></span>
        <time dateTime={entry.at} className="order-last text-right text-xs text-ink-faint tabular-nums sm:order-none">{formatFull(entry.at)}</time>
        <span className="text-right font-mono text-2xs text-ink-faint">{entry.hash === null ? "not sealed" : entry.hash.slice(0, 8)}</span>
      </button>
      {isOpen && <EntryDetail entry={entry} />}
    </li>
  );
}

function EntryDetail({ entry }: { entry: LedgerEntryView }) {
  return (
    <div className="border-t border-line bg-canvas px-4 py-3 sm:pl-9">
      <p className="mb-2 flex flex-wrap gap-x-4 text-xs text-ink-faint">
        <span>Actor <span className="font-mono text-2xs break-all">{entry.actor}</span></span>
        <span>Subject <Subject id={entry.subjectId} /></span>
        {entry.caseId !== null && entry.caseId !== entry.subjectId && <span>Case <Subject id={entry.caseId} /></span>}
      </p>
      <KeyValues values={entry.body} isCode />
      {entry.hash !== null && <p className="mt-3 font-mono text-2xs break-all text-ink-faint">{entry.hash}</p>}
    </div>
  );
}

function Subject({ id }: { id: string }) {
  const style = "font-mono text-2xs text-accent-ink underline underline-offset-2 break-all";
  if (id.startsWith("conv_")) return <Link to="/conversations/$conversationId" params={{ conversationId: id }} className={style}>{id}</Link>;
  if (id.startsWith("turn_")) return <Link to="/turns/$turnId" params={{ turnId: id }} className={style}>{id}</Link>;
  if (id.startsWith("case_")) return <Link to="/ledger/cases/$caseId" params={{ caseId: id }} className={style}>{id}</Link>;
  return <span className="font-mono text-2xs break-all">{id}</span>;
}
