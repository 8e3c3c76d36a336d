import { useEffect, useRef } from "react";
import { useStored, writeStored } from "../../lib/stored-value.ts";
import { useMediaQuery } from "../../lib/use-media-query.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button } from "../../ui/button.tsx";

export function draftKey(conversationId: string): string {
  return `baton.draft.${conversationId}`;
}

/** Where a human agent writes. Every keystroke is kept per conversation, so neither a reload nor a lost connection loses a word. */
export function ReplyComposer({ conversationId, isEager, onSend }: { conversationId: string; /** Takes the focus when it appears. */ isEager: boolean; onSend: (text: string) => void }) {
  const key = draftKey(conversationId);
  const draft = useStored(key) ?? "";
  const field = useRef<HTMLTextAreaElement>(null);
  const isTouch = useMediaQuery("(pointer: coarse)");
  useShortcuts({ r: () => field.current?.focus() });

  const takesFocus = useRef(isEager && !isTouch);
  useEffect(() => {
    if (takesFocus.current) field.current?.focus();
  }, []);

  const submit = (): void => {
    const text = draft.trim();
    if (text === "") return;
    onSend(text);
    writeStored(key, null);
  };

  return (
    <form
      onSubmit={(event) => { event.preventDefault(); submit(); }}
      className="shrink-0 border-t border-line bg-surface px-3 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-6"
    >
      <div className="mx-auto max-w-3xl rounded-xl border border-line-strong bg-surface focus-within:border-accent-ink focus-within:ring-1 focus-within:ring-accent-ink">
        <label>
          <span className="sr-only">Reply to customer</span>
          <textarea
            ref={field}
            rows={2}
            value={draft}
            placeholder="Write a reply…"
            onChange={(event) => writeStored(key, event.target.value === "" ? null : event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") field.current?.blur();
              if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || isTouch) return;
              event.preventDefault();
              submit();
            }}
            className="grows block max-h-60 min-h-16 w-full resize-none bg-transparent px-3.5 pt-2.5 text-base outline-none md:text-sm"
          />
        </label>
        <div className="flex items-center justify-between gap-2 px-2 pb-2">
          <span className="pl-1.5 text-2xs text-ink-faint">{isTouch ? "" : "Enter sends, Shift+Enter starts a new line"}</span>
          <Button type="submit" tone="primary" disabled={draft.trim() === ""}>Send reply</Button>
        </div>
      </div>
    </form>
  );
}
