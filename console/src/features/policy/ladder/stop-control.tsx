import { useState } from "react";
import type { AutonomyLadderView } from "../../../../../src/shapes/policy.ts";
import { formatFull, formatWait } from "../../../lib/format.ts";
import { Button } from "../../../ui/button.tsx";
import { switchRung } from "../policy-queries.ts";
import { MovedBy } from "./moved-by.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";
import { STOP_BUTTON } from "./stop-button.ts";

/** Stops everything that the AI does by itself. Gone while it is stopped: then the banner has the way back. */
export function StopControl({ ladder }: { ladder: AutonomyLadderView }) {
  const [isAsking, setIsAsking] = useState(false);
  if (stopOf(ladder) !== undefined) return null;
  return (
    <>
      <Button tone="primary" className={STOP_BUTTON} onClick={() => setIsAsking(true)}><StopSign />Stop everything the AI does by itself</Button>
      {isAsking && (
        <ReasonDialog title="Stop everything the AI does by itself?" confirmLabel="Stop it now" isStop change={(reason) => switchRung({ rung: "suggest", isClosed: true, reason })} onClose={() => setIsAsking(false)}>
          <p>Within a second, on every channel, in conversations and in workflows:</p>
          <ul className="my-2 ml-4 list-disc space-y-1">
            <li>the assistant calls no tool any more: it changes nothing and looks nothing up;</li>
            <li>in conversations, what needs a call goes to a person; in workflows, the step fails or takes the way its document has for that;</li>
            <li>calls under way are finished, and a call that a person has approved, and may make, is still made.</li>
          </ul>
          <p>It sends no answers of its own either, nor what a model has written in a workflow: customers are told that a colleague will answer, and wait in the queue. Workflows under way go on with the texts that stand in their documents, and with steps that call other systems directly; customers still learn what came of a call that a person has approved.</p>
          <p className="mt-2">You can let it go on at any time; every rung is then as it was before.</p>
        </ReasonDialog>
      )}
    </>
  );
}

/** Stands above everything while the AI is stopped. */
export function StopBanner({ ladder, mayChange, nowMs }: { ladder: AutonomyLadderView; mayChange: boolean; nowMs: number }) {
  const [isAsking, setIsAsking] = useState(false);
  const stop = stopOf(ladder);
  if (stop === undefined) return null;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line bg-bad-soft px-4 py-2.5 text-bad md:px-6">
      <p className="min-w-0 flex-1 break-words">
        <span role="status" className="font-semibold">✕ The AI is stopped.</span> It calls no tool until somebody lets it go on. By <MovedBy by={stop.by} />, <time dateTime={stop.at} title={formatFull(stop.at)}>{formatWait(stop.at, nowMs)} ago</time>: {stop.reason}
      </p>
      {mayChange && <Button onClick={() => setIsAsking(true)}>Let it go on…</Button>}
      {isAsking && (
        <ReasonDialog title="Let the AI go on?" confirmLabel="Let it go on" change={(reason) => switchRung({ rung: "suggest", isClosed: false, reason })} onClose={() => setIsAsking(false)}>
          <p>Within a second it may do again what policies and the ladder allow. {ladder.closed.length > 1 ? `What was closed besides stays closed: ${ladder.closed.length - 1} of the rungs.` : "No other rung is closed."} What went to people meanwhile stays with them.</p>
        </ReasonDialog>
      )}
    </div>
  );
}

/** A closed lowest rung closes the whole ladder. */
function stopOf({ closed }: AutonomyLadderView) {
  return closed.find((each) => each.rung === "suggest");
}

function StopSign() {
  return <svg aria-hidden="true" viewBox="0 0 16 16" className="size-4 shrink-0"><path d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2Z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" /><rect x="5.2" y="5.2" width="5.6" height="5.6" rx="0.8" fill="currentColor" /></svg>;
}
