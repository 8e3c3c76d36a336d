import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, type FormEvent } from "react";
import type { ApprovalView } from "../../../../src/shapes/approval.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { Button } from "../../ui/button.tsx";
import { handOn } from "./approval-queries.ts";

/** Gives the decision to other people, by e-mail; or to a role; an empty field gives it back to those who were asked at first. */
export function HandOnForm({ approval }: { approval: ApprovalView }) {
  const queryClient = useQueryClient();
  const inputId = useId();
  const handing = useMutation({
    mutationFn: (assignees: string[]) => handOn(approval.id, assignees),
    onSettled: () => {
      for (const queryKey of [["approvals"], ["run", approval.runId]]) void queryClient.invalidateQueries({ queryKey });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    handing.mutate(String(new FormData(event.currentTarget).get("assignees") ?? "").split(/[\s,;]+/).filter((each) => each !== ""));
  };
  return (
    <details className="mt-3 text-xs">
      <summary className="w-fit rounded text-ink-faint hover:text-ink">Let somebody else decide</summary>
      <form onSubmit={submit} className="mt-2 flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <label htmlFor={inputId} className="mb-1 block text-ink-faint">E-mail addresses or role:agent, with commas between them</label>
          <input id={inputId} name="assignees" className="h-8 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm" />
        </div>
        <Button type="submit" isBusy={handing.isPending}>Hand on</Button>
      </form>
      {handing.isError && <p role="alert" className="mt-2 text-bad">{sayProblem(handing.error)}</p>}
    </details>
  );
}
