import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { ApprovalView } from "../../../../src/shapes/approval.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { Button } from "../../ui/button.tsx";
import { CheckIcon, CloseIcon } from "../../ui/icons.tsx";
import { decideApproval, editApproval } from "./approval-queries.ts";
import { EditForm } from "./edit-form.tsx";

/** A change is a yes to another call. */
type Deed = "approved" | "refused" | { call: Record<string, unknown> };

/** Approve or decline with a note. The first decision wins; one that came too late is told. */
export function DecisionForm({ approval }: { approval: ApprovalView }) {
  const queryClient = useQueryClient();
  const [comment, setComment] = useState("");
  const noteId = useId();
  const deciding = useMutation({
    mutationFn: (deed: Deed) => (typeof deed === "string" ? decideApproval(approval, deed, comment.trim()) : editApproval(approval, deed.call, comment.trim())),
    // The buttons go away with the question; without this the keyboard would begin at the top of the page again.
    onSuccess: () => document.getElementById("content")?.focus(),
    onSettled: () => {
      for (const queryKey of [["approvals"], ["run", approval.runId], ["runs"]]) void queryClient.invalidateQueries({ queryKey });
    },
  });
  return (
    <div className="mt-4">
      <label htmlFor={noteId} className="mb-1 block text-xs text-ink-faint">Note (optional, kept with the decision)</label>
      <textarea id={noteId} value={comment} maxLength={2_000} rows={2} onChange={(event) => setComment(event.target.value)} className="grows max-h-40 min-h-14 w-full rounded-lg border border-line-strong bg-surface px-2.5 py-1.5 text-sm" />
      <div className="mt-2 flex flex-wrap gap-2">
        {approval.mayApprove && <Button data-decision="approved" tone="primary" disabled={deciding.isPending} isBusy={deciding.isPending && deciding.variables === "approved"} onClick={() => deciding.mutate("approved")}><CheckIcon />Approve</Button>}
        <Button data-decision="refused" tone="danger" disabled={deciding.isPending} isBusy={deciding.isPending && deciding.variables === "refused"} onClick={() => deciding.mutate("refused")}><CloseIcon />Decline</Button>
      </div>
      {approval.editable !== null && Object.keys(approval.editable).length > 0 && <EditForm key={approval.callHash} approval={approval} editable={approval.editable} isBusy={deciding.isPending && typeof deciding.variables === "object"} onEdit={(call) => deciding.mutate({ call })} />}
      {deciding.isError && <p role="alert" className="mt-2 rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(deciding.error)}</p>}
    </div>
  );
}
