import type { Durable } from "../../durable/durable.ts";
import { restore } from "../../guard/redactor.ts";
import { deriveRunId, WORKFLOW_SERVICE, type RunInput } from "../../workflows/run/run-input.ts";
import { toRunInput } from "../../workflows/run/start-run.ts";
import { delegateTurn, type Delegated } from "../delegate.store.ts";
import type { Trace } from "../trace.ts";
import type { TurnDeps } from "../turn-deps.ts";
import { MAX_JOINS, type Decision, type TurnContext, type TurnEnd } from "../turn.ts";
import { beginNextTurn } from "../next-turn.ts";
import { subjectOf } from "./compose.ts";
import type { Acted } from "./act.ts";
import { plannedRuns, type PlannedRun } from "./planned-runs.ts";
import type { RedactedTurn } from "./redact.ts";

/**
 * Stage `act` of a message that is a run's: ends the turn without a reply, then starts the run or gives it its answer. Null
 * when the turn has more to say than that; `startRuns` then comes after the reply. `again`: decide once more.
 *
 * Replay: one journaled step ends the turn; the start is sent once by the engine, under a run id made from the turn's.
 */
export async function delegate(deps: TurnDeps, durable: Durable, trace: Trace, context: TurnContext, decision: Decision, redacted: RedactedTurn): Promise<Extract<TurnEnd, { kind: "ended" }> | { kind: "again"; untilSeq: number } | null> {
  const { parts } = decision;
  const answer = parts.find((part) => part.kind === "answer");
  const planned = plannedRuns(decision, null);
  if (answer === undefined && (planned.length === 0 || planned.length < parts.length)) return null;
  const runs = runsToStart(context, decision, null, redacted);
  trace.add("act", 0, { reason: answer === undefined ? `started ${planned.map((run) => run.workflow).join(", ")}` : `answer to a question of ${answer.workflow}`, detail: { runs: runs.map((run) => run.runId) } });
  trace.skip("compose", "the run replies by itself");
  const delegated = await durable.step("delegate", (): Promise<Delegated> =>
    delegateTurn(deps.database, context, {
      untilSeq: context.untilSeq, decision: answer === undefined ? `workflow:${planned.map((run) => run.workflow).join(",")}` : `answer:${answer.questionId}`, reason: decision.reason, intent: decision.intent, stages: trace.stages, focus: decision.focus,
      subject: subjectOf(context.text, decision), question: answer === undefined ? null : { id: answer.questionId, answer: context.text }, mayJoin: context.round < MAX_JOINS, runs,
    }, new Date(deps.clock.nowMs())));
  if (delegated.kind === "again") return delegated;
  if (delegated.kind === "handed") {
    startRuns(deps, durable, runs);
    const { externalId } = delegated;
    if (answer !== undefined && externalId !== null) await durable.step("answer", () => wake(deps, externalId, answer.questionId));
  }
  beginNextTurn(durable, context, delegated.pendingCount);
  deps.live.publish({ kind: "finished", tenantId: context.tenantId, conversationId: context.conversationId, turnId: context.turnId });
  return { kind: "ended", status: "silent" };
}

/** Starts the runs whose records the end of the turn has opened; the engine takes each run id once. */
export function startRuns(deps: Pick<TurnDeps, "live">, durable: Durable, runs: readonly RunInput[]): void {
  for (const input of runs) durable.send({ service: WORKFLOW_SERVICE, handler: "run", input, idempotencyKey: input.runId });
  const [first] = runs;
  if (first !== undefined) deps.live.publish({ kind: "runs", tenantId: first.tenantId, runIds: runs.map(({ runId }) => runId) });
}

/** What the engine is handed of the runs that begin with this turn: made from what is journaled, so the same on every replay. */
export function runsToStart(context: TurnContext, decision: Decision, acted: Acted | null, redacted: RedactedTurn): RunInput[] {
  const about = { conversationId: context.conversationId, contactId: context.contact.id, caseId: context.caseId, turnId: context.turnId, runtimeVersion: decision.runtimeVersion };
  return plannedRuns(decision, acted).map((run) => {
    const runId = deriveRunId("turn", context.tenantId, context.turnId, run.workflow);
    return toRunInput({ tenantId: context.tenantId, runId, hash: run.hash, input: inputOf(context, decision, run, redacted), startedBy: "turn", ...about }, context.receivedAtMs);
  });
}

/** What a run that a message starts is given. */
function inputOf(context: TurnContext, decision: Decision, run: PlannedRun, redacted: RedactedTurn) {
  const { id, name, email, externalId, isVerified } = context.contact;
  return {
    message: { text: context.text, ids: context.messages.map((message) => message.id), channel: context.channel, receivedAt: new Date(context.receivedAtMs).toISOString() },
    contact: { id, name, email, externalId, isVerified },
    conversation: { id: context.conversationId },
    case: { id: context.caseId },
    intent: { name: run.intent, confidence: Number(decision.confidence.toFixed(3)) },
    entities: Object.fromEntries(Object.entries(run.entities).map(([kind, values]) => [kind, values.map((value) => restore(value, redacted.placeholders))])),
    language: decision.understanding.language, sentiment: decision.understanding.sentiment.label, urgency: decision.understanding.urgency, risks: decision.understanding.risks,
  };
}

async function wake(deps: TurnDeps, externalId: string, questionId: string): Promise<null> {
  await deps.workflows.answer(externalId, questionId);
  return null;
}
