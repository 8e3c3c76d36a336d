import { useState } from "react";
import type { IntentReport } from "../../../../src/shapes/understanding.ts";
import { sayShare } from "../../lib/format.ts";
import { matrixOf, sayIntent } from "./understanding-words.ts";

type Chosen = { intent: string; readAs: string };

/** Rows: what an example means; columns, by number: what it was read as. A cell opens the examples that were read wrongly. */
export function ConfusionMatrix({ report }: { report: IntentReport }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const rows = matrixOf(report);
  const columns = rows[0]?.cells.map(({ readAs }) => readAs) ?? [];
  return (
    <>
      <div tabIndex={0} role="region" aria-label="Confusion matrix" className="relative overflow-x-auto rounded-xl border border-line bg-surface">
        <table className="min-w-full text-left text-2xs tabular-nums">
          <thead>
            <tr className="border-b border-line text-ink-faint">
              <th scope="col" className="sticky left-0 bg-surface px-3 py-2 font-medium whitespace-nowrap">Means (row), read as (column)</th>
              {columns.map((name, place) => <th key={name} scope="col" title={sayIntent(name)} className="px-1 py-2 text-center font-medium"><span aria-hidden="true">{place + 1}</span><span className="sr-only">{sayIntent(name)}</span></th>)}
              <th scope="col" title="Of its examples, how many were read as it" className="px-3 py-2 text-right font-medium">Found</th>
              <th scope="col" title="Of what was read as it, how much was meant" className="px-3 py-2 text-right font-medium">Right</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, place) => {
              const figures = report.intents.find(({ name }) => name === row.intent);
              return (
                <tr key={row.intent} className="border-b border-line last:border-b-0">
                  <th scope="row" className="sticky left-0 bg-surface px-3 py-1 font-normal whitespace-nowrap text-ink"><span className="inline-block w-6 text-ink-faint">{place + 1}</span>{sayIntent(row.intent)}</th>
                  {row.cells.map((cell) => <Cell key={cell.readAs} intent={row.intent} readAs={cell.readAs} count={cell.count} share={cell.share} onOpen={setChosen} />)}
                  <td className="px-3 text-right text-ink-soft">{sayShare(figures?.recall ?? null)}</td>
                  <td className="px-3 text-right text-ink-soft">{sayShare(figures?.precision ?? null)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {chosen !== null && <Mistakes report={report} chosen={chosen} />}
    </>
  );
}

function Cell({ intent, readAs, count, share, onOpen }: Chosen & { count: number; share: number; onOpen: (chosen: Chosen) => void }) {
  if (count === 0) return <td className="px-1 text-center text-ink-faint/0">0</td>;
  const isRight = intent === readAs;
  if (isRight) return <td className="px-1 text-center"><span className={`inline-flex h-6 min-w-6 items-center justify-center rounded px-1 ${share >= 0.8 ? "bg-good-soft text-good" : "bg-warn-soft text-warn"}`}>{count}</span></td>;
  return (
    <td className="px-1 text-center">
      <button type="button" aria-label={`${count} examples of ${sayIntent(intent)} read as ${sayIntent(readAs)}`} title={`${sayIntent(intent)} read as ${sayIntent(readAs)}`} onClick={() => onOpen({ intent, readAs })} className="inline-flex h-6 min-w-6 items-center justify-center rounded bg-bad-soft px-1 text-bad hover:underline">{count}</button>
    </td>
  );
}

function Mistakes({ report, chosen }: { report: IntentReport; chosen: Chosen }) {
  const mistaken = report.mistaken.filter(({ intent, readAs }) => intent === chosen.intent && readAs === chosen.readAs);
  return (
    <div role="status" className="mt-2 rounded-xl border border-line bg-surface px-4 py-3 text-sm">
      <p className="font-medium">{sayIntent(chosen.intent)} read as {sayIntent(chosen.readAs)}</p>
      <ul className="mt-1 list-disc pl-5 text-ink-soft">{mistaken.map(({ text, confidence }) => <li key={text}>{text} <span className="text-2xs text-ink-faint">({sayShare(confidence)} sure)</span></li>)}</ul>
      <p className="mt-2 text-xs text-ink-faint">If these belong together, make one intent of both in intents.yaml; if not, give each more examples of its own words.</p>
    </div>
  );
}
