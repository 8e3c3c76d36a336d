import { useState } from "react";
import type { AutonomyLadderView, LadderBand, LadderCell } from "../../../../../src/shapes/policy.ts";
import { sayCode } from "../../../lib/format.ts";
import { ChoiceFilter } from "../../../ui/choice-filter.tsx";
import { RISKS } from "../../observe/turn-words.ts";
import { levelWords, sayAmount, sayMove } from "../policy-words.ts";
import { LevelBadge } from "./level-sign.tsx";

type LadderPictureProps = { ladder: AutonomyLadderView; onOpen: (rule: string) => void };
type Column = { key: string; title: string; cellOf: (intent: string | null) => LadderCell | undefined };

const RISK_NAMES = ["read", "write", "money", "irreversible"] as const;
const MOVES = { promoted: "▲ promoted", demoted: "▼ demoted", set: "set by hand" };

/** How far the AI may go: intents beside risks, or channels where rules ask for those alone. A cell opens the rule that counts there. */
export function LadderPicture({ ladder, onOpen }: LadderPictureProps) {
  const { grid } = ladder;
  const [chosen, setChosen] = useState<string | null>(grid.channels[0] ?? null);
  const byRisk = grid.usesRisks || grid.channels.length === 1;
  const channel = grid.channels.includes(chosen) ? chosen : (grid.channels[0] ?? null);
  const columns = byRisk ? riskColumns(grid.cells, channel) : channelColumns(grid);
  return (
    <>
      {byRisk && grid.channels.length > 1 && (
        <ChoiceFilter legend="Channel" name="ladder-channel" className="mb-2 flex-wrap" chosen={channel} onChoose={setChosen} choices={grid.channels.map((value) => ({ value, label: channelTitle(value) }))} />
      )}
      <div tabIndex={0} role="region" aria-label="How far the AI may go" className="hidden overflow-x-auto rounded-xl border border-line bg-surface md:block">
        <table className="w-full text-left">
          <thead>
            <tr className="border-b border-line text-2xs text-ink-faint">
              <th scope="col" className="py-2 pr-3 pl-4 font-medium">Intent</th>
              {columns.map((column) => <th key={column.key} scope="col" className="px-3 py-2 font-medium whitespace-nowrap">{column.title}</th>)}
            </tr>
          </thead>
          <tbody>
            {grid.intents.map((intent) => (
              <tr key={intent} className="border-b border-line last:border-b-0">
                <th scope="row" className="py-2.5 pr-3 pl-4 align-top font-medium">{intentTitle(intent, grid.intents.length)}</th>
                {columns.map((column) => <td key={column.key} className="px-2 py-1.5 align-top"><Bands cell={column.cellOf(intent)} ladder={ladder} onOpen={onOpen} /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul aria-label="How far the AI may go" className="flex flex-col gap-3 md:hidden">
        {grid.intents.map((intent) => (
          <li key={intent} className="rounded-xl border border-line bg-surface px-3 pt-2.5 pb-1.5">
            <p className="px-1 font-medium">{intentTitle(intent, grid.intents.length)}</p>
            <dl className="mt-1">
              {columns.map((column) => (
                <div key={column.key} className="flex items-start justify-between gap-2 border-t border-line py-1">
                  <dt className="px-1 py-1.5 text-xs text-ink-faint">{column.title}</dt>
                  <dd className="flex min-w-0 flex-col items-end text-right"><Bands cell={column.cellOf(intent)} ladder={ladder} onOpen={onOpen} /></dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </>
  );
}

function Bands({ cell, ladder, onOpen }: { cell: LadderCell | undefined; ladder: AutonomyLadderView; onOpen: (rule: string) => void }) {
  if (cell === undefined) return null;
  // Looking up is no act; below these two levels it goes on, but people see the answer first.
  if (cell.risk === "read" && cell.bands.every((band) => band.level === "act" || band.level === "act_with_approval")) return <span className="inline-block px-1 py-1"><LevelBadge level="act" words="Looks up" /></span>;
  return cell.bands.map((band) => <Band key={band.amountUpToCents} band={band} isOnly={cell.bands.length === 1} ladder={ladder} onOpen={onOpen} />);
}

function Band({ band, isOnly, ladder, onOpen }: { band: LadderBand; isOnly: boolean; ladder: AutonomyLadderView; onOpen: (rule: string) => void }) {
  const { rule: name, closedRung } = band;
  const rule = ladder.rules.find((each) => each.name === name);
  const move = rule === undefined ? null : sayMove(rule);
  const amount = isOnly ? "" : band.amountUpToCents === null ? "more, or not known" : `up to ${sayAmount(band.amountUpToCents)}`;
  const content = (
    <>
      <LevelBadge level={band.level} />
      {amount !== "" && <span className="block text-2xs text-ink-soft">{amount}</span>}
      <span className="block text-2xs text-ink-faint">{name ?? "no rule"}{move === null ? "" : ` · ${MOVES[move]}`}</span>
      {closedRung !== null && <span className="block text-2xs text-bad">held: {levelWords(closedRung).words} is closed</span>}
    </>
  );
  if (name === null) return <div className="px-1 py-1">{content}</div>;
  return <button type="button" onClick={() => onOpen(name)} className="block rounded-lg px-1 py-1 text-left hover:bg-sunken max-md:text-right">{content}</button>;
}

function riskColumns(cells: readonly LadderCell[], channel: string | null): Column[] {
  return RISK_NAMES.map((risk) => ({ key: risk, title: RISKS[risk].words, cellOf: (intent) => cells.find((cell) => cell.intent === intent && cell.channel === channel && cell.risk === risk) }));
}

/** No rule asks for the risk, so every risk but reading says the same. */
function channelColumns({ channels, cells }: AutonomyLadderView["grid"]): Column[] {
  return channels.map((channel) => ({ key: channel ?? "", title: channelTitle(channel), cellOf: (intent) => cells.find((cell) => cell.intent === intent && cell.channel === channel && cell.risk === "write") }));
}

function channelTitle(channel: string | null): string {
  return channel === null ? "Other channels" : sayCode(channel);
}

function intentTitle(intent: string | null, count: number): string {
  return intent === null ? (count === 1 ? "Every intent" : "Other intents") : sayCode(intent);
}
