import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Citation, ThreadMessage } from "../../../../src/shapes/conversation.ts";
import { formatFull, formatTime, sayCode } from "../../lib/format.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { MessageText, SourceList } from "../../ui/message-text.tsx";
import { taskNameAt } from "../workflows/runs/run-words.ts";

type MessageBubbleProps = {
  message: ThreadMessage;
  contactName: string;
  /** Follows a message of the same author closely, so the name is not repeated. */
  isContinued: boolean;
  onCitation: (citation: Citation) => void;
  onTrace: (turnId: string) => void;
};

const SURFACES = {
  contact: "rounded-bl-md bg-surface border border-line",
  ai: "rounded-br-md bg-surface border border-accent/30",
  human: "rounded-br-md bg-accent-soft border border-transparent",
};

/** The contact on the left, our side (AI and people) on the right, notices in the middle. */
export const MessageBubble = memo(function MessageBubble({ message, contactName, isContinued, onCitation, onTrace }: MessageBubbleProps) {
  if (message.author === "system") return <Notice message={message} />;
  const isContact = message.author === "contact";
  return (
    <li className={`flex gap-2 ${isContinued ? "mt-1" : "mt-4"} ${isContact ? "pr-8" : "flex-row-reverse pl-8"}`}>
      {isContinued ? <span className="w-7 shrink-0" /> : <Avatar name={message.authorName ?? contactName} kind={message.author === "ai" ? "ai" : "person"} size="size-7 mt-5" />}
      <div className={`flex max-w-[36rem] min-w-0 flex-col ${isContact ? "items-start" : "items-end"}`}>
        <p className={isContinued ? "sr-only" : "mb-1 flex items-baseline gap-1.5 text-2xs text-ink-faint"}>
          <span className="font-medium text-ink-soft">{authorOf(message, contactName)}</span>
          <time dateTime={message.createdAt} title={formatFull(message.createdAt)} className="tabular-nums">{formatTime(message.createdAt)}</time>
          {message.channel !== "chat" && message.channel !== "web" && <span>via {message.channel}</span>}
        </p>
        <div className={`max-w-full rounded-2xl px-3.5 py-2 ${SURFACES[message.author]}`}>
          <MessageText text={message.text} citations={message.citations} onCitation={onCitation} />
          <SourceList citations={message.citations} onCitation={onCitation} />
        </div>
        {message.author === "ai" && (
          <p className="mt-1 flex flex-wrap justify-end gap-x-2 text-2xs text-ink-faint">
            {message.sentBy !== null && <RunLink sentBy={message.sentBy} />}
            {message.turnId !== null && <TraceLink turnId={message.turnId} onTrace={onTrace} />}
          </p>
        )}
      </div>
    </li>
  );
});

function RunLink({ sentBy: { runId, workflow, pointer } }: { sentBy: NonNullable<ThreadMessage["sentBy"]> }) {
  const name = workflow === null ? "a workflow" : `workflow ${sayCode(workflow)}`;
  return (
    <Link to="/runs/$runId" params={{ runId }} className="rounded text-right underline underline-offset-2 hover:text-accent-ink">
      Sent by {name}{pointer !== null && `, step ${sayCode(taskNameAt(pointer))}`}
    </Link>
  );
}

function TraceLink({ turnId, onTrace }: { turnId: string; onTrace: (turnId: string) => void }) {
  return (
    <button type="button" onClick={() => onTrace(turnId)} className="rounded underline-offset-2 hover:text-accent-ink hover:underline">
      How it was answered
    </button>
  );
}

function Notice({ message }: { message: ThreadMessage }) {
  return (
    <li className="mx-auto my-3 max-w-[34rem] text-center text-xs text-ink-faint">
      <span className="sr-only">Notice: </span>
      {message.text} <time dateTime={message.createdAt} title={formatFull(message.createdAt)} className="tabular-nums">{formatTime(message.createdAt)}</time>
    </li>
  );
}

function authorOf(message: ThreadMessage, contactName: string): string {
  if (message.author === "contact") return contactName;
  return message.authorName ?? (message.author === "ai" ? "AI" : "Person");
}
