import { isRecord } from "../../../src/lib/is-record.ts";
import { floatText } from "../python-number.ts";
import type { BankRecord } from "./bank.ts";

/** Members that hold floats wherever they stand; 100 is written `100.0` in them. */
export const FLOATS: ReadonlySet<string> = new Set([
  "amount", "available_amount", "hold_amount", "annual_income", "disputed_amount", "customer_max_liability_amount", "provisional_credit_amount", "delivery_fee", "design_fee", "excess_replacement_fee", "total_fee",
  "partial_refund_amount", "check_amount",
]);

/** `1234.5` as `$1234.50`. */
export function money(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** What a balance holds, written `$1,234.50`, `1234.50` or as a number. */
export function amountIn(value: unknown): number {
  return Number(String(value ?? "0").replace(/[$,]/g, ""));
}

/** `fee_refund` as `Fee Refund`. */
export function titleOf(name: string): string {
  return name.replaceAll("_", " ").replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

/** A value as Python prints it. */
function printed(name: string, value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  if (typeof value === "number") return FLOATS.has(name) ? floatText(value) : String(value);
  return String(value);
}

/** Records as the bank lists them, each with its members in their order. */
export function listing(table: string, records: readonly [string, BankRecord][]): string {
  if (records.length === 0) return `No records found in '${table}'.`;
  const entries = records.map(([id, body], at) => `${at + 1}. Record ID: ${id}\n${Object.entries(body).map(([name, value]) => `   ${name}: ${printed(name, value)}\n`).join("")}`);
  return `Found ${records.length} record(s) in '${table}':\n\n${entries.join("\n")}`;
}

/** JSON as Python's `json.dumps` writes it: with `indent`, a member a line; without, `, ` and `: ` between. */
export function pythonText(value: unknown, options: { indent: number | null; isSorted?: boolean }, name = "", depth = 1): string {
  const { indent } = options;
  const wrap = (open: string, parts: readonly string[], close: string) => {
    if (parts.length === 0) return open + close;
    return indent === null ? `${open}${parts.join(", ")}${close}` : `${open}\n${parts.map((part) => `${" ".repeat(indent * depth)}${part}`).join(",\n")}\n${" ".repeat(indent * (depth - 1))}${close}`;
  };
  if (typeof value === "number") return FLOATS.has(name) ? floatText(value) : String(value);
  if (Array.isArray(value)) return wrap("[", value.map((each) => pythonText(each, options, "", depth + 1)), "]");
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const keys = options.isSorted === true ? Object.keys(value).sort() : Object.keys(value);
  return wrap("{", keys.map((key) => `${JSON.stringify(key)}: ${pythonText(value[key], options, key, depth + 1)}`), "}");
}
