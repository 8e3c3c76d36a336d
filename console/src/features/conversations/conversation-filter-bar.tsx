import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Holder } from "../../../../src/shapes/conversation.ts";
import { ChoiceFilter, type FilterChoice } from "../../ui/choice-filter.tsx";
import { SearchIcon } from "../../ui/icons.tsx";
import type { ConversationFilters } from "./conversation-queries.ts";

const HOLDERS: readonly FilterChoice<Holder>[] = [
  { value: null, label: "All" },
  { value: "ai", label: "AI" },
  { value: "queue", label: "Waiting" },
  { value: "human", label: "Person" },
];

const SEARCH_DELAY_MS = 250;

/** Search and filters; both live in the address, so a view can be shared and the back button works. */
export function ConversationFilterBar({ filters, onEnterList }: { filters: ConversationFilters; onEnterList: () => void }) {
  const navigate = useNavigate();
  const [text, setText] = useState(filters.query ?? "");
  const sent = useRef(filters.query ?? "");

  const change = (next: { [Key in keyof ConversationFilters]: ConversationFilters[Key] | undefined }): void => {
    const merged = Object.fromEntries(Object.entries({ ...filters, ...next }).filter(([, value]) => value !== undefined && value !== ""));
    void navigate({ to: ".", search: merged, replace: true });
  };
  const latest = useRef(change);
  useEffect(() => {
    latest.current = change;
  });

  useEffect(() => {
    if (text.trim() === sent.current) return;
    const timer = window.setTimeout(() => {
      sent.current = text.trim();
      latest.current({ query: text.trim() });
    }, SEARCH_DELAY_MS);
    return () => window.clearTimeout(timer);
  }, [text]);

  return (
    <div className="shrink-0 border-b border-line px-3 pt-3 pb-2.5">
      <div className="relative">
        <SearchIcon className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-ink-faint" />
        <input
          type="search"
          aria-label="Search conversations"
          placeholder="Search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") onEnterList();
            if (event.key === "Escape") event.currentTarget.blur();
          }}
          className="h-9 w-full rounded-lg border border-line bg-canvas pr-2 pl-8 text-base md:h-8 md:text-sm"
        />
      </div>
      <div className="mt-2 flex items-center justify-between gap-2">
        <ChoiceFilter legend="With whom" name="holder" choices={HOLDERS} chosen={filters.holder ?? null} onChoose={(holder) => change({ holder: holder ?? undefined })} />
        <select
          aria-label="Case status"
          value={filters.status ?? ""}
          onChange={(event) => change({ status: event.target.value === "open" || event.target.value === "resolved" ? event.target.value : undefined })}
          className="h-7 rounded-md bg-surface px-1 text-xs text-ink-soft hover:bg-sunken"
        >
          <option value="">Any case</option>
          <option value="open">Open</option>
          <option value="resolved">Resolved</option>
        </select>
      </div>
    </div>
  );
}
