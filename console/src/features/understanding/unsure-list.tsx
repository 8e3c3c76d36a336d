import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import type { UnderstandingView, UnsureMessage } from "../../../../src/shapes/understanding.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatAgo, sayShare } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { CheckIcon } from "../../ui/icons.tsx";
import { correct, understandingQuery, unsureQuery } from "./understanding-queries.ts";
import { NONE, sayIntent } from "./understanding-words.ts";

/** Messages whose intent was not sure; a person says what they mean. */
export function UnsureList({ intents, nowMs }: { intents: UnderstandingView["intents"]; nowMs: number }) {
  const list = useQuery(unsureQuery);
  if (list.isPending) return <LoadingRows count={4} label="Loading the messages" />;
  return (
    <>
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.data?.length === 0 && <EmptyState icon={<CheckIcon />} title="No unsure messages">Every recent message was read with enough confidence, or is corrected.</EmptyState>}
      <ul aria-label="Unsure messages" className="flex flex-col gap-2">
        {list.data?.map((message) => <UnsureRow key={message.messageId} message={message} intents={intents} nowMs={nowMs} />)}
      </ul>
    </>
  );
}

function UnsureRow({ message, intents, nowMs }: { message: UnsureMessage; intents: UnderstandingView["intents"]; nowMs: number }) {
  const queryClient = useQueryClient();
  const guess = message.intents[0];
  const [intent, setIntent] = useState(guess?.name ?? "");
  const selectId = useId();
  const correcting = useMutation({
    mutationFn: () => correct({ messageId: message.messageId, intent }),
    onSuccess: async () => {
      await Promise.all([queryClient.invalidateQueries({ queryKey: unsureQuery.queryKey }), queryClient.invalidateQueries({ queryKey: understandingQuery.queryKey })]);
    },
  });
  return (
    <li className="rounded-xl border border-line bg-surface px-4 py-3">
      <p className="line-clamp-3 break-words text-ink">{message.text}</p>
      <p className="mt-1 text-xs text-ink-faint">
        {guess === undefined ? "Read as none of the intents" : `Read as ${sayIntent(guess.name)}, ${sayShare(guess.confidence)} sure`} · {formatAgo(message.at, nowMs)} ·{" "}
        <Link to="/conversations/$conversationId" params={{ conversationId: message.conversationId }} search={{ turn: message.turnId }} className="text-accent-ink underline">Open</Link>
      </p>
      <form
        className="mt-2 flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (intent !== "") correcting.mutate();
        }}
      >
        <label htmlFor={selectId} className="text-xs text-ink-soft">It means</label>
        <select id={selectId} value={intent} onChange={(event) => setIntent(event.target.value)} className="h-8 min-w-0 max-w-full rounded-lg border border-line-strong bg-surface px-2 text-sm">
          <option value="" disabled>Choose an intent</option>
          {intents.map(({ name }) => <option key={name} value={name}>{sayIntent(name)}</option>)}
          <option value={NONE}>{sayIntent(NONE)}</option>
        </select>
        <Button type="submit" size="small" disabled={intent === ""} isBusy={correcting.isPending}>Keep as an example</Button>
      </form>
      {correcting.isError && <p role="alert" className="mt-2 text-xs text-bad">{sayProblem(correcting.error)}</p>}
    </li>
  );
}
