import { useId, useState, type ReactNode } from "react";
import type { ToolView } from "../../../../src/shapes/tool.ts";
import { formatAgo, formatDuration, formatFull } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { ChevronIcon } from "../../ui/icons.tsx";
import { StateBadge } from "../../ui/state-badge.tsx";
import { RISKS } from "../observe/turn-words.ts";
import { sayIdempotency, sayToolHealth } from "./tool-words.ts";
import { Figure } from "../../ui/wide-table.tsx";

/** One tool as a line of the table; it opens to what it takes and what keeps it safe. */
export function ToolRow({ tool, nowMs }: { tool: ToolView; nowMs: number }) {
  const [isOpen, setIsOpen] = useState(false);
  const detailsId = useId();
  const risk = RISKS[tool.risk];
  const { stats } = tool;
  return (
    <>
      <tr className="relative border-b border-line last:border-b-0 hover:bg-sunken/60">
        <th scope="row" className="max-w-96 py-2.5 pr-3 pl-4 font-normal">
          <button type="button" data-list-item aria-expanded={isOpen} aria-controls={detailsId} onClick={() => setIsOpen(!isOpen)}
            className="flex items-center gap-1.5 text-left font-mono text-xs font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">
            <ChevronIcon className={`size-3 text-ink-faint transition-transform ${isOpen ? "rotate-90" : ""}`} />{tool.name}
          </button>
          <p className="line-clamp-2 pl-4.5 text-xs break-words text-ink-faint md:line-clamp-1">{tool.purpose}</p>
        </th>
        <td className="px-3"><StateBadge state={sayToolHealth(tool)} /></td>
        <td className="hidden px-3 md:table-cell"><Badge tone={risk.tone}>{risk.words}</Badge></td>
        <td className="hidden px-3 text-xs whitespace-nowrap text-ink-soft md:table-cell">{tool.system}</td>
        <Figure>{stats.calls.toLocaleString("en")}</Figure>
        <Figure isBad={stats.failed > 0}>{stats.failed.toLocaleString("en")}</Figure>
        <Figure>{stats.p50Us === null ? "–" : formatDuration(stats.p50Us)}</Figure>
      </tr>
      {isOpen && (
        <tr id={detailsId} className="border-b border-line bg-sunken/40 last:border-b-0">
          <td colSpan={7} className="px-4 py-3 pl-8.5"><Details tool={tool} nowMs={nowMs} /></td>
        </tr>
      )}
    </>
  );
}

function Details({ tool, nowMs }: { tool: ToolView; nowMs: number }) {
  const { stats } = tool;
  const bound = Object.entries(tool.bound);
  return (
    <dl className="grid max-w-3xl grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-xs">
      <Fact name="Takes">
        {tool.arguments.length === 0 ? "nothing" : <ul>{tool.arguments.map((each) => <li key={each.name}><code className="font-mono text-2xs">{each.name}</code>{each.isRequired ? "" : " (optional)"}{each.description === null ? "" : `: ${each.description}`}</li>)}</ul>}
      </Fact>
      {bound.length > 0 && <Fact name="Set by the server">{bound.map(([name, source]) => `${name} from ${source}`).join(", ")}</Fact>}
      <Fact name="For whom">{tool.needsVerifiedContact ? "Contacts who have signed in" : "Everybody"}</Fact>
      <Fact name="Safe to repeat">{sayIdempotency(tool.idempotency)}</Fact>
      <Fact name="May receive">{tool.accepts.length === 0 ? "No personal data" : `${tool.accepts.join(", ")} data`}</Fact>
      <Fact name="Time">{`${tool.timeoutMs / 1_000} s for an attempt`}{stats.p95Us === null ? "" : `; 95 of 100 take less than ${formatDuration(stats.p95Us)}`}</Fact>
      {tool.rateLimit !== null && <Fact name="Limit">{tool.rateLimit}</Fact>}
      {tool.undo !== null && <Fact name="Taken back by"><code className="font-mono text-2xs">{tool.undo}</code></Fact>}
      {tool.fallback !== null && <Fact name="When it is away">{tool.fallback}</Fact>}
      {stats.denied > 0 && <Fact name="Denied by policy">{stats.denied.toLocaleString("en")}</Fact>}
      {stats.lastFailure !== null && <Fact name="Last failure"><time dateTime={stats.lastFailure.at} title={formatFull(stats.lastFailure.at)}>{formatAgo(stats.lastFailure.at, nowMs)}</time>: {stats.lastFailure.reason}</Fact>}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 break-words text-ink-soft">{children}</dd>
    </>
  );
}
