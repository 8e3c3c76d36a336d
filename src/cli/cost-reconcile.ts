import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { BillColumns } from "../app/costs/bill/bill.ts";
import { readBill } from "../app/costs/bill/read-bill.ts";
import { reconcile, type Comparison, type Reconciliation } from "../app/costs/bill/reconcile.ts";
import { readLedgerDays } from "../app/costs/cost-report.store.ts";
import { AppError, messageOf } from "../lib/app-error.ts";
import { readUnreported } from "../models/budgets/unreported.store.ts";
import { unreportedSum } from "../models/budgets/release-unreported.ts";
import { isTimeZone } from "../models/budgets/budget-window.ts";
import { openStore } from "./open-store.ts";
import { textTable, usdText } from "./text-table.ts";
import { toStdout } from "./to-stdout.ts";

const USAGE = `Usage: baton cost reconcile bill.csv [--tolerance 1] [--provider openai] [--time-zone UTC] [--json] [--workspace FOLDER]
                            [--date COLUMN --model COLUMN --cost COLUMN --cents --input-tokens COLUMN --output-tokens COLUMN --calls COLUMN]
`;
const DAY_MS = 86_400_000;
const LINES = 40;

/** `cost reconcile`: a provider's bill beside our record, and why they differ. Exit code 1 when they are further apart than the tolerance, 2 when the bill cannot be read. */
export async function costReconcileCommand(args: readonly string[], write = toStdout): Promise<number> {
  const text = { type: "string" } as const;
  const { values, positionals: [file, ...more] } = parseArgs({
    args: [...args], allowPositionals: true,
    options: {
      tolerance: { type: "string", default: "1" }, provider: text, "time-zone": { type: "string", default: "UTC" }, json: { type: "boolean", default: false }, workspace: text,
      date: text, model: text, cost: text, cents: { type: "boolean", default: false }, "input-tokens": text, "output-tokens": text, calls: text,
    },
  });
  const tolerance = Number(values.tolerance);
  if (file === undefined || more.length > 0 || !Number.isFinite(tolerance) || tolerance < 0 || !isTimeZone(values["time-zone"])) {
    write(`${isTimeZone(values["time-zone"]) ? "" : `"${values["time-zone"]}" is no time zone; write Europe/Berlin or UTC.\n`}${USAGE}`);
    return 2;
  }
  const { date, model, cost, calls, cents, "input-tokens": promptTokens, "output-tokens": completionTokens } = values;
  const columns: BillColumns | null = date === undefined ? null : { date, unit: cents ? "cents" : "usd", ...(model === undefined ? {} : { model }), ...(cost === undefined ? {} : { cost }), ...(calls === undefined ? {} : { calls }), ...(promptTokens === undefined ? {} : { promptTokens }), ...(completionTokens === undefined ? {} : { completionTokens }) };
  let bill;
  try {
    bill = readBill(await readFile(file, "utf8"), columns);
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof Error && "code" in error)) throw error;
    write(`${file}: ${messageOf(error)}\n`);
    return 2;
  }
  const days = bill.lines.map((line) => line.day).sort();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) {
    write(`${file} has no lines: there is nothing to compare.\n`);
    return 2;
  }
  await using store = await openStore(values.workspace);
  const timeZone = values["time-zone"];
  // A day more on both sides, cut again by the zone's own days.
  const period = { from: new Date(Date.parse(first) - DAY_MS).toISOString(), to: new Date(Date.parse(last) + 2 * DAY_MS).toISOString() };
  const provider = values.provider ?? bill.provider;
  const ledger = (await readLedgerDays(store.database, store.tenantId, period, timeZone)).filter((each) => each.day >= first && each.day <= last && (provider === null || each.provider === provider));
  const result = reconcile(bill, ledger);
  const unreported = unreportedSum(await readUnreported(store.database, store.tenantId, period));
  const isApart = result.share * 100 > tolerance;
  write(values.json ? `${JSON.stringify({ format: bill.format, provider, timeZone, tolerancePercent: tolerance, isWithinTolerance: !isApart, unreported, ...result }, null, 2)}\n` : sayResult({ file, format: bill.format, first, last, timeZone, tolerance, isApart }, result) + sayUnreported(unreported));
  return isApart ? 1 : 0;
}

function sayResult(about: { file: string; format: string; first: string; last: string; timeZone: string; tolerance: number; isApart: boolean }, result: Reconciliation): string {
  const amount = (value: number) => (result.measure === "cost" ? usdText(value) : Math.round(value).toLocaleString("en"));
  const unit = result.measure === "cost" ? "USD" : "tokens";
  const of = (side: { microUsd: number | null; promptTokens: number | null; completionTokens: number | null } | null) => (side === null ? "–" : amount(result.measure === "cost" ? (side.microUsd ?? 0) : (side.promptTokens ?? 0) + (side.completionTokens ?? 0)));
  const different = result.lines.filter((line) => line.difference !== 0).sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const table = textTable([{ title: "day" }, { title: "model" }, { title: `billed ${unit}`, isFigure: true }, { title: `ours ${unit}`, isFigure: true }, { title: "difference", isFigure: true }],
    different.slice(0, LINES).sort((a, b) => a.day.localeCompare(b.day)).map((line) => [line.day, line.model, of(line.billed), of(line.ours), signed(line.difference, amount)]));
  const head = `${about.file} (${about.format}), ${about.first} to ${about.last}, days of ${about.timeZone}: billed ${amount(result.billed)} ${unit}, our record ${amount(result.ours)} ${unit}.\n`;
  const same = `${result.lines.length - different.length} of ${result.lines.length} lines agree exactly.\n`;
  const verdict = `${about.isApart ? "APART" : "They agree"}: ${(result.share * 100).toFixed(2)} % of what is billed differs; up to ${about.tolerance} % is tolerated.\n`;
  return different.length === 0 ? `${head}${same}${verdict}` : `${head}${same}\n${table}${different.length > LINES ? `  … and ${different.length - LINES} more: --json\n` : ""}\n${reasonsText(different)}${verdict}`;
}

function sayUnreported({ microUsd, processes }: ReturnType<typeof unreportedSum>): string {
  return processes === 0 ? "" : `Unreported: up to ${usdText(microUsd)} USD of calls are not in our record, since ${processes === 1 ? "a process" : `${processes} processes`} ended without reporting them. What the bill has more of may be these: baton cost release --spent USD --yes.\n`;
}

/** Each reason once, with the lines it is about. */
function reasonsText(lines: readonly Comparison[]): string {
  const byReason = new Map<string, string[]>();
  for (const line of lines) for (const reason of line.reasons.length === 0 ? ["Nothing we know explains this."] : line.reasons) byReason.set(reason, [...(byReason.get(reason) ?? []), `${line.day} ${line.model}`]);
  return `Why:\n${[...byReason].map(([reason, places]) => `  ${reason}\n    ${places.slice(0, 6).join("; ")}${places.length > 6 ? `; and ${places.length - 6} more` : ""}\n`).join("")}\n`;
}

function signed(value: number, amount: (value: number) => string): string {
  return value > 0 ? `+${amount(value)}` : amount(value);
}
