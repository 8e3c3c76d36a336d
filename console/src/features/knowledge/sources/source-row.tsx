import { Link } from "@tanstack/react-router";
import type { SourceView } from "../../../../../src/shapes/knowledge.ts";
import { formatAgo, formatFull } from "../../../lib/format.ts";
import { Badge } from "../../../ui/badge.tsx";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { Figure } from "../../../ui/wide-table.tsx";
import { isUnderWay, sayKind, saySchedule, saySource } from "../knowledge-words.ts";
import { SyncProgress } from "./sync-progress.tsx";

/** One source as a line; while it syncs, how far it is. */
export function SourceRow({ source, nowMs }: { source: SourceView; nowMs: number }) {
  const { lastSync, lastOkAt } = source;
  const isBusy = isUnderWay(lastSync);
  return (
    <tr className="relative border-b border-line last:border-b-0 hover:bg-sunken/60">
      <th scope="row" className="max-w-72 py-2.5 pr-3 pl-4 font-normal">
        <Link to="/knowledge/sources/$sourceName" params={{ sourceName: source.id }} data-list-item
          className="font-medium break-all after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">
          {source.id}
        </Link>
        <p className="text-xs text-ink-faint">{sayKind(source.kind)}{source.isDeclared ? ", by the workspace" : ""}</p>
      </th>
      <td className="px-3 py-2 align-middle">
        <span className="flex flex-wrap items-center gap-1.5"><StateBadge state={saySource(source)} />{isBusy && source.isStale && <Badge tone="warn">! Stale</Badge>}</span>
        {isBusy && lastSync !== null && <div className="mt-1.5 w-28 md:w-36"><SyncProgress sync={lastSync} isShort /></div>}
      </td>
      <td className="hidden px-3 text-xs whitespace-nowrap text-ink-soft md:table-cell">{source.isPaused ? "Paused" : saySchedule(source.schedule)}</td>
      <td className="hidden px-3 text-xs whitespace-nowrap text-ink-soft tabular-nums md:table-cell">{lastOkAt === null ? "never" : <time dateTime={lastOkAt} title={formatFull(lastOkAt)}>{formatAgo(lastOkAt, nowMs)}</time>}</td>
      <Figure>{source.documents.toLocaleString("en")}</Figure>
      <Figure>{lastSync === null ? "–" : lastSync.added.toLocaleString("en")}</Figure>
      <Figure>{lastSync === null ? "–" : lastSync.changed.toLocaleString("en")}</Figure>
      <Figure>{lastSync === null ? "–" : lastSync.removed.toLocaleString("en")}</Figure>
      <Figure isBad={source.problems > 0}>{source.problems.toLocaleString("en")}</Figure>
    </tr>
  );
}
