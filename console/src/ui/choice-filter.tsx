/** `value` null takes all. */
export type FilterChoice<Value extends string> = { value: Value | null; label: string };

type ChoiceFilterProps<Value extends string> = { legend: string; name: string; choices: readonly FilterChoice<Value>[]; chosen: Value | null; onChoose: (value: Value | null) => void; className?: string };

/** One of a few choices that narrow a list, side by side. */
export function ChoiceFilter<Value extends string>({ legend, name, choices, chosen, onChoose, className = "" }: ChoiceFilterProps<Value>) {
  return (
    <fieldset className={`flex gap-0.5 ${className}`}>
      <legend className="sr-only">{legend}</legend>
      {choices.map(({ value, label }) => (
        <label key={label} className="inline-flex h-7 items-center rounded-md px-2 text-xs text-ink-soft hover:bg-sunken has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-accent-ink">
          <input type="radio" name={name} className="sr-only" checked={chosen === value} onChange={() => onChoose(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
