import type { RecordPanel } from "../../../../src/shapes/conversation.ts";
import { formatDate, formatFull, formatMoney, sayCode } from "../../lib/format.ts";

type Row = RecordPanel["rows"][number];

/** The contact's business records, one under the other, so that none of their values is cut off in a narrow panel. Amounts in cents are shown with the row's currency, times as days. */
export function RecordList({ panel }: { panel: RecordPanel }) {
  const hasMoney = panel.columns.some(isCents);
  const [first, ...others] = panel.columns.filter((column) => !(hasMoney && column === "currency"));
  return (
    <>
      {panel.notice !== null && <p className="mb-2 text-xs text-ink-faint">{panel.notice}</p>}
      {panel.rows.length === 0 && panel.notice === null && <p className="text-xs text-ink-faint">Nothing on record.</p>}
      {first !== undefined && panel.rows.length > 0 && (
        <ul aria-label={panel.title} className="flex flex-col text-xs">
          {panel.rows.map((row, index) => (
            <li key={index} className="border-t border-line py-2 first:border-t-0 first:pt-0">
              <dl className="flex flex-wrap gap-x-4 gap-y-0.5">
                <div className="flex w-full gap-1.5 font-medium"><dt>{titleOf(first)}</dt><dd className="min-w-0 break-words tabular-nums"><Value row={row} column={first} /></dd></div>
                {others.filter((column) => hasValue(row, column)).map((column) => (
                  <div key={column} className="flex min-w-0 flex-wrap gap-x-1.5"><dt className="text-ink-faint">{titleOf(column)}</dt><dd className="min-w-0 break-words text-ink-soft tabular-nums"><Value row={row} column={column} /></dd></div>
                ))}
              </dl>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function titleOf(column: string): string {
  return sayCode(column.replace(/Cents$/, ""));
}

function Value({ row, column }: { row: Row; column: string }) {
  const value = row[column];
  const currency = row["currency"];
  if (!hasValue(row, column)) return "–";
  if (typeof value === "number" && typeof currency === "string" && isCents(column)) return formatMoney(value, currency);
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return <time dateTime={value} title={formatFull(value)}>{formatDate(value)}</time>;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function hasValue(row: Row, column: string): boolean {
  return row[column] !== null && row[column] !== undefined && row[column] !== "";
}

function isCents(column: string): boolean {
  return column.endsWith("Cents");
}
