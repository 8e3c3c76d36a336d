import type { RouterReport, RouterRow } from "../../../../src/shapes/routing.ts";
import { formatCost, sayShare } from "../../lib/format.ts";

const HEADS = ["Cases", "Cheaper", "Cost of 1,000", "Best model's", "Quality", "At least", "Best model's"] as const;

/** Share, cost and quality beside the best single model: in all, by language, by intent. */
export function RoutesTable({ report: { total, languages, intents } }: { report: RouterReport }) {
  return (
    <div className="overflow-x-auto rounded-md focus-visible:outline-2 focus-visible:outline-accent-ink" tabIndex={0} role="region" aria-label="Share, cost and quality">
      <table className="w-full min-w-[42rem] text-sm tabular-nums">
        <thead>
          <tr className="border-b border-line text-left text-xs text-ink-faint">
            <th scope="col" className="py-1.5 pr-3 font-medium">Requests</th>
            {HEADS.map((head, place) => <th key={`${head} ${place}`} scope="col" className="px-2 py-1.5 text-right font-medium">{head}</th>)}
          </tr>
        </thead>
        <tbody>
          <Line name="All" row={total} />
          {languages.map((row) => <Line key={`language ${row.name}`} name={`Language ${row.name}`} row={row} />)}
          {intents.map((row) => <Line key={`intent ${row.name}`} name={`Intent ${row.name}`} row={row} />)}
        </tbody>
      </table>
    </div>
  );
}

function Line({ name, row }: { name: string; row: RouterRow }) {
  const cells = [row.cases.toLocaleString("en"), sayShare(row.share), formatCost(row.microUsd * 1_000), formatCost(row.bestMicroUsd * 1_000), sayShare(row.quality), sayShare(row.lower), sayShare(row.bestQuality)];
  return (
    <tr className="border-b border-line last:border-0">
      <th scope="row" className="py-1.5 pr-3 text-left font-normal break-words">{name}{row.isOpen ? "" : <span className="block text-2xs text-warn">Not proven: best model only</span>}</th>
      {cells.map((cell, place) => <td key={HEADS[place] === undefined ? place : `${HEADS[place]} ${place}`} className="px-2 py-1.5 text-right">{cell}</td>)}
    </tr>
  );
}
