import { useInfiniteQuery } from "@tanstack/react-query";
import { Fragment, useMemo, useState } from "react";
import type { Citation, ConversationView, ThreadMessage } from "../../../../src/shapes/conversation.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatDay } from "../../lib/format.ts";
import { useLogLiveness } from "../../lib/use-log-liveness.ts";
import { useNow } from "../../lib/use-now.ts";
import { useStickToEnd } from "../../lib/use-stick-to-end.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { ConversationsIcon, DownIcon } from "../../ui/icons.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { loadArticle } from "../knowledge/load-article.ts";
import { ManageLink } from "../knowledge/manage-link.tsx";
import { ArticleSheet } from "../knowledge/article-sheet.tsx";
import { messagesQuery, nameOf } from "./conversation-queries.ts";
import { MessageBubble } from "./message-bubble.tsx";
import { PendingReply } from "./pending-reply.tsx";
import { ReplyBar } from "./reply-bar.tsx";
import { ThreadHeader } from "./thread-header.tsx";
import { useReplies } from "./use-replies.ts";

type ThreadProps = { conversation: ConversationView; onTrace: (turnId: string) => void; onDetails: (() => void) | null };

export function Thread({ conversation, onTrace, onDetails }: ThreadProps) {
  const found = useInfiniteQuery(messagesQuery(conversation.id));
  const messages = useMemo(() => inOrder(found.data?.pages.flatMap((page) => page.items) ?? []), [found.data]);
  const replies = useReplies(conversation.id, messages);
  const [citation, setCitation] = useState<Citation | null>(null);
  const nowMs = useNow(60_000);
  const { scroller, isAtEnd, goToEnd, onScroll } = useStickToEnd(String(messages[0]?.seq), `${messages.at(-1)?.seq}+${replies.pending.map((it) => it.id + it.state).join()}`);
  const liveness = useLogLiveness(found.isSuccess, found.isFetchingNextPage);
  const contactName = nameOf(conversation.contact);

  return (
    <section aria-label={`Conversation with ${contactName}`} className="relative flex min-w-0 flex-1 flex-col bg-canvas">
      <ThreadHeader conversation={conversation} onDetails={onDetails} />
      <div ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label="Messages" className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none] outline-offset-[-2px]">
        <div className="mx-auto flex min-h-full max-w-3xl flex-col justify-end px-4 py-4 md:px-6">
          {found.hasNextPage && <LoadMore label="Show earlier messages" isLoading={found.isFetchingNextPage} onMore={() => void found.fetchNextPage({ cancelRefetch: false })} />}
          {found.isPending && <LoadingRows count={4} label="Loading messages" className="h-16" />}
          {found.isError && <Problem text={sayProblem(found.error)} onRetry={() => void found.refetch()} />}
          {found.isSuccess && messages.length === 0 && <EmptyState icon={<ConversationsIcon />} title="No messages yet" />}
          <div role="log" aria-live={liveness}>
            <ol className="flex flex-col">
              {messages.map((message, index) => (
                <Fragment key={message.seq}>
                  {startsDay(messages, index) && (
                    <li className="my-3 flex items-center gap-3 text-2xs text-ink-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">{formatDay(message.createdAt, nowMs)}</li>
                  )}
                  <MessageBubble message={message} contactName={contactName} isContinued={continues(messages, index)} onCitation={setCitation} onTrace={onTrace} />
                </Fragment>
              ))}
            </ol>
          </div>
          {replies.pending.length > 0 && (
            <ol className="flex flex-col">
              {replies.pending.map((entry) => <PendingReply key={entry.id} entry={entry} onRetry={() => replies.retry(entry)} onDiscard={() => replies.discard(entry)} />)}
            </ol>
          )}
        </div>
      </div>
      {!isAtEnd && (
        <div className="relative h-0">
          <button type="button" onClick={goToEnd} className="absolute bottom-3 left-1/2 inline-flex h-8 -translate-x-1/2 items-center gap-1.5 rounded-full border border-line bg-surface px-3 text-xs font-medium shadow-lg shadow-black/10 hover:bg-sunken">
            <DownIcon className="size-3.5" />Newest
          </button>
        </div>
      )}
      <ReplyBar key={conversation.id} conversation={conversation} onSend={(text) => { replies.send(text); goToEnd(); }} onCitation={setCitation} />
      {citation !== null && <ArticleSheet citation={citation} load={loadArticle} isPathShown onClose={() => setCitation(null)}><ManageLink citation={citation} /></ArticleSheet>}
    </section>
  );
}

function inOrder(messages: readonly ThreadMessage[]): ThreadMessage[] {
  return [...new Map(messages.map((message) => [message.seq, message])).values()].sort((left, right) => left.seq - right.seq);
}

function startsDay(messages: readonly ThreadMessage[], index: number): boolean {
  const before = messages[index - 1];
  const message = messages[index];
  return message !== undefined && (before === undefined || new Date(before.createdAt).toDateString() !== new Date(message.createdAt).toDateString());
}

const GROUP_MS = 5 * 60_000;

function continues(messages: readonly ThreadMessage[], index: number): boolean {
  const before = messages[index - 1];
  const message = messages[index];
  if (before === undefined || message === undefined || before.author !== message.author || before.authorName !== message.authorName) return false;
  return Date.parse(message.createdAt) - Date.parse(before.createdAt) < GROUP_MS && !startsDay(messages, index);
}
