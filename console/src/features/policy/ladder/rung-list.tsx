import { useState } from "react";
import type { AutonomyLadderView, RungName } from "../../../../../src/shapes/policy.ts";
import { formatFull, formatWait } from "../../../lib/format.ts";
import { Button } from "../../../ui/button.tsx";
import { belowRung, heightOf, LEVELS, levelWords } from "../policy-words.ts";
import { switchRung } from "../policy-queries.ts";
import { LevelSign } from "./level-sign.tsx";
import { MovedBy } from "./moved-by.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";

const FROM_TOP: readonly RungName[] = ["act", "act_with_approval", "draft", "suggest"];

/** The rungs from the top, each with its switch. A closed rung closes those above it. */
export function RungList({ ladder, mayChange, nowMs }: { ladder: AutonomyLadderView; mayChange: boolean; nowMs: number }) {
  const [asked, setAsked] = useState<RungName | null>(null);
  const lowest = Math.min(...ladder.closed.map((each) => heightOf(each.rung)));
  return (
    <>
      <ol aria-label="Rungs" className="overflow-hidden rounded-xl border border-line bg-surface">
        {FROM_TOP.map((rung) => {
          const closed = ladder.closed.find((each) => each.rung === rung);
          const isShut = heightOf(rung) >= lowest;
          return (
            <li key={rung} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-4 py-2.5 last:border-b-0">
              <LevelSign level={isShut ? "off" : rung} />
              <div className="min-w-0 flex-1 basis-40">
                <p className="font-medium">{levelWords(rung).words} {isShut && <span className="text-2xs font-medium text-bad">{closed === undefined ? "closed by the rung below" : "closed"}</span>}</p>
                <p className="text-xs break-words text-ink-faint">
                  {closed === undefined ? levelWords(rung).note : <>By <MovedBy by={closed.by} />, <time dateTime={closed.at} title={formatFull(closed.at)}>{formatWait(closed.at, nowMs)} ago</time>: {closed.reason}</>}
                </p>
              </div>
              {mayChange && <Button size="small" tone={closed === undefined ? "danger" : "plain"} aria-label={`${closed === undefined ? "Close" : "Open"} the rung ${levelWords(rung).words}`} onClick={() => setAsked(rung)}>{closed === undefined ? "Close…" : "Open…"}</Button>}
            </li>
          );
        })}
      </ol>
      {asked !== null && <AskSwitch ladder={ladder} rung={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function AskSwitch({ ladder, rung, onClose }: { ladder: AutonomyLadderView; rung: RungName; onClose: () => void }) {
  const isOpen = !ladder.closed.some((each) => each.rung === rung);
  const name = levelWords(rung).words;
  const left = belowRung(rung);
  const above = LEVELS.slice(heightOf(rung) + 1).map((each) => each.words);
  const stays = ladder.closed.filter((each) => heightOf(each.rung) < heightOf(rung)).map((each) => levelWords(each.rung).words);
  return (
    <ReasonDialog title={`${isOpen ? "Close" : "Open"} the rung “${name}”?`} confirmLabel={isOpen ? "Close it" : "Open it"} isStop={isOpen} change={(reason) => switchRung({ rung, isClosed: isOpen, reason })} onClose={onClose}>
      {isOpen
        ? <p>Within a second, everything that stands at “{name}”{above.length > 0 ? ` or above (${above.join(", ")})` : ""} is held at “{levelWords(left).words}”. {levelWords(left).note} The levels of the rules stay as they are, and count again when the rung is opened.</p>
        : <p>Within a second, rules count again up to this rung.{stays.length > 0 ? ` It stays shut for now, because a lower one is closed: ${stays.join(", ")}.` : ""}</p>}
    </ReasonDialog>
  );
}
