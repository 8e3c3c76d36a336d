import { useId, type FormEvent } from "react";
import type { ApprovalView } from "../../../../src/shapes/approval.ts";
import { Button } from "../../ui/button.tsx";
import { readField, sayValue } from "./approval-words.ts";

type EditFormProps = { approval: ApprovalView; editable: Record<string, unknown>; isBusy: boolean; onEdit: (call: Record<string, unknown>) => void };

/** The arguments that may be changed; what comes of it is another call, which is approved with the change. */
export function EditForm({ approval, editable, isBusy, onEdit }: EditFormProps) {
  const formId = useId();
  const wordsOf = new Map(approval.arguments.map((each) => [each.name, each.words]));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    onEdit(Object.fromEntries(Object.entries(editable).map(([name, before]) => [name, readField(String(data.get(name) ?? ""), before)])));
  };
  return (
    <details className="mt-3 text-xs">
      <summary className="w-fit rounded text-ink-faint hover:text-ink">Change the call and approve it so</summary>
      <form onSubmit={submit} className="mt-2 flex flex-col gap-2">
        {Object.entries(editable).map(([name, value]) => (
          <div key={name}>
            <label htmlFor={`${formId}-${name}`} className="mb-1 block text-ink-faint">{wordsOf.get(name) ?? name}</label>
            <input id={`${formId}-${name}`} name={name} defaultValue={typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : sayValue(value)} className="h-8 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm" />
          </div>
        ))}
        <div><Button type="submit" isBusy={isBusy}>Change and approve</Button></div>
      </form>
    </details>
  );
}
