import type { RouterReport } from "../../../../src/shapes/routing.ts";
import { formatCost, sayShare } from "../../lib/format.ts";
import { scaleOf } from "./routes-words.ts";

const WIDTH = 640;
const HEIGHT = 260;

/** Cost against quality: the models alone, what the router could be set to, and what it is set to. The table beside it says the same in words. */
export function RoutesChart({ report }: { report: RouterReport }) {
  const { models, points, chosen, best, floor, total } = report;
  const { place, costs, qualities } = scaleOf(report, WIDTH, HEIGHT);
  const bestQuality = models.find(({ name }) => name === best)?.quality ?? 0;
  const floorY = place(0, floor * bestQuality).y;
  const path = points.toSorted((one, other) => one.microUsd - other.microUsd).map(({ microUsd, quality }) => { const { x, y } = place(microUsd, quality); return `${x},${y}`; }).join(" ");
  const at = chosen === null ? null : place(total.microUsd, total.quality);
  return (
    <figure className="max-w-3xl">
      <div className="flex gap-2">
        <div className="flex flex-col justify-between text-2xs whitespace-nowrap text-ink-faint tabular-nums"><span>{sayShare(Math.min(1, qualities[1]))}</span><span>{sayShare(Math.max(0, qualities[0]))}</span></div>
        <svg role="img" aria-label={sayChart(report)} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="w-full rounded-md border border-line bg-canvas">
          <line x1="0" x2={WIDTH} y1={floorY} y2={floorY} strokeDasharray="5 5" className="stroke-warn" />
          <polyline points={path} fill="none" strokeWidth="2" className="stroke-accent" />
          {points.map(({ tolerance, microUsd, quality, lower }) => {
            const { x, y } = place(microUsd, quality);
            return <g key={tolerance}><line x1={x} x2={x} y1={y} y2={place(microUsd, lower).y} className="stroke-line-strong" /><circle cx={x} cy={y} r="3.5" className="fill-accent" /></g>;
          })}
          {models.map(({ name, microUsd, quality }) => {
            const { x, y } = place(microUsd, quality);
            return <g key={name}><rect x={x - 5} y={y - 5} width="10" height="10" rx="2" className="fill-ink" /><text x={x > WIDTH / 2 ? x - 10 : x + 10} y={y + 16} textAnchor={x > WIDTH / 2 ? "end" : "start"} className="fill-ink-soft text-xs">{name}</text></g>;
          })}
          {at !== null && <circle cx={at.x} cy={at.y} r="9" fill="none" strokeWidth="3" className="stroke-good" />}
        </svg>
      </div>
      <div className="mt-1 flex justify-between pl-12 text-2xs text-ink-faint tabular-nums"><span>{formatCost(Math.max(0, costs[0]) * 1_000)}</span><span>cost of 1,000 prompts</span><span>{formatCost(costs[1] * 1_000)}</span></div>
      <figcaption className="mt-2 text-xs text-ink-soft">Squares are models alone; dots are settings of the router, each with what it reaches with 95 % certainty below it. The dashed line is the floor{at === null ? "; no setting is proven to keep it." : ", the ring what the chosen setting comes to where it is proven."}</figcaption>
      <ul aria-label="Models alone" className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-soft">
        {models.map(({ name, quality, microUsd }) => <li key={name}><span className="font-medium text-ink">{name}</span> {sayShare(quality)} at {formatCost(microUsd * 1_000)}</li>)}
      </ul>
    </figure>
  );
}

function sayChart({ models, total, chosen, best }: RouterReport): string {
  const alone = models.map(({ name, quality, microUsd }) => `${name} ${sayShare(quality)} at ${formatCost(microUsd * 1_000)}`).join(", ");
  return `Quality against cost of 1,000 prompts: ${alone}; ${chosen === null ? `all goes to ${best}` : `the router ${sayShare(total.quality)} at ${formatCost(total.microUsd * 1_000)}`}`;
}
