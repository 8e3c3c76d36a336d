import { Outlet, useParams } from "@tanstack/react-router";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { EmptyState } from "../../ui/feedback.tsx";
import { ConversationsIcon } from "../../ui/icons.tsx";
import { ConversationList } from "./conversation-list.tsx";

/** The list beside the open conversation; on a phone one after the other. */
export function ConversationsPage() {
  const { conversationId } = useParams({ strict: false });
  const isOpen = conversationId !== undefined;
  return (
    <div className="flex h-full">
      <section aria-label="Conversation list" className={`${isOpen ? "hidden md:flex" : "flex"} h-full w-full flex-col border-line bg-surface md:w-[17.5rem] md:shrink-0 md:border-r lg:w-80`}>
        {isOpen ? <h2 className="sr-only">Conversations</h2> : <h1 className="sr-only">Conversations</h1>}
        <ConversationList />
      </section>
      <div className={`${isOpen ? "flex" : "hidden md:flex"} h-full min-w-0 flex-1`}>
        <Outlet />
      </div>
    </div>
  );
}

export function NoConversation() {
  usePageTitle("Conversations");
  return (
    <div className="flex flex-1 items-center justify-center">
      <EmptyState icon={<ConversationsIcon />} title="No conversation is open">
        Choose one from the list, or move with <Key>j</Key> and <Key>k</Key> and open with <Key>Enter</Key>.
      </EmptyState>
    </div>
  );
}

function Key({ children }: { children: string }) {
  return <kbd className="rounded border border-line bg-surface px-1 font-mono text-2xs text-ink-soft">{children}</kbd>;
}
