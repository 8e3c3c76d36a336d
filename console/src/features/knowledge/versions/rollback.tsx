import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import type { RollbackView } from "../../../../../src/shapes/knowledge.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Button } from "../../../ui/button.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { changesQuery, rollBack } from "../knowledge-queries.ts";
import { sayCounts } from "../knowledge-words.ts";

/** `done`: the last rollback of this visit, which can be taken back. */
export type Rollback = { ask: (to: string) => void; undo: () => void; done: RollbackView | null; isUndoing: boolean; problem: string | null; dismiss: () => void; dialog: ReactNode };

/** Going back to an earlier version, after a question, and back from there. */
export function useRollback(): Rollback {
  const [asked, setAsked] = useState<string | null>(null);
  const [done, setDone] = useState<RollbackView | null>(null);
  const queryClient = useQueryClient();
  const settle = async (outcome: RollbackView | null): Promise<void> => {
    setAsked(null);
    setDone(outcome);
    await queryClient.invalidateQueries({ queryKey: ["knowledge"] });
  };
  const going = useMutation({ mutationFn: rollBack, onSuccess: settle });
  const undoing = useMutation({ mutationFn: (to: number) => rollBack(String(to)), onSuccess: () => settle(null) });
  return {
    done, isUndoing: undoing.isPending, problem: undoing.isError ? sayProblem(undoing.error) : null,
    ask: (to) => { going.reset(); setAsked(to); },
    undo: () => { if (done !== null) undoing.mutate(done.from); },
    dismiss: () => setDone(null),
    dialog: asked !== null && <AskRollback to={asked} isBusy={going.isPending} problem={going.isError ? sayProblem(going.error) : null} onConfirm={() => going.mutate(asked)} onClose={() => setAsked(null)} />,
  };
}

function AskRollback({ to, ...rest }: { to: string; isBusy: boolean; problem: string | null; onConfirm: () => void; onClose: () => void }) {
  const counts = useInfiniteQuery(changesQuery("now", to)).data?.pages[0]?.counts;
  return (
    <Confirm title={`Roll the knowledge back to ${/^\d+$/.test(to) ? `version ${to}` : to}?`} confirmLabel="Roll back" {...rest}>
      <p>A new version is made that equals it, and answers are made from that at once.{counts !== undefined && ` For documents: ${sayCounts({ ...counts, failed: 0 })}.`}</p>
      <p className="mt-2">The next sync of a source brings its present documents again: pause or mend the source first. You can take the rollback back.</p>
    </Confirm>
  );
}

/** What was done, and the way back from it. */
export function RollbackNotice({ rollback: { done, undo, isUndoing, problem, dismiss } }: { rollback: Rollback }) {
  return (
    <div role="status" className="empty:hidden">
      {done !== null && (
        <div className="flex flex-wrap items-center gap-3 rounded-lg bg-good-soft px-3.5 py-2.5 text-good">
          <p className="min-w-0 flex-1 basis-60">Rolled back: version {done.version} equals version {done.to}. {done.restored.toLocaleString("en")} restored, {done.removed.toLocaleString("en")} removed.{problem !== null && ` It could not be taken back: ${problem}`}</p>
          <Button size="small" isBusy={isUndoing} onClick={undo}>Undo</Button>
          <Button size="small" tone="quiet" onClick={dismiss}>Dismiss</Button>
        </div>
      )}
    </div>
  );
}
