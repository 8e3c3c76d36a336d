import type { ToolCallView } from "../../../../src/shapes/conversation.ts";
import { formatDuration } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { ChevronIcon } from "../../ui/icons.tsx";
import { KeyValues } from "../../ui/key-values.tsx";
import { StateBadge } from "../../ui/state-badge.tsx";
import { CALL_STATUSES, RISKS } from "./turn-words.ts";

/** A call of a business system: which tool, how risky, with what, and what came of it. */
export function ToolCallRow({ call }: { call: ToolCallView }) {
  const status = CALL_STATUSES[call.status];
  const risk = RISKS[call.risk];
  return (
    <li className="rounded-lg border border-line">
      <details className="group" open={call.status !== "ok"}>
        <summary className="flex list-none flex-wrap items-center gap-2 rounded-lg px-3 py-2 hover:bg-sunken [&::-webkit-details-marker]:hidden">
          <ChevronIcon className="size-3 text-ink-faint transition-transform group-open:rotate-90" />
          <span className="min-w-0 font-mono text-xs font-medium break-all">{call.tool}</span>
          <Badge tone={risk.tone}>{risk.words}</Badge>
          <span className="ml-auto flex items-center gap-2">
            <StateBadge state={status} />
            <span className="text-xs text-ink-faint tabular-nums">{formatDuration(call.durationUs)}</span>
          </span>
        </summary>
        <div className="flex flex-col gap-3 border-t border-line px-3 py-3">
          {call.reason !== null && <p className="break-words text-ink-soft">{call.reason}</p>}
          <Part title="Arguments"><KeyValues values={call.arguments} isCode /></Part>
          <Part title="Outcome"><KeyValues values={asRecord(call.output)} isCode /></Part>
        </div>
      </details>
    </li>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <h4 className="mb-1 text-2xs font-medium text-ink-faint">{title}</h4>
      {children}
    </div>
  );
}

function asRecord(output: unknown): Record<string, unknown> {
  if (output === null || output === undefined) return {};
  return typeof output === "object" && !Array.isArray(output) ? Object.fromEntries(Object.entries(output)) : { value: output };
}
