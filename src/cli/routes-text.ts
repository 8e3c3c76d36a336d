import type { RouterReport, RouterRow } from "../shapes/routing.ts";
import { textTable, usdText } from "./text-table.ts";

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/** A router's report: what it would do with the graded prompts beside the best single model, in all, by language and by intent. */
export function reportText(report: RouterReport): string {
  const { models, best, floor, chosen, total, languages, intents, apgr, calibrationError, folds } = report;
  const modelRows = models.toSorted((one, other) => one.microUsd - other.microUsd).map((one) => [one.name, percent(one.quality), usdText(one.microUsd * 1_000), one.name === best ? "best single model" : ""]);
  const figures = ["cases", "cheaper", "USD / 1,000", "best model's", "quality", "at least", "best model's"].map((title) => ({ title, isFigure: true }));
  const rows = [["all", total] as const, ...languages.map((row) => [`language ${row.name}`, row] as const), ...intents.map((row) => [`intent ${row.name}`, row] as const)];
  const saved = total.bestMicroUsd === 0 ? 0 : 1 - total.microUsd / total.bestMicroUsd;
  return [
    textTable([{ title: "model" }, { title: "quality", isFigure: true }, { title: "USD / 1,000", isFigure: true }, { title: "" }], modelRows), "\n",
    textTable([{ title: "" }, ...figures, { title: "" }], rows.map(([name, row]) => line(name, row))), "\n",
    chosen === null ? `No cheaper model is proven to keep ${percent(floor)} of the quality of ${best}: all goes to ${best}.\n` : `${percent(total.share)} go to a cheaper model, which saves ${percent(saved)}; ${percent(floor)} of the quality of ${best} is kept with 95 % certainty.\n`,
    `Measured by ${folds}-fold cross-validation on prompts that the router had not seen; calibration error ${calibrationError.toFixed(3)}${apgr === null ? "" : `, gap recovered on average (APGR) ${apgr.toFixed(3)}, by chance 0.500`}.\n`,
  ].join("");
}

function line(name: string, row: RouterRow): string[] {
  return [name, String(row.cases), percent(row.share), usdText(row.microUsd * 1_000), usdText(row.bestMicroUsd * 1_000), percent(row.quality), percent(row.lower), percent(row.bestQuality), row.isOpen ? "" : "not proven: best model only"];
}
