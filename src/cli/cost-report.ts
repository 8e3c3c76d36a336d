import { parseArgs } from "node:util";
import { COST_DIMENSIONS, readCosts, readCostTotals, type CostDimension, type CostPeriod, type CostRow, type CostTotals } from "../app/costs/cost-report.store.ts";
import { systemClock } from "../lib/clock.ts";
import { didYouMean } from "../lib/did-you-mean.ts";
import { periodBefore, readPeriod, sayPeriod } from "./cost-period.ts";
import { openStore } from "./open-store.ts";
import { csvLine, textTable, usdText } from "./text-table.ts";
import { toStdout } from "./to-stdout.ts";

const USAGE = `Usage: baton cost report [--by ${COST_DIMENSIONS.join("|")}] [--from 2026-11-01] [--to 2026-11-30]
                         [--compare | --before-from DATE --before-to DATE] [--limit 50] [--json | --csv] [--workspace FOLDER]
`;

type Report = { period: CostPeriod; rows: CostRow[]; totals: CostTotals };

/** `cost report`: what the models cost, by what it was spent for; beside it an earlier period. */
export async function costReportCommand(args: readonly string[], write = toStdout, nowMs = systemClock.nowMs()): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true,
    options: {
      by: { type: "string", default: "model" }, from: { type: "string" }, to: { type: "string" }, compare: { type: "boolean", default: false }, "before-from": { type: "string" }, "before-to": { type: "string" }, limit: { type: "string", default: "50" },
      json: { type: "boolean", default: false }, csv: { type: "boolean", default: false }, workspace: { type: "string" },
    },
  });
  const by = COST_DIMENSIONS.find((each) => each === values.by);
  const period = readPeriod(values.from, values.to, nowMs);
  const isBeforeGiven = values["before-from"] !== undefined || values["before-to"] !== undefined;
  const before = period === null ? null : isBeforeGiven ? readPeriod(values["before-from"], values["before-to"], nowMs) : values.compare ? periodBefore(period) : undefined;
  const limit = Number(values.limit);
  if (by === undefined || period === null || before === null || positionals.length > 0 || !Number.isInteger(limit) || limit < 1 || (values.json && values.csv) || (isBeforeGiven && values["before-from"] === undefined)) {
    write(`${by === undefined ? `There is no report by "${values.by}".${didYouMean(values.by, COST_DIMENSIONS)}\n` : period === null || before === null ? "Write dates as 2026-11-01, the first before the last.\n" : ""}${USAGE}`);
    return 2;
  }
  await using store = await openStore(values.workspace);
  const read = async (of: CostPeriod): Promise<Report> => ({ period: of, rows: await readCosts(store.database, store.tenantId, of, by, before === undefined ? limit : 10_000), totals: await readCostTotals(store.database, store.tenantId, of) });
  const report = await read(period);
  const earlier = before === undefined ? null : await read(before);
  write(values.json ? `${JSON.stringify({ by, ...report, before: earlier }, null, 2)}\n` : values.csv ? csvOf(by, report, earlier) : tableOf(by, report, earlier, limit));
  return 0;
}

/** Each line with its counterpart; what is only in the earlier period comes last. */
function pairs(report: Report, earlier: Report | null): { name: string | null; now: CostRow | null; then: CostRow | null }[] {
  const then = new Map((earlier?.rows ?? []).map((row) => [row.name, row]));
  const known = new Set(report.rows.map((row) => row.name));
  return [...report.rows.map((now) => ({ name: now.name, now, then: then.get(now.name) ?? null })), ...(earlier?.rows ?? []).filter((row) => !known.has(row.name)).map((row) => ({ name: row.name, now: null, then: row }))];
}

function csvOf(by: CostDimension, report: Report, earlier: Report | null): string {
  const figures = ["calls", "failed", "prompt_tokens", "completion_tokens", "usd", "calls_without_price", "calls_estimated", "calls_cached", "usd_saved"];
  const cells = (row: CostRow | null) => (row === null ? [0, 0, 0, 0, 0, 0, 0, 0, 0] : [row.calls, row.failed, row.promptTokens, row.completionTokens, row.microUsd / 1_000_000, row.unpriced, row.estimated, row.cached, row.savedMicroUsd / 1_000_000]);
  const head = csvLine([by, ...figures, ...(earlier === null ? [] : figures.map((name) => `before_${name}`))]);
  return head + pairs(report, earlier).map(({ name, now, then }) => csvLine([name, ...cells(now), ...(earlier === null ? [] : cells(then))])).join("");
}

function tableOf(by: CostDimension, report: Report, earlier: Report | null, limit: number): string {
  const { totals } = report;
  if (totals.calls === 0 && totals.unreportedMicroUsd === 0 && (earlier?.totals.calls ?? 0) === 0) return `No model was called from ${sayPeriod(report.period)}.\n`;
  const lines = pairs(report, earlier);
  const number = (value: number) => value.toLocaleString("en");
  const rows = lines.slice(0, limit).map(({ name, now, then }) => [
    name ?? "(none)", ...(by === "resolution" ? [number(now?.parts ?? 0)] : []), number(now?.calls ?? 0), number(now?.promptTokens ?? 0), number(now?.completionTokens ?? 0), usdText(now?.microUsd ?? 0),
    ...(by === "resolution" ? [(now?.parts ?? 0) === 0 ? "–" : usdText((now?.microUsd ?? 0) / (now?.parts ?? 1))] : []), ...(earlier === null ? [] : [usdText(then?.microUsd ?? 0), changeText(now?.microUsd ?? 0, then?.microUsd ?? 0)]),
  ]);
  const columns = [
    { title: by }, ...(by === "resolution" ? [{ title: "cases", isFigure: true }] : []), ...["calls", "prompt tokens", "answer tokens", "USD"].map((title) => ({ title, isFigure: true })),
    ...(by === "resolution" ? [{ title: "USD a case", isFigure: true }] : []), ...(earlier === null ? [] : [{ title: "USD before", isFigure: true }, { title: "change", isFigure: true }]),
  ];
  const more = lines.length > limit ? `  … and ${lines.length - limit} more: --limit ${lines.length}\n` : "";
  return `What the models cost from ${sayPeriod(report.period)}${earlier === null ? "" : `, beside ${sayPeriod(earlier.period)}`}, by ${by}:\n\n${textTable(columns, rows)}${more}\n${totalsText(report.totals, earlier?.totals ?? null)}`;
}

function totalsText(totals: CostTotals, before: CostTotals | null): string {
  const line = (name: string, of: (each: CostTotals) => number | null) => {
    const now = of(totals);
    const then = before === null ? null : of(before);
    return now === null && then === null ? "" : `  ${name.padEnd(22)} ${now === null ? "–" : usdText(now)} USD${then === null ? "" : ` (before ${usdText(then)}, ${changeText(now ?? 0, then)})`}\n`;
  };
  const per = (microUsd: number, count: number) => (count === 0 ? null : microUsd / count);
  const notes = [
    totals.unpriced > 0 ? `  ${totals.unpriced.toLocaleString("en")} calls have no known price and are in no sum: write the price in models.yaml.\n` : "",
    totals.estimated > 0 ? `  ${totals.estimated.toLocaleString("en")} of ${totals.calls.toLocaleString("en")} calls are estimates: the provider gave no figures, so we counted.\n` : "",
    totals.cached > 0 ? `  ${totals.cached.toLocaleString("en")} of ${totals.calls.toLocaleString("en")} calls (${Math.round((100 * totals.cached) / totals.calls)} %) were answered out of the cache, which saved ${usdText(totals.savedMicroUsd)} USD.\n` : "",
    totals.unreportedProcesses > 0 ? `  Up to ${usdText(totals.unreportedMicroUsd)} USD more (an estimate, in no sum): ${totals.unreportedProcesses === 1 ? "a process" : `${totals.unreportedProcesses} processes`} ended without reporting the last calls. Budgets count it as spent until it is released: baton cost release.\n` : "",
    totals.failed > 0 ? `  ${totals.failed.toLocaleString("en")} calls failed or were cancelled.\n` : "",
  ];
  return `${line("In all", (each) => each.microUsd)}${line("A conversation", (each) => per(each.conversationMicroUsd, each.conversations))}${line("A case", (each) => per(each.caseMicroUsd, each.cases))}${line("A resolved case", (each) => per(each.caseMicroUsd, each.resolvedCases))}${notes.join("")}`;
}

function changeText(now: number, then: number): string {
  if (then === 0) return now === 0 ? "±0 %" : "new";
  const percent = Math.round(((now - then) / then) * 100);
  return `${percent > 0 ? "+" : percent === 0 ? "±" : ""}${percent} %`;
}
