import { useId, type ReactNode } from "react";

const CONTROL = "h-9 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm text-ink";

/** A control under its name. */
function Labelled({ label, id, children }: { label: string; id: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-xs text-ink-faint">{label}</label>
      {children}
    </div>
  );
}

type SelectProps = { label: string; value: string; choices: readonly { value: string; label: string }[]; onChange: (value: string) => void };

export function SelectField({ label, value, choices, onChange }: SelectProps) {
  const id = useId();
  return (
    <Labelled label={label} id={id}>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)} className={CONTROL}>
        {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.label}</option>)}
      </select>
    </Labelled>
  );
}

type TextProps = { label: string; value: string; onChange: (value: string) => void; suggestions?: readonly string[]; isNumber?: boolean; isRequired?: boolean; placeholder?: string; step?: string; type?: "text" | "search" | "date"; className?: string };

/** A text, or a number; `suggestions` are offered while it is written. */
export function TextField({ label, value, onChange, suggestions = [], isNumber = false, isRequired = false, placeholder, step, type = "text", className = "" }: TextProps) {
  const id = useId();
  const listId = `${id}-list`;
  return (
    <Labelled label={label} id={id}>
      <input id={id} value={value} onChange={(event) => onChange(event.target.value)} required={isRequired} maxLength={500} placeholder={placeholder} {...(isNumber ? { type: "number", step: step ?? "1" } : { type })} {...(suggestions.length > 0 ? { list: listId } : {})} className={`${CONTROL} ${className}`} />
      {suggestions.length > 0 && <datalist id={listId}>{suggestions.map((each) => <option key={each} value={each}>{each}</option>)}</datalist>}
    </Labelled>
  );
}

type AreaProps = { label: string; value: string; onChange: (value: string) => void; placeholder?: string; isRequired?: boolean; rows?: number; maxLength?: number; className?: string };

/** A text of several lines. */
export function AreaField({ label, value, onChange, placeholder, isRequired = false, rows = 3, maxLength = 10_000, className = "" }: AreaProps) {
  const id = useId();
  return (
    <Labelled label={label} id={id}>
      <textarea id={id} value={value} onChange={(event) => onChange(event.target.value)} placeholder={placeholder} required={isRequired} rows={rows} maxLength={maxLength} className={`w-full rounded-lg border border-line-strong bg-surface px-2.5 py-1.5 text-sm text-ink ${className}`} />
    </Labelled>
  );
}

export function CheckField({ label, isChecked, onChange }: { label: string; isChecked: boolean; onChange: (isChecked: boolean) => void }) {
  return (
    <label className="flex w-fit items-center gap-2 text-sm text-ink-soft">
      <input type="checkbox" checked={isChecked} onChange={(event) => onChange(event.target.checked)} className="size-4 accent-accent" />
      {label}
    </label>
  );
}
