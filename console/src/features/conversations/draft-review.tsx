import { useState } from "react";
import type { Citation, DraftView } from "../../../../src/shapes/conversation.ts";
import { sayCode } from "../../lib/format.ts";
import { useStored, writeStored } from "../../lib/stored-value.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CheckIcon, CloseIcon, SparkIcon } from "../../ui/icons.tsx";
import { MessageText, SourceList } from "../../ui/message-text.tsx";
import { DraftField } from "./draft-field.tsx";
import type { DraftDecision } from "./use-draft-decision.ts";

type DraftReviewProps = { draft: DraftView; isMine: boolean; isBusy: boolean; onDecide: (decision: DraftDecision) => void; onCitation: (citation: Citation) => void };

/** What the AI would answer, with its sources: send it, change it first, or reject it with a reason. */
export function DraftReview({ draft, isMine, isBusy, onDecide, onCitation }: DraftReviewProps) {
  const [mode, setMode] = useState<"read" | "edit" | "reject">("read");
  const changed = `baton.draft-text.${draft.id}`;
  const text = useStored(changed) ?? draft.text;
  const isSuggestion = draft.rung === "suggest";
  const isUsable = !draft.isStale && draft.text !== "" && (isMine || !isSuggestion);
  const decide = (decision: DraftDecision): void => {
    writeStored(changed, null);
    onDecide(decision);
  };
  const accept = isUsable && !isSuggestion && !isBusy ? (): void => decide({ decision: "accepted" }) : undefined;
  const edit = isUsable && !isBusy ? (): void => setMode("edit") : undefined;
  const reject = isBusy ? undefined : (): void => setMode("reject");
  useShortcuts(mode === "read" ? { a: accept, e: edit, x: reject } : {});

  return (
    <section aria-label={isSuggestion ? "Suggestion of the AI" : "Draft of the AI"} className="mx-auto w-full max-w-3xl rounded-xl border border-accent/40 bg-canvas px-3.5 py-2.5">
      <p className="mb-1 flex flex-wrap items-center gap-2 text-xs text-ink-soft">
        <SparkIcon className="size-3.5 text-accent-ink" />
        <span className="font-medium">{isSuggestion ? "Suggestion, not sent" : "Draft, not sent"}</span>
        {draft.intent !== null && <Badge>{sayCode(draft.intent)}</Badge>}
        {draft.isStale && <Badge tone="warn">Out of date</Badge>}
      </p>
      {draft.isStale && <p role="status" className="mb-1 text-xs text-ink-soft">The customer has written again. A new one is on its way.</p>}
      {mode === "edit" ? (
        <DraftField label="Change the answer" value={text} submitLabel="Send" isBusy={isBusy} onChange={(value) => writeStored(changed, value)} onCancel={() => setMode("read")} onSubmit={(value) => decide({ decision: "edited", text: value })} />
      ) : (
        <div className="max-h-56 overflow-y-auto" tabIndex={0} role="region" aria-label="Text">
          {draft.text !== "" && <MessageText text={draft.text} citations={draft.citations} onCitation={onCitation} />}
          <SourceList citations={draft.citations} onCitation={onCitation} />
          <ProposedCalls calls={draft.calls} />
        </div>
      )}
      {mode === "reject" && <DraftField label="Why is it not right?" value="" submitLabel="Reject" isBusy={isBusy} onCancel={() => setMode("read")} onSubmit={(reason) => decide({ decision: "rejected", reason })} />}
      {mode === "read" && (
        <div className="mt-2 flex flex-wrap items-center gap-2">
          {!isSuggestion && draft.text !== "" && <Button tone="primary" isBusy={isBusy} disabled={accept === undefined} onClick={accept} title="Shortcut: a"><CheckIcon />Send as it is</Button>}
          {draft.text !== "" && <Button tone={isSuggestion ? "primary" : "plain"} disabled={edit === undefined} onClick={edit} title="Shortcut: e">{isSuggestion ? "Use it" : "Change"}</Button>}
          <Button tone="danger" disabled={reject === undefined} onClick={reject} title="Shortcut: x"><CloseIcon />Reject</Button>
          {isSuggestion && !isMine && <span className="text-xs text-ink-soft">Take the conversation over to use it.</span>}
        </div>
      )}
    </section>
  );
}

function ProposedCalls({ calls }: { calls: DraftView["calls"] }) {
  if (calls.length === 0) return null;
  return (
    <div className="mt-2 border-t border-line pt-2 text-xs">
      <p className="text-ink-soft">The AI may not do this here; it is for you to do:</p>
      <ul className="mt-1 flex flex-col gap-0.5">{calls.map((call) => <li key={call.describedAs} className="font-medium break-words first-letter:uppercase">{call.describedAs}</li>)}</ul>
    </div>
  );
}
