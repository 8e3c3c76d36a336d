import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { isMissing, sayProblem } from "../../lib/fetch-json.ts";
import { useMediaQuery } from "../../lib/use-media-query.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { SearchIcon } from "../../ui/icons.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { TurnTraceSheet } from "../observe/turn-trace-sheet.tsx";
import { conversationQuery, nameOf } from "./conversation-queries.ts";
import { SidePanel } from "./side-panel.tsx";
import { Thread } from "./thread.tsx";

/** One conversation: the thread, and what is known about it beside it (in a sheet on narrow screens). */
export function ConversationPage({ conversationId, turnId }: { conversationId: string; turnId: string | null }) {
  const found = useQuery(conversationQuery(conversationId));
  const navigate = useNavigate();
  const isWide = useMediaQuery("(min-width: 73rem)");
  const [isPanelOpen, setIsPanelOpen] = useState(false);
  const conversation = found.data;

  const showTurn = (turn: string | null): void => {
    void navigate({ to: ".", search: ({ turn: _turn, ...filters }: { turn?: string }) => (turn === null ? filters : { ...filters, turn }) });
  };

  useEffect(() => {
    if (conversation !== undefined) document.title = `${nameOf(conversation.contact)} · Baton`;
  }, [conversation]);
  useShortcuts({ Escape: () => void navigate({ to: "/conversations", search: ({ turn: _turn, ...filters }: { turn?: string }) => filters }) });

  if (found.isError && conversation === undefined) {
    return (
      <div className="flex-1">
        {isMissing(found.error) ? <EmptyState icon={<SearchIcon />} title="There is no such conversation" /> : <Problem text={sayProblem(found.error)} onRetry={() => void found.refetch()} />}
      </div>
    );
  }
  if (conversation === undefined) return <div className="flex-1"><LoadingRows count={5} label="Loading the conversation" className="h-20" /></div>;

  return (
    <>
      <Thread conversation={conversation} onTrace={showTurn} onDetails={isWide ? null : () => setIsPanelOpen(true)} />
      {isWide && (
        <section aria-label="Details" className="flex w-[20.5rem] shrink-0 flex-col border-l border-line bg-surface 2xl:w-96">
          <h2 className="sr-only">Details</h2>
          <SidePanel conversation={conversation} onTrace={showTurn} />
        </section>
      )}
      {!isWide && isPanelOpen && (
        <Sheet title={nameOf(conversation.contact)} onClose={() => setIsPanelOpen(false)}>
          <SidePanel conversation={conversation} onTrace={showTurn} />
        </Sheet>
      )}
      {turnId !== null && <TurnTraceSheet turnId={turnId} onClose={() => showTurn(null)} />}
    </>
  );
}
