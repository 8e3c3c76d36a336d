import { useCallback, useState } from "react";
import type { Citation } from "../../../../src/shapes/conversation.ts";
import { fetchJson, sayProblem } from "../../lib/fetch-json.ts";
import { useStickToEnd } from "../../lib/use-stick-to-end.ts";
import { DownIcon } from "../../ui/icons.tsx";
import { ArticleSheet } from "../knowledge/article-sheet.tsx";
import { articleAddress } from "../knowledge/load-article.ts";
import type { Article } from "../knowledge/article-view.tsx";
import { ChatComposer } from "./chat-composer.tsx";
import { ChatHeader } from "./chat-header.tsx";
import { bearer, type ChatSession } from "./chat-session.ts";
import { humanName, previewText } from "./chat-state.ts";
import { ConnectionBar, ExpiredBar, HolderBar, ProblemBar } from "./notice-bars.tsx";
import { MessageList } from "./message-list.tsx";
import { Suggestions } from "./suggestions.tsx";
import { useChatOutbox } from "./use-chat-outbox.ts";
import { useChatStream } from "./use-chat-stream.ts";

type ConversationProps = {
  session: ChatSession;
  hasExpired: boolean;
  problem: string | null;
  onRefused: () => void;
  onLeave: () => void;
  onChooseCustomer: (() => void) | null;
};

export function Conversation({ session, hasExpired, problem, onRefused, onLeave, onChooseCustomer }: ConversationProps) {
  const { visitor, info } = session;
  const { chat, connection, receive, loadOlder, refresh } = useChatStream(session, onRefused);
  const outbox = useChatOutbox(visitor, chat.messages, connection === "live", receive, onRefused);
  const [citation, setCitation] = useState<Citation | null>(null);
  const [askProblem, setAskProblem] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const loadArticle = useCallback((id: string, quote: string) => fetchJson<Article>(articleAddress("/api/chat/documents", id, quote), { headers: bearer(visitor) }), [visitor]);

  const preview = previewText(chat.preview);
  const endKey = `${chat.messages.at(-1)?.seq}+${outbox.pending.map((it) => it.id + it.state).join()}+${preview?.length ?? chat.stage?.stage}`;
  const { scroller, isAtEnd, goToEnd, onScroll } = useStickToEnd(String(chat.messages[0]?.seq), endKey);
  const isEmpty = chat.isLoaded && chat.messages.length === 0 && outbox.pending.length === 0;

  const askFor = async (path: string): Promise<void> => {
    setIsAsking(true);
    setAskProblem(null);
    try {
      await fetchJson<unknown>(path, { method: "POST", body: {}, headers: bearer(visitor) });
      await refresh();
    } catch (error) {
      setAskProblem(sayProblem(error));
    } finally {
      setIsAsking(false);
    }
  };
  const send = (text: string): void => {
    outbox.send(text);
    goToEnd();
  };

  return (
    <>
      <ChatHeader info={info} holder={chat.holder} isAsking={isAsking} onAskForPerson={() => void askFor("/api/chat/handoff")} onLeave={onLeave} onChooseCustomer={onChooseCustomer} />
      <main className="relative flex min-h-0 flex-1 flex-col">
        {hasExpired && <ExpiredBar />}
        <ProblemBar text={askProblem ?? problem} />
        <HolderBar holder={chat.holder} queuePosition={chat.queuePosition} assigneeName={humanName(chat)} onWithdraw={() => void askFor("/api/chat/handoff/withdraw")} />
        <div ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label="Conversation" className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none] outline-offset-[-2px]">
          <div className="flex flex-col px-4 py-5 md:px-6">
            <MessageList chat={chat} pending={outbox.pending} preview={preview} greeting={info.greeting} onOlder={loadOlder} onCitation={setCitation} onRetry={outbox.retry} onDiscard={outbox.discard} />
            {isEmpty && <Suggestions suggestions={info.suggestions} onChoose={send} />}
          </div>
        </div>
        {!isAtEnd && (
          <div className="relative h-0">
            <button type="button" onClick={goToEnd} className="absolute bottom-3 left-1/2 inline-flex h-8 -translate-x-1/2 items-center gap-1.5 rounded-full border border-line bg-surface px-3 text-xs font-medium shadow-lg shadow-black/10 hover:bg-sunken">
              <DownIcon className="size-3.5" />Newest
            </button>
          </div>
        )}
        <ConnectionBar connection={connection} />
        <ChatComposer conversationId={visitor.conversationId} onSend={send} />
      </main>
      {citation !== null && <ArticleSheet citation={citation} load={loadArticle} onClose={() => setCitation(null)} />}
    </>
  );
}
