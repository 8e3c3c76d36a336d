import type { StageName, StageView, TurnView } from "../../../../src/shapes/conversation.ts";
import { formatCost, formatDuration, formatFull, sayCode } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { StateBadge } from "../../ui/state-badge.tsx";
import { StageRow } from "./stage-row.tsx";
import { ToolCallRow } from "./tool-call-row.tsx";
import { sayTurnReason, STAGES, TURN_STATUSES } from "./turn-words.ts";

/** One turn, stage by stage on a common time axis, with what it did and what it cost. */
export function TurnTrace({ turn }: { turn: TurnView }) {
  const totalUs = Math.max(1, ...turn.stages.map((stage) => stage.offsetUs + stage.durationUs));
  return (
    <div>
      <TurnFacts turn={turn} totalUs={totalUs} />
      <section aria-labelledby="trace-stages" className="border-t border-line">
        <div className="flex items-baseline justify-between px-5 pt-4 pb-1">
          <h3 id="trace-stages" className="text-xs font-medium text-ink-faint">Stages</h3>
        </div>
        <TimeAxis totalUs={totalUs} />
        <ol className="pb-2">
          {rowsOf(turn.stages).map(({ name, stage, key }) => <StageRow key={key} name={name} stage={stage} totalUs={totalUs} />)}
        </ol>
      </section>
      <section aria-labelledby="trace-calls" className="border-t border-line px-5 py-4">
        <h3 id="trace-calls" className="mb-2 text-xs font-medium text-ink-faint">Tool calls</h3>
        {turn.toolCalls.length === 0 && <p className="text-xs text-ink-faint">This turn called no tools.</p>}
        <ul className="flex flex-col gap-2">{turn.toolCalls.map((call) => <ToolCallRow key={call.id} call={call} />)}</ul>
      </section>
    </div>
  );
}

function TurnFacts({ turn, totalUs }: { turn: TurnView; totalUs: number }) {
  const status = TURN_STATUSES[turn.status];
  const facts: [string, string][] = [
    ["Duration", turn.durationUs === null ? "running" : formatDuration(turn.durationUs ?? totalUs)],
    ["Cost", formatCost(turn.costMicroUsd)],
    ["Model", turn.model ?? "none"],
    ["Started", formatFull(turn.startedAt)],
  ];
  return (
    <div className="px-5 py-4">
      <div className="flex flex-wrap items-center gap-2">
        <StateBadge state={status} />
        {turn.intent !== null && <Badge>{sayCode(turn.intent)}</Badge>}
        {turn.decision !== null && <Badge>{sayCode(turn.decision)}</Badge>}
      </div>
      {turn.reason !== null && <p className="mt-2 break-words text-ink-soft">{sayTurnReason(turn.reason)}</p>}
      <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-4">
        {facts.map(([name, value]) => (
          <div key={name} className="min-w-0">
            <dt className="text-2xs text-ink-faint">{name}</dt>
            <dd className="break-words tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function TimeAxis({ totalUs }: { totalUs: number }) {
  return (
    <div aria-hidden="true" className="mx-5 flex text-2xs text-ink-faint tabular-nums sm:ml-[calc(1.25rem+8.75rem)] sm:mr-[calc(1.25rem+5.5rem)]">
      <span className="flex-1">0</span>
      <span className="flex-1 text-center">{formatDuration(Math.round(totalUs / 2))}</span>
      <span className="flex-1 text-right">{formatDuration(totalUs)}</span>
    </div>
  );
}

type TraceRow = { name: StageName; stage: StageView | null; key: string };

/** All stages in their order; one that ran twice (a repaired answer) has two rows, one that was never reached has an empty one. */
function rowsOf(stages: readonly StageView[]): TraceRow[] {
  return STAGES.flatMap((name): TraceRow[] => {
    const runs = stages.filter((stage) => stage.stage === name).toSorted((left, right) => left.offsetUs - right.offsetUs);
    return runs.length === 0 ? [{ name, stage: null, key: name }] : runs.map((stage, index) => ({ name, stage, key: `${name}-${index}` }));
  });
}
