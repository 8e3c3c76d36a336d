import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, type FormEvent } from "react";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatFull } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";
import { chooseDeputy, deputyQuery } from "./approval-queries.ts";

/** Who decides in your place while you are away. */
export function DeputyForm() {
  const queryClient = useQueryClient();
  const deputy = useQuery(deputyQuery).data?.deputy ?? null;
  const fieldId = useId();
  const choosing = useMutation({
    mutationFn: chooseDeputy,
    onSuccess: (chosen) => queryClient.setQueryData(deputyQuery.queryKey, chosen),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const until = new Date(String(data.get("until") ?? ""));
    if (!Number.isNaN(until.getTime())) choosing.mutate({ email: String(data.get("email") ?? "").trim(), until: until.toISOString() });
  };
  return (
    <details className="mt-6 text-xs">
      <summary className="w-fit rounded text-ink-faint hover:text-ink">{deputy === null ? "Going away? Let somebody decide for you" : `${deputy.name} decides for you until ${formatFull(deputy.until)}`}</summary>
      <form onSubmit={submit} className="mt-2 flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <label htmlFor={`${fieldId}-email`} className="mb-1 block text-ink-faint">Their e-mail address</label>
          <input id={`${fieldId}-email`} name="email" type="email" required defaultValue={deputy?.email ?? ""} className="h-8 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm" />
        </div>
        <div>
          <label htmlFor={`${fieldId}-until`} className="mb-1 block text-ink-faint">Until</label>
          <input id={`${fieldId}-until`} name="until" type="datetime-local" required className="h-8 rounded-lg border border-line-strong bg-surface px-2.5 text-sm" />
        </div>
        <Button type="submit" isBusy={choosing.isPending}>Let them decide</Button>
        {deputy !== null && <Button type="button" onClick={() => choosing.mutate(null)}>Decide myself again</Button>}
      </form>
      {choosing.isError && <p role="alert" className="mt-2 text-bad">{sayProblem(choosing.error)}</p>}
    </details>
  );
}
