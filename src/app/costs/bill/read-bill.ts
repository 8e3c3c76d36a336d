import { parse } from "csv-parse/sync";
import { AppError } from "../../../lib/app-error.ts";
import { billUnreadable } from "../cost.errors.ts";
import type { Bill, BillColumns, BillLine } from "./bill.ts";

type Cells = (name: string) => string;
type BillFormat = { name: string; provider: string | null; /** Which columns say that a file is of this kind. */ needs: readonly string[]; read(cells: Cells): BillLine | null };

// The columns as the providers' consoles export them (seen in November 2026). OpenAI: Usage → Export, activity and cost; Anthropic: Usage → Export and Cost → Export.
const FORMATS: readonly BillFormat[] = [
  {
    name: "OpenAI usage", provider: "openai", needs: ["input_tokens", "output_tokens", "num_model_requests"],
    read: (cells) => ({ day: dayOf(cells("start_time_iso") || cells("start_time")), model: cells("model") || null, microUsd: null, promptTokens: count(cells("input_tokens")), completionTokens: count(cells("output_tokens")), calls: count(cells("num_model_requests")) }),
  },
  {
    name: "OpenAI cost", provider: "openai", needs: ["amount_value", "line_item"],
    read: (cells) => ({ day: dayOf(cells("start_time_iso") || cells("start_time")), model: lineItemModel(cells("line_item")), microUsd: money(cells("amount_value"), 1_000_000), promptTokens: null, completionTokens: null, calls: null }),
  },
  {
    name: "Anthropic usage", provider: "anthropic", needs: ["usage_date_utc", "model_version", "usage_input_tokens_no_cache", "usage_output_tokens"],
    read: (cells) => ({
      day: dayOf(cells("usage_date_utc")), model: cells("model_version") || null, microUsd: null, calls: null, completionTokens: count(cells("usage_output_tokens")),
      promptTokens: ["usage_input_tokens_no_cache", "usage_input_tokens_cache_write", "usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h", "usage_input_tokens_cache_read"].reduce((sum, name) => sum + count(cells(name)), 0),
    }),
  },
  {
    name: "Anthropic cost", provider: "anthropic", needs: ["usage_date_utc", "model", "cost_usd"],
    read: (cells) => ({ day: dayOf(cells("usage_date_utc")), model: cells("model") || null, microUsd: money(cells("cost_usd"), 1_000_000), promptTokens: null, completionTokens: null, calls: null }),
  },
];

/**
 * Reads a provider's CSV: of a known export, or by the columns that are named.
 * Throws `costs.bill_unreadable` with the line, and with the columns there are where none of our formats fits.
 */
export function readBill(text: string, columns: BillColumns | null): Bill {
  const rows = tableOf(text);
  const [head, ...body] = rows;
  if (head === undefined) throw billUnreadable({ message: "The file is empty." });
  const names = head.map((name) => name.trim());
  const has = (name: string) => names.includes(name);
  const format = columns === null ? FORMATS.find((each) => each.needs.every(has)) : columnFormat(columns);
  if (format === undefined) throw billUnreadable({ message: `This is none of the exports we know. Its columns are: ${names.join(", ")}. Say which is which: --date, --model, and --cost or --input-tokens and --output-tokens.` });
  const missing = format.needs.filter((name) => !has(name));
  if (missing.length > 0) throw billUnreadable({ message: `The file has no column ${missing.map((name) => `"${name}"`).join(", ")}. Its columns are: ${names.join(", ")}.` });
  const lines = body.flatMap((row, place) => {
    const cells = (name: string) => row[names.indexOf(name)]?.trim() ?? "";
    try {
      return row.every((cell) => cell.trim() === "") ? [] : (format.read(cells) ?? []);
    } catch (error) {
      throw error instanceof AppError ? billUnreadable({ message: `Line ${place + 2}: ${error.message}` }) : error;
    }
  });
  return { format: format.name, provider: format.provider, lines };
}

function tableOf(text: string): string[][] {
  const separator = (text.split(/\r?\n/, 1)[0] ?? "").includes(";") ? ";" : ",";
  try {
    return parse(text, { bom: true, delimiter: separator, relax_column_count: true, skip_empty_lines: true });
  } catch (error) {
    throw billUnreadable({ message: `This is not a CSV file: ${error instanceof Error ? error.message : String(error)}`, cause: error });
  }
}

function columnFormat(columns: BillColumns): BillFormat {
  const { date, model, cost, promptTokens, completionTokens, calls, unit } = columns;
  const optional = (cells: Cells, name: string | undefined) => (name === undefined ? null : count(cells(name)));
  return {
    name: "the named columns", provider: null, needs: [date, model, cost, promptTokens, completionTokens, calls].filter((name) => name !== undefined),
    read: (cells) => ({
      day: dayOf(cells(date)), model: model === undefined ? null : cells(model) || null, microUsd: cost === undefined ? null : money(cells(cost), unit === "cents" ? 10_000 : 1_000_000),
      promptTokens: optional(cells, promptTokens), completionTokens: optional(cells, completionTokens), calls: optional(cells, calls),
    }),
  };
}

/** A date, a moment, or seconds since the epoch: its day in UTC. What a provider wrote without a time is taken as it stands. */
function dayOf(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  const ms = /^\d{9,10}(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
  if (Number.isNaN(ms)) throw billUnreadable({ message: `"${text}" is no date.` });
  return new Date(ms).toISOString().slice(0, 10);
}

function count(text: string): number {
  return text === "" ? 0 : finite(text);
}

function money(text: string, microPerUnit: number): number {
  return text === "" ? 0 : finite(text.replace(/^\$/, "")) * microPerUnit;
}

function finite(text: string): number {
  const value = Number(text.replaceAll(",", ""));
  if (!Number.isFinite(value)) throw billUnreadable({ message: `"${text}" is no number.` });
  return value;
}

/** `gpt-6.1-terra-2026-09-29, input` → the model. */
function lineItemModel(item: string): string | null {
  return item.split(",")[0]?.trim() || null;
}
