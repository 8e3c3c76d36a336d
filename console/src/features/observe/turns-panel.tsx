import { useInfiniteQuery } from "@tanstack/react-query";
import type { TurnSummary } from "../../../../src/shapes/conversation.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatAgo, formatCost, formatDuration, formatFull, sayCode } from "../../lib/format.ts";
import { useNow } from "../../lib/use-now.ts";
import { onListArrows } from "../../lib/use-shortcuts.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { SparkIcon } from "../../ui/icons.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { StateBadge } from "../../ui/state-badge.tsx";
import { turnsQuery } from "../conversations/conversation-queries.ts";
import { sayTurnReason, TURN_STATUSES } from "./turn-words.ts";

/** Every turn of the conversation, newest first; each opens its trace. */
export function TurnsPanel({ conversationId, onTrace }: { conversationId: string; onTrace: (turnId: string) => void }) {
  const list = useInfiniteQuery(turnsQuery(conversationId));
  const nowMs = useNow(60_000);
  const turns = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {list.isPending && <LoadingRows count={4} label="Loading turns" className="h-12" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && turns.length === 0 && <EmptyState icon={<SparkIcon />} title="No turns yet">Every message to the AI sets off a turn. Its stages can be read here.</EmptyState>}
      <ul onKeyDown={onListArrows} aria-label="Turns">
        {turns.map((turn) => <li key={turn.id} className="border-b border-line"><TurnRow turn={turn} nowMs={nowMs} onOpen={() => onTrace(turn.id)} /></li>)}
      </ul>
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
    </>
  );
}

function TurnRow({ turn, nowMs, onOpen }: { turn: TurnSummary; nowMs: number; onOpen: () => void }) {
  const status = TURN_STATUSES[turn.status];
  return (
    <button type="button" data-list-item onClick={onOpen} className="block w-full px-5 py-3 text-left outline-offset-[-2px] hover:bg-sunken">
      <span className="flex items-center gap-2">
        <span className="min-w-0 truncate font-medium">{turn.intent === null ? "No intent" : sayCode(turn.intent)}</span>
        <span className="ml-auto"><StateBadge state={status} /></span>
      </span>
      {turn.reason !== null && <span className="mt-0.5 block truncate text-xs text-ink-soft">{sayTurnReason(turn.reason)}</span>}
      <span className="mt-1 flex gap-3 text-2xs text-ink-faint tabular-nums">
        <span>{turn.durationUs === null ? "running" : formatDuration(turn.durationUs)}</span>
        <span>{formatCost(turn.costMicroUsd)}</span>
        {turn.model !== null && <span className="min-w-0 truncate">{turn.model}</span>}
        <time dateTime={turn.startedAt} title={formatFull(turn.startedAt)} className="ml-auto">{formatAgo(turn.startedAt, nowMs)}</time>
      </span>
    </button>
  );
}
