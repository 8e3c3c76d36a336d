import type { Durable } from "../durable/durable.ts";
import { authorize, noteRights } from "./stages/authorize.ts";
import { act, noteActed } from "./stages/act.ts";
import { delegate, runsToStart, startRuns } from "./stages/delegate.ts";
import { deliver } from "./stages/deliver.ts";
import { identify } from "./stages/identify.ts";
import { isForPerson } from "./stages/hold-to-ladder.ts";
import { propose } from "./stages/propose.ts";
import { receive } from "./stages/receive.ts";
import { record } from "./stages/record.ts";
import { redact } from "./stages/redact.ts";
import { think } from "./stages/think.ts";
import { compose } from "./stages/write-reply.ts";
import { check } from "./stages/check.ts";
import { comeBack } from "./stages/come-back.ts";
import { tellApprovals } from "./stages/take-back.ts";
import { giveUp } from "./give-up.ts";
import type { TurnDeps } from "./turn-deps.ts";
import type { TurnEnd, TurnInput } from "./turn.ts";

/**
 * What one inbound message (or a burst of them) sets off, from the claim to the record. Each line is a stage.
 *
 * Messages that arrive meanwhile join: `deliver` finds them and the turn starts again with all of them, three times at
 * most; once an effect has happened the reply is sent first and they make the next turn. What a workflow does, a run does on
 * its own after the turn: it replies by itself, and a turn that only starts or answers one ends without a reply.
 * Replay: journaled are the claim, the decision, the rewriting of the question, each search and tool call, model calls, and the delivery.
 */
export async function runTurn(deps: TurnDeps, durable: Durable, input: TurnInput, mode: "inline" | "detached"): Promise<TurnEnd> {
  try {
    const begun = await receive(deps, durable, input, mode);
    if (begun.kind === "over") return begun.end;
    // Round and last message heard are kept here, from the journal: on a replay the store already knows of later joins.
    for (let round = 0, { untilSeq } = begun; ; round += 1) {
      const trace = deps.trace(input, begun);
      const context = await identify(deps, trace, input, begun, { round, untilSeq });
      const allowed = await trace.stage("authorize", () => authorize(deps, context), noteRights);
      const redacted = await redact(deps, trace, context);
      const decision = await think(deps, durable, trace, context, allowed, redacted);
      const { rights } = decision;
      const handed = await delegate(deps, durable, trace, context, decision, redacted);
      if (handed?.kind === "ended") return handed;
      if (handed?.kind === "again") {
        untilSeq = handed.untilSeq;
        continue;
      }
      const acted = await trace.stage("act", () => act(deps, durable, context, decision, decision.parts, redacted, redacted.placeholders), noteActed);
      const composed = await compose(deps, durable, trace, context, rights, decision, acted, redacted);
      const checked = await check(deps, durable, trace, { context, rights, decision, redacted }, composed);
      const draft = tellApprovals(checked.acted, checked.draft);
      const runs = runsToStart(context, decision, checked.acted, redacted);
      const delivered = isForPerson(decision) ? { kind: "limited" as const } : await deliver(deps, durable, { context, decision, runs, trace, acted: checked.acted, draft: comeBack(context, draft) });
      const ended = delivered.kind === "limited" ? await propose(deps, durable, { context, decision, acted: checked.acted, draft, redacted, trace }) : delivered;
      if (ended.kind === "ended") return ended;
      if (ended.kind === "joined") {
        untilSeq = ended.untilSeq;
        continue;
      }
      // Also after a repeat: the attempt that delivered may have died before it came to this line.
      if (ended.kind === "sent" || (ended.kind === "repeat" && (ended.status === "replied" || ended.status === "handed_off"))) startRuns(deps, durable, runs);
      return record(deps, durable, context, checked.draft, ended);
    }
  } catch (error) {
    return giveUp(deps, durable, input, error);
  }
}
