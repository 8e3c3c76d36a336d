import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import type { AutonomyLadderView } from "../../../../../src/shapes/policy.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Sheet } from "../../../ui/sheet.tsx";
import { Button } from "../../../ui/button.tsx";
import { autonomyQuery } from "../policy-queries.ts";
import { STOP_BUTTON } from "./stop-button.ts";

type ReasonDialogProps = { title: string; children: ReactNode; confirmLabel: string; isStop?: boolean; change: (reason: string) => Promise<AutonomyLadderView>; onClose: () => void };

/** Says what will happen and asks why; the reason goes into the ledger. The answer is the ladder as it is then. */
export function ReasonDialog({ title, children, confirmLabel, isStop = false, change, onClose }: ReasonDialogProps) {
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const [formId, reasonId] = [useId(), useId()];
  const field = useRef<HTMLInputElement>(null);
  // Whoever has to stop something begins to write at once.
  useEffect(() => field.current?.focus(), []);
  const changing = useMutation({
    mutationFn: () => change(reason.trim()),
    onSuccess: (ladder) => {
      queryClient.setQueryData(autonomyQuery.queryKey, ladder);
      onClose();
    },
  });
  return (
    <Sheet
      title={title}
      place="middle"
      onClose={onClose}
      footer={
        <>
          <Button tone="quiet" onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} tone="primary" className={isStop ? STOP_BUTTON : ""} disabled={reason.trim() === ""} isBusy={changing.isPending}>{confirmLabel}</Button>
        </>
      }
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== "") changing.mutate();
        }}
      >
        <div className="text-ink-soft">{children}</div>
        <div>
          <label htmlFor={reasonId} className="mb-1 block text-xs text-ink-faint">Why? (goes into the ledger)</label>
          <input ref={field} id={reasonId} value={reason} required maxLength={500} onChange={(event) => setReason(event.target.value)} className="h-9 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm" />
        </div>
        {changing.isError && <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(changing.error)}</p>}
      </form>
    </Sheet>
  );
}
