import { appendLedgerEntries } from "../observe/ledger.store.ts";
import { makeLedgerEntry } from "../observe/ledger.ts";
import type { StageView } from "../shapes/conversation.ts";
import type { Database, TransactionQuery } from "../storage/database.ts";
import { openRuns } from "../workflows/run/open-run.store.ts";
import type { RunInput } from "../workflows/run/run-input.ts";
import { claimQuestion } from "../workflows/talk/question.store.ts";
import { closeTurn, joinWaiting } from "./conversation.store.ts";
import { packStages } from "./stored-stages.ts";
import type { CaseFocus, TurnInput } from "./turn.ts";

export type Delegation = {
  untilSeq: number;
  /** `workflow:<names>` or `answer:<question id>`. */
  decision: string; reason: string; intent: string | null; stages: readonly StageView[]; focus: CaseFocus; subject: string | null;
  question: { id: string; answer: string } | null;
  mayJoin: boolean;
  /** To be started when the turn has ended; they are on record from then on. */
  runs: readonly RunInput[];
};

export type Delegated =
  | { kind: "handed"; pendingCount: number; /** Of the run that waits for the answer. */ externalId: string | null }
  /** The question was over before the answer came, or newer messages have joined: decide again. */
  | { kind: "again"; untilSeq: number }
  | { kind: "silent"; pendingCount: number };

/**
 * Ends a turn whose message a run takes over, if the AI still holds the conversation: under the row lock, with the answer's
 * claim, the records of the runs, the trace and the ledger entry in one transaction. Idempotent per turn id.
 */
export async function delegateTurn(database: Database, input: TurnInput, given: Delegation, at: Date): Promise<Delegated> {
  return database.transaction(input.tenantId, async (query): Promise<Delegated> => {
    const conv = (await query("select holder, pending_count, last_seq, running_turn_id from conversation where tenant_id = $1 and id = $2 for update", [input.tenantId, input.conversationId]))[0];
    const turn = (await query("select status, decision, until_seq, case_id from turn where tenant_id = $1 and id = $2", [input.tenantId, input.turnId]))[0];
    const pendingCount = Number(conv?.["pending_count"] ?? 0);
    const isRepeat = turn?.["status"] !== "running" && turn?.["decision"] === given.decision;
    if (!isRepeat && (turn?.["status"] !== "running" || conv?.["holder"] !== "ai" || conv["running_turn_id"] !== input.turnId)) {
      await closeTurn(query, input, { status: "silent", reason: "holder.not_ai", at, trace: given });
      return { kind: "silent", pendingCount };
    }
    if (!isRepeat && given.mayJoin && pendingCount > 0) {
      const untilSeq = Number(conv?.["last_seq"]);
      await joinWaiting(query, input, untilSeq);
      return { kind: "again", untilSeq };
    }
    // They had joined before, and a crash kept that from the journal.
    if (!isRepeat && given.mayJoin && Number(turn["until_seq"]) > given.untilSeq) return { kind: "again", untilSeq: Number(turn["until_seq"]) };
    const externalId = given.question === null ? null : await claimQuestion(query, { tenantId: input.tenantId, turnId: input.turnId, id: given.question.id, answer: given.question.answer, at });
    if (given.question !== null && externalId === null) return { kind: "again", untilSeq: given.untilSeq };
    if (!isRepeat) {
      await endTurn(query, input, given, at);
      await openRuns(query, input.tenantId, given.runs);
      const caseId = typeof turn["case_id"] === "string" ? turn["case_id"] : null;
      await query("update support_case set focus = $3::jsonb, intent = coalesce($4, intent), subject = coalesce(subject, $5) where tenant_id = $1 and id = $2", [input.tenantId, caseId, JSON.stringify(given.focus), given.intent, given.subject]);
      await appendLedgerEntries(query, input.tenantId, [makeLedgerEntry({ kind: "turn.delegated", subjectId: input.conversationId, caseId, actor: "ai:assistant", at, body: { turnId: input.turnId, decision: given.decision, rule: given.reason, intent: given.intent } })]);
    }
    return { kind: "handed", pendingCount, externalId };
  });
}

async function endTurn(query: TransactionQuery, input: TurnInput, end: Pick<Delegation, "decision" | "reason" | "intent" | "stages">, at: Date): Promise<void> {
  await query("update turn set status = 'silent', decision = $3, reason = $4, intent = $5, stages = $6::jsonb, finished_at = $7 where tenant_id = $1 and id = $2 and status = 'running'", [
    input.tenantId, input.turnId, end.decision, end.reason, end.intent, JSON.stringify(packStages(end.stages)), at,
  ]);
  await query("update conversation set running_turn_id = null, running_since = null, updated_at = $4 where tenant_id = $1 and id = $2 and running_turn_id = $3", [input.tenantId, input.conversationId, input.turnId, at]);
}
