import { useEffect, useId, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";

type DraftFieldProps = { label: string; value: string; submitLabel: string; isBusy: boolean; onChange?: (value: string) => void; onCancel: () => void; onSubmit: (value: string) => void };

/** A text to finish with Enter, or to leave with Escape. */
export function DraftField({ label, value, submitLabel, isBusy, onChange, onCancel, onSubmit }: DraftFieldProps) {
  const [text, setText] = useState(value);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length);
  }, []);
  const submit = (): void => {
    if (text.trim() !== "" && !isBusy) onSubmit(text.trim());
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); submit(); }} className="mt-1.5">
      <label htmlFor={id} className="mb-1 block text-xs text-ink-soft">{label}</label>
      <textarea
        ref={field}
        id={id}
        value={text}
        rows={2}
        onChange={(event) => {
          setText(event.target.value);
          onChange?.(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            onCancel();
          }
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          submit();
        }}
        className="grows max-h-60 min-h-14 w-full rounded-lg border border-line-strong bg-surface px-2.5 py-1.5 text-base md:text-sm"
      />
      <div className="mt-1.5 flex items-center gap-2">
        <Button type="submit" tone="primary" isBusy={isBusy} disabled={text.trim() === ""}>{submitLabel}</Button>
        <Button tone="quiet" onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}
