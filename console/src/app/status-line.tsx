import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { StatusView } from "../../../src/shapes/status.ts";
import { useLiveState } from "../features/observe/live-updates.tsx";
import { statusQuery } from "../features/observe/status.ts";
import type { StreamState } from "../lib/event-stream.ts";
import { formatDuration, formatFull } from "../lib/format.ts";
import { Dot, type Tone } from "../ui/badge.tsx";
import { Sheet } from "../ui/sheet.tsx";

const LIVE: Record<StreamState, { tone: Tone; words: string }> = {
  connecting: { tone: "neutral", words: "Connecting…" },
  live: { tone: "good", words: "Live" },
  reconnecting: { tone: "warn", words: "Reconnecting…" },
  refused: { tone: "bad", words: "No live updates" },
};

/** Health at a glance: all of it on wide screens, the essentials and a sheet on phones. */
export function StatusLine() {
  const [isOpen, setIsOpen] = useState(false);
  const status = useQuery(statusQuery).data ?? null;
  const live = LIVE[useLiveState()];
  const connection = <span role="status" className="flex items-center gap-1.5 font-medium text-ink-soft"><Dot tone={live.tone} />{live.words}</span>;

  return (
    <footer aria-label="Status" className="w-full border-t border-line bg-canvas text-2xs text-ink-faint">
      <div className="hidden h-7 items-center gap-4 overflow-hidden px-4 whitespace-nowrap tabular-nums md:flex">
        {connection}
        {status !== null && <WideFacts status={status} />}
      </div>
      <button type="button" onClick={() => setIsOpen(true)} className="flex h-8 w-full items-center justify-between gap-3 px-4 tabular-nums md:hidden">
        {connection}
        {status !== null && <span>{status.openConversations} open · {status.waitingHandoffs} waiting</span>}
        <span className="sr-only">Show the status</span>
      </button>
      {isOpen && (
        <Sheet title="Status" note={live.words} place="middle" onClose={() => setIsOpen(false)}>
          {status === null ? <p className="px-5 py-4 text-ink-faint">Not known yet.</p> : <FactList status={status} />}
        </Sheet>
      )}
    </footer>
  );
}

function WideFacts({ status }: { status: StatusView }) {
  return (
    <>
      <span>Model <b className="font-medium text-ink-soft">{status.model.id}</b></span>
      <Part name="Database" state={status.database} />
      <Part name="Engine" state={status.engine} />
      <span className="flex-1" />
      <span><b className="font-medium text-ink-soft">{status.openConversations}</b> open</span>
      <span><b className="font-medium text-ink-soft">{status.waitingHandoffs}</b> waiting</span>
      <span><b className="font-medium text-ink-soft">{status.turnsLastHour}</b> turns in the last hour</span>
      <span>p50 reply <b className="font-medium text-ink-soft">{status.replyP50Us === null ? "–" : formatDuration(status.replyP50Us)}</b></span>
      <span className="hidden wide:inline">v{status.version}</span>
    </>
  );
}

function Part({ name, state }: { name: string; state: "ok" | "down" }) {
  return <span className="flex items-center gap-1.5"><Dot tone={state === "ok" ? "good" : "bad"} />{name} {state === "ok" ? "ok" : <b className="font-medium text-bad">down</b>}</span>;
}

function FactList({ status }: { status: StatusView }) {
  const facts: [string, string][] = [
    ["Model", `${status.model.id} (${status.model.kind})`],
    ["Database", status.database],
    ["Engine", status.engine],
    ["Open conversations", String(status.openConversations)],
    ["Waiting handoffs", String(status.waitingHandoffs)],
    ["Turns in the last hour", String(status.turnsLastHour)],
    ["Median reply time", status.replyP50Us === null ? "–" : formatDuration(status.replyP50Us)],
    ["Articles", String(status.documents)],
    ["Version", status.version],
    ["Running since", formatFull(status.startedAt)],
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 px-5 py-4 text-sm">
      {facts.map(([name, value]) => <div key={name} className="contents"><dt className="text-ink-faint">{name}</dt><dd className="text-ink">{value}</dd></div>)}
    </dl>
  );
}
