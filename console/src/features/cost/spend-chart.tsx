import { useState } from "react";
import type { CostView } from "../../../../src/shapes/cost.ts";
import { sayUsd } from "./cost-words.ts";
import { stackDays } from "./stack-days.ts";

type SpendChartProps = { days: readonly string[]; series: CostView["byModel"]; say: (name: string) => string };

const FILLS = ["fill-accent", "fill-good", "fill-warn", "fill-bad", "fill-ink-faint", "fill-line-strong"] as const;
const HEIGHT = 100;
const dayText = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", timeZone: "UTC" });

/** What was spent each day, as stacked bars; the pointer or the arrow keys read one day. */
export function SpendChart({ days, series, say }: SpendChartProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const { layers, highest } = stackDays(series, FILLS.length);
  const read = chosen ?? days.length - 1;
  const width = days.length * 10;
  const step = (by: number) => setChosen(Math.min(days.length - 1, Math.max(0, read + by)));
  return (
    <div>
      <div role="slider" tabIndex={0} aria-label="Day" aria-valuemin={0} aria-valuemax={days.length - 1} aria-valuenow={read} aria-valuetext={`${sayDay(days[read])}: ${sayUsd(sumAt(layers, read))}`}
        onKeyDown={(event) => {
          if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
          event.preventDefault();
          step(event.key === "ArrowLeft" ? -1 : 1);
        }}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setChosen(Math.min(days.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * days.length))));
        }}
        onPointerLeave={() => setChosen(null)} className="rounded-md focus-visible:outline-2 focus-visible:outline-accent-ink">
        <svg aria-hidden="true" viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" className="h-40 w-full">
          {chosen !== null && <rect x={chosen * 10} width="10" height={HEIGHT} className="fill-sunken" />}
          {days.map((day, place) => layers.map((layer, at) => {
            const height = (layer.perDay[place] ?? 0) * (HEIGHT / highest);
            const below = layers.slice(0, at).reduce((sum, each) => sum + (each.perDay[place] ?? 0), 0) * (HEIGHT / highest);
            return height > 0 ? <rect key={`${day} ${layer.name ?? ""}`} x={place * 10 + 1.5} y={HEIGHT - below - height} width="7" height={height} className={FILLS[at]} /> : null;
          }))}
        </svg>
      </div>
      <div className="mt-1 flex justify-between border-t border-line pt-1 text-2xs text-ink-faint tabular-nums"><span>{sayDay(days[0])}</span><span>{sayDay(days.at(-1))}</span></div>
      <p className="mt-3 text-xs text-ink-soft"><span className="font-medium text-ink">{sayDay(days[read])}</span>: {sayUsd(sumAt(layers, read))}</p>
      <ul aria-label="What the colours stand for" className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-soft">
        {layers.map((layer, at) => (
          <li key={layer.name ?? ""} className="flex items-center gap-1.5">
            <svg aria-hidden="true" viewBox="0 0 8 8" className="size-2"><rect width="8" height="8" rx="2" className={FILLS[at]} /></svg>
            <span className="break-all">{layer.name === null ? "Others" : say(layer.name)}</span> <span className="text-ink-faint tabular-nums">{sayUsd(layer.perDay[read] ?? 0)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function sumAt(layers: readonly { perDay: readonly number[] }[], place: number): number {
  return layers.reduce((sum, layer) => sum + (layer.perDay[place] ?? 0), 0);
}

function sayDay(day: string | undefined): string {
  return day === undefined ? "" : dayText.format(new Date(`${day}T00:00:00Z`));
}
