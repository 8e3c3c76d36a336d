import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { sayProblem } from "../../lib/fetch-json.ts";
import { useNow } from "../../lib/use-now.ts";
import { moveInList, onListArrows, useListShortcuts } from "../../lib/use-shortcuts.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { ConversationsIcon, SearchIcon } from "../../ui/icons.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { ConversationFilterBar } from "./conversation-filter-bar.tsx";
import { conversationsQuery, type ConversationFilters } from "./conversation-queries.ts";
import { ConversationRow } from "./conversation-row.tsx";

export function ConversationList() {
  const { turn: _turn, ...filters } = useSearch({ from: "/shell/conversations" });
  const { conversationId } = useParams({ strict: false });
  const list = useInfiniteQuery(conversationsQuery(filters));
  const box = useListShortcuts<HTMLUListElement>();
  const nowMs = useNow(30_000);

  const conversations = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <ConversationFilterBar filters={filters} onEnterList={() => moveInList(box.current, 1)} />
      <div className={`min-h-0 flex-1 overflow-y-auto transition-opacity ${list.isPlaceholderData ? "opacity-60" : ""}`}>
        {list.isPending && <LoadingRows count={7} label="Loading conversations" />}
        {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
        {list.isSuccess && conversations.length === 0 && <NothingFound filters={filters} />}
        <ul ref={box} onKeyDown={onListArrows} aria-label="Conversations">
          {conversations.map((conversation) => (
            <li key={conversation.id} className="row-skips border-b border-line">
              <ConversationRow conversation={conversation} isOpen={conversation.id === conversationId} nowMs={nowMs} />
            </li>
          ))}
        </ul>
        {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
      </div>
    </>
  );
}

function NothingFound({ filters }: { filters: ConversationFilters }) {
  if (Object.keys(filters).length > 0) {
    return <EmptyState icon={<SearchIcon />} title="Nothing matches">Try another word or a wider filter.</EmptyState>;
  }
  return (
    <EmptyState icon={<ConversationsIcon />} title="No conversations yet">
      They appear here as soon as a customer writes. Try it yourself on the <a href="/chat" target="_blank" rel="noreferrer" className="text-accent-ink underline underline-offset-2">chat page</a>.
    </EmptyState>
  );
}
