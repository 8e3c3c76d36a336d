import type { Citation, ConversationView } from "../../../../src/shapes/conversation.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatWait } from "../../lib/format.ts";
import { useNow } from "../../lib/use-now.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { useStored } from "../../lib/stored-value.ts";
import { Button } from "../../ui/button.tsx";
import { nameOf } from "./conversation-queries.ts";
import { DraftReview } from "./draft-review.tsx";
import { draftKey, ReplyComposer } from "./reply-composer.tsx";
import { useConversationAction } from "./use-conversation-actions.ts";
import { useDraftDecision } from "./use-draft-decision.ts";

type ReplyBarProps = { conversation: ConversationView; onSend: (text: string) => void; onCitation: (citation: Citation) => void };

/** The AI's draft where one waits, and below it the composer while the conversation is mine; otherwise who has it, and the way to take it over. */
export function ReplyBar({ conversation, onSend, onCitation }: ReplyBarProps) {
  const { draft } = conversation;
  const deciding = useDraftDecision(conversation.id);
  // Not beside a newer draft, which it is not about.
  const problem = deciding.isError && (draft === null || draft.id === deciding.variables.draftId) ? sayProblem(deciding.error) : null;
  return (
    <div className="shrink-0">
      {(draft !== null || problem !== null) && (
        <div className="border-t border-line bg-surface px-3 py-3 md:px-6">
          {problem !== null && <p role="alert" className="mx-auto max-w-3xl rounded-lg not-last:mb-2 bg-bad-soft px-3 py-2 text-bad">{problem}</p>}
          {draft !== null && <DraftReview key={draft.id} draft={draft} isMine={conversation.isMine} isBusy={deciding.isPending} onDecide={(decision) => deciding.mutate({ draftId: draft.id, ...decision })} onCitation={onCitation} />}
        </div>
      )}
      <OwnReply conversation={conversation} onSend={onSend} />
    </div>
  );
}

function OwnReply({ conversation, onSend }: Pick<ReplyBarProps, "conversation" | "onSend">) {
  const action = useConversationAction();
  const takeOver = (): void => action.mutate({ conversationId: conversation.id, action: "takeover" });
  const canTakeOver = conversation.holder !== "human";
  const hasDraft = useStored(draftKey(conversation.id)) !== null;
  useShortcuts({ t: canTakeOver && !action.isPending ? takeOver : undefined });

  if (conversation.isMine) return <ReplyComposer conversationId={conversation.id} isEager={conversation.draft === null} onSend={onSend} />;
  return (
    <div className="shrink-0 border-t border-line bg-surface px-4 py-3 md:px-6">
      <div className="mx-auto flex max-w-3xl flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 text-ink-soft">
          <HolderSentence conversation={conversation} />
          {hasDraft && <p className="text-xs text-ink-faint">Your unsent draft is kept.</p>}
          {action.isError && <p role="alert" className="text-xs text-bad">{sayProblem(action.error)}</p>}
        </div>
        {canTakeOver && <Button tone="primary" isBusy={action.isPending} onClick={takeOver} title="Shortcut: t">Take over</Button>}
      </div>
    </div>
  );
}

function HolderSentence({ conversation }: { conversation: ConversationView }) {
  if (conversation.holder === "human") return <p>{conversation.assigneeName ?? "Another person"} is talking with {nameOf(conversation.contact)}.</p>;
  if (conversation.holder === "queue") return <p>{nameOf(conversation.contact)} is waiting for a person<WaitingSince conversation={conversation} />.</p>;
  return <p>The AI is answering this conversation.</p>;
}

function WaitingSince({ conversation }: { conversation: ConversationView }) {
  const nowMs = useNow(1000);
  return conversation.handoff === null ? null : <span className="tabular-nums">, for {formatWait(conversation.handoff.requestedAt, nowMs)}</span>;
}
