import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { UnderstandingView } from "../../../../src/shapes/understanding.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatAgo, formatCount } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { learn, understandingQuery, unsureQuery, undo, withdraw } from "./understanding-queries.ts";
import { sayIntent, sayTraining } from "./understanding-words.ts";

type TeachingProps = { view: UnderstandingView; mayLearn: boolean; nowMs: number };

/** What people have corrected, learning it, and taking that back. */
export function Teaching({ view, mayLearn, nowMs }: TeachingProps) {
  const queryClient = useQueryClient();
  const refresh = () => Promise.all([queryClient.invalidateQueries({ queryKey: understandingQuery.queryKey }), queryClient.invalidateQueries({ queryKey: unsureQuery.queryKey })]);
  const learning = useMutation({ mutationFn: learn, onSuccess: refresh });
  const undoing = useMutation({ mutationFn: undo, onSuccess: refresh });
  const withdrawing = useMutation({ mutationFn: withdraw, onSuccess: refresh });
  const waiting = view.corrections.filter(({ state }) => state === "waiting");
  const last = view.trainings.find(({ undoneAt }) => undoneAt === null);
  const problem = learning.error ?? undoing.error ?? withdrawing.error;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3 rounded-xl border border-line bg-surface px-4 py-3">
        <p className="min-w-0 flex-1 text-ink-soft">{waiting.length === 0 ? "No corrections are waiting." : `${formatCount(waiting.length, "correction waits", "corrections wait")} to be learned.`}{mayLearn ? "" : " Admins let Baton learn them."}</p>
        {mayLearn && <Button tone="primary" disabled={waiting.length === 0} isBusy={learning.isPending} onClick={() => learning.mutate()}>{learning.isPending ? "Learning …" : "Learn corrections"}</Button>}
      </div>
      {problem !== null && <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(problem)}</p>}
      {view.corrections.length > 0 && (
        <ul aria-label="Corrections" className="divide-y divide-line rounded-xl border border-line bg-surface">
          {view.corrections.toReversed().map((each) => (
            <li key={each.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
              <span className="min-w-0 flex-1 basis-60 break-words">{each.text}</span>
              <span className="text-xs text-ink-soft">{sayIntent(each.intent)}</span>
              <Badge tone={each.state === "waiting" ? "warn" : "good"}>{each.state === "waiting" ? "Waiting" : "Learned"}</Badge>
              {each.state === "waiting" && <Button size="small" tone="quiet" aria-label={`Take back: ${each.text}`} disabled={withdrawing.isPending} onClick={() => withdrawing.mutate(each.id)}>Take back</Button>}
            </li>
          ))}
        </ul>
      )}
      {view.trainings.length > 0 && (
        <ul aria-label="Trainings" className="divide-y divide-line rounded-xl border border-line bg-surface">
          {view.trainings.map((training) => (
            <li key={training.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-sm">
              <span className="min-w-0 flex-1 basis-60 tabular-nums">{sayTraining(training)}</span>
              <span className="text-xs text-ink-faint">{formatCount(training.learned, "correction", "corrections")} · {formatAgo(training.at, nowMs)}</span>
              {training.undoneAt !== null && <Badge>Undone</Badge>}
              {mayLearn && training.id === last?.id && <Button size="small" tone="danger" isBusy={undoing.isPending} onClick={() => undoing.mutate(training.id)}>Undo</Button>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
