import type { ReactNode, RefObject } from "react";
import { onListArrows } from "../lib/use-shortcuts.ts";

/** On a phone only the essential columns stand. `note` explains a column under the mouse. */
export type TableColumn = { title: string; className?: string; note?: string; isEssential?: boolean };

/** A table as wide as its page, whose lines the keyboard walks; `minWidth` is the class that holds its width on wide screens. */
export function WideTable({ label, columns, minWidth, box, children }: { label: string; columns: readonly TableColumn[]; minWidth: string; box: RefObject<HTMLTableSectionElement | null>; children: ReactNode }) {
  return (
    <div tabIndex={0} role="region" aria-label={label} className="overflow-x-auto rounded-xl border border-line bg-surface">
      <table className={`w-full text-left ${minWidth}`}>
        <thead>
          <tr className="border-b border-line text-2xs text-ink-faint">
            {columns.map((column) => <th key={column.title} scope="col" title={column.note} className={`px-3 py-2 font-medium whitespace-nowrap first:pl-4 ${column.className ?? ""} ${column.isEssential === true ? "" : "hidden md:table-cell"}`}>{column.title}</th>)}
          </tr>
        </thead>
        <tbody ref={box} onKeyDown={onListArrows}>{children}</tbody>
      </table>
    </div>
  );
}

/** A number in a line; not on a phone. */
export function Figure({ children, isBad = false }: { children: string; isBad?: boolean }) {
  return <td className={`hidden px-3 text-right text-xs whitespace-nowrap tabular-nums md:table-cell ${isBad ? "font-medium text-bad" : "text-ink-soft"}`}>{children}</td>;
}
