import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import type { ContactView, ConversationSummary, ConversationView, Holder, MessageView, RecordPanel, ThreadMessage, TurnSummary } from "../../../../src/shapes/conversation.ts";
import type { Page } from "../../../../src/lib/page.ts";
import { fetchJson } from "../../lib/fetch-json.ts";
import { cursorPaging, fetchPage, firstPage } from "../../lib/paging.ts";

export type ConversationFilters = { holder?: Holder; status?: "open" | "resolved"; query?: string };

const LIST_PAGE = 30;
const MESSAGE_PAGE = 50;
const RECORDS_FRESH_MS = 5 * 60_000;

export function conversationsQuery(filters: ConversationFilters) {
  return infiniteQueryOptions({
    queryKey: ["conversations", filters],
    queryFn: ({ pageParam, signal }) => fetchPage<ConversationSummary>("/api/conversations", { ...filters, limit: LIST_PAGE, cursor: pageParam }, signal),
    ...cursorPaging,
    placeholderData: (previous) => previous,
  });
}

export function conversationQuery(conversationId: string) {
  return queryOptions({
    queryKey: ["conversation", conversationId, "view"],
    queryFn: ({ signal }) => fetchJson<ConversationView>(`/api/conversations/${conversationId}`, { signal }),
  });
}

/** Pages go back in time; inside a page messages ascend. */
export function messagesQuery(conversationId: string) {
  return infiniteQueryOptions({
    queryKey: ["conversation", conversationId, "messages"],
    queryFn: ({ pageParam, signal }) => fetchPage<ThreadMessage>(`/api/conversations/${conversationId}/messages`, { limit: MESSAGE_PAGE, before: pageParam }, signal),
    initialPageParam: firstPage(),
    getNextPageParam: (page) => (page.nextCursor === null ? null : (page.items[0]?.seq.toString() ?? null)),
  });
}

export function turnsQuery(conversationId: string) {
  return infiniteQueryOptions({
    queryKey: ["conversation", conversationId, "turns"],
    queryFn: ({ pageParam, signal }) => fetchPage<TurnSummary>(`/api/conversations/${conversationId}/turns`, { limit: LIST_PAGE, cursor: pageParam }, signal),
    ...cursorPaging,
  });
}

/** Every reading is written in the ledger, so it is not repeated without a reason. */
export function recordsQuery(conversationId: string) {
  return queryOptions({
    queryKey: ["conversation", conversationId, "records"],
    queryFn: ({ signal }) => fetchJson<RecordPanel>(`/api/conversations/${conversationId}/records`, { signal }),
    staleTime: RECORDS_FRESH_MS,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** Puts a person's message that just came back from the server where the next refetch will find it anyway. */
export function addMessage(queryClient: QueryClient, message: MessageView): void {
  queryClient.setQueryData<InfiniteData<Page<ThreadMessage>, string | null>>(["conversation", message.conversationId, "messages"], (data) => {
    const [newest, ...older] = data?.pages ?? [];
    if (data === undefined || newest === undefined || newest.items.some((it) => it.seq === message.seq)) return data;
    const items = [...newest.items, { ...message, sentBy: null }].sort((left, right) => left.seq - right.seq);
    return { ...data, pages: [{ ...newest, items }, ...older] };
  });
}

/** What to call a contact who may have given no name. */
export function nameOf(contact: ContactView): string {
  return contact.name ?? contact.email ?? `Visitor ${contact.id.slice(-4)}`;
}
