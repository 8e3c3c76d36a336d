import type { CostView } from "../../../../src/shapes/cost.ts";

/** `name` null: all that are not shown by themselves. */
export type Layer = { name: string | null; perDay: readonly number[] };

/** The dearest as layers of their own, `most` in all, the rest together; what cost nothing is left out. `highest`: the dearest day, never 0. */
export function stackDays(series: CostView["byModel"], most: number): { layers: Layer[]; highest: number } {
  const costly = series.filter((each) => each.microUsd > 0);
  const own = costly.length > most ? costly.slice(0, most - 1) : costly;
  const rest = costly.slice(own.length);
  const days = series[0]?.perDay.length ?? 0;
  const others: Layer[] = rest.length === 0 ? [] : [{ name: null, perDay: Array.from({ length: days }, (_, day) => rest.reduce((sum, each) => sum + (each.perDay[day] ?? 0), 0)) }];
  const layers = [...own.map(({ name, perDay }): Layer => ({ name, perDay })), ...others];
  const highest = Math.max(1, ...Array.from({ length: days }, (_, day) => layers.reduce((sum, layer) => sum + (layer.perDay[day] ?? 0), 0)));
  return { layers, highest };
}
