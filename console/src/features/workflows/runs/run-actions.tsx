import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { RunView } from "../../../../../src/shapes/workflow.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Button } from "../../../ui/button.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { useSession } from "../../identity/session.ts";
import { controlRun, isOpenRun, type RunAction } from "../workflow-queries.ts";

const QUESTIONS: Record<RunAction, { title: string; text: string; confirm: string }> = {
  cancel: { title: "Cancel this run?", text: "It stops where it is. What its tools did and can take back is taken back, in reverse order.", confirm: "Cancel the run" },
  resume: { title: "Go on with this run?", text: "It begins again at the task that failed, with what was known there. Tasks that were done are not repeated.", confirm: "Go on" },
  retry: { title: "Start it again?", text: "A new run begins from the start, with the same input, by the version that is active now. This one stays as it is.", confirm: "Start again" },
};

/** What a person may do to a run; each is asked about first and written in the ledger. */
export function RunActions({ run }: { run: RunView }) {
  const [asked, setAsked] = useState<RunAction | null>(null);
  // As the server has it: agents deal with the runs of conversations, admins with all.
  const mayAct = useSession()?.user.role === "admin" || run.conversationId !== null;
  const isOpen = isOpenRun(run.status);
  if (!mayAct) return null;
  return (
    <>
      {run.status === "failed" && <Button tone="primary" onClick={() => setAsked("resume")}>Resume from the failed task</Button>}
      {!isOpen && <Button onClick={() => setAsked("retry")}>Start again</Button>}
      {isOpen && <Button tone="danger" onClick={() => setAsked("cancel")}>Cancel run</Button>}
      {asked !== null && <AskAction run={run} action={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function AskAction({ run, action, onClose }: { run: RunView; action: RunAction; onClose: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const acting = useMutation({
    mutationFn: () => controlRun(run.id, action),
    onSuccess: ({ runId }) => {
      onClose();
      for (const queryKey of [["run", run.id], ["runs"], ["workflows"]]) void queryClient.invalidateQueries({ queryKey });
      if (runId !== run.id) void navigate({ to: "/runs/$runId", params: { runId } });
    },
  });
  const { title, text, confirm } = QUESTIONS[action];
  return <Confirm title={title} confirmLabel={confirm} isBusy={acting.isPending} problem={acting.isError ? sayProblem(acting.error) : null} onConfirm={() => acting.mutate()} onClose={onClose}>{text}</Confirm>;
}
