import { z } from "zod";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import { answerForm, type AnswerForm } from "./read-answer.ts";

export type OpenQuestion = { id: string; runId: string; workflow: string; externalId: string; expects: AnswerForm };

const row = z.object({ id: z.string(), run_id: z.string(), workflow: z.string(), external_id: z.string(), expects: answerForm });

/** The questions that wait in a conversation's current case, the last one asked first, as the database gives them with a turn's context. */
export const openQuestions = z.array(row).nullable().transform((rows): OpenQuestion[] => (rows ?? []).map((found) => ({ id: found.id, runId: found.run_id, workflow: found.workflow, externalId: found.external_id, expects: found.expects })));

export type QuestionInput = { tenantId: string; id: string; runId: string; workflow: string; pointer: string; conversationId: string; messageId: string; attempt: number; expects: AnswerForm; externalId: string; at: Date };

/** Opens a question, or gives an open one a new external id. */
export async function openQuestion(query: TransactionQuery, input: QuestionInput): Promise<void> {
  await query(
    `insert into workflow_question (tenant_id, id, run_id, workflow, pointer, conversation_id, message_id, attempt, expects, status, external_id, asked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, 'waiting', $10, $11) on conflict (tenant_id, id) do update set external_id = excluded.external_id where workflow_question.status = 'waiting'`,
    [input.tenantId, input.id, input.runId, input.workflow, input.pointer, input.conversationId, input.messageId, input.attempt, JSON.stringify(input.expects), input.externalId, input.at],
  );
}

/** Gives a turn's words to the open question; how to reach its run, or null when the question is no longer open, or another turn's. */
export async function claimQuestion(query: TransactionQuery, input: { tenantId: string; id: string; turnId: string; answer: string; at: Date }): Promise<string | null> {
  const rows = await query(
    "update workflow_question set status = 'answered', turn_id = $3, answer = $4, ended_at = coalesce(ended_at, $5) where tenant_id = $1 and id = $2 and (status = 'waiting' or turn_id = $3) returning external_id",
    [input.tenantId, input.id, input.turnId, input.answer, input.at],
  );
  return typeof rows[0]?.["external_id"] === "string" ? rows[0]["external_id"] : null;
}

const END = { name: "workflow_question_end", text: "update workflow_question set status = $3, ended_at = $4 where tenant_id = $1 and id = $2 and status = 'waiting' returning id" };

/** Ends a question nobody has answered. False when an answer was faster. */
export async function endQuestion(database: Database, input: { tenantId: string; id: string; status: "expired" | "withdrawn"; at: Date }): Promise<boolean> {
  return (await database.query(input.tenantId, END, [input.tenantId, input.id, input.status, input.at])).length > 0;
}

const END_OF_RUN = { name: "workflow_question_end_run", text: "update workflow_question set status = 'withdrawn', ended_at = $3 where tenant_id = $1 and run_id = $2 and status = 'waiting'" };

/** A run that has ended asks nothing more. */
export async function withdrawQuestions(database: Database, tenantId: string, runId: string, at: Date): Promise<void> {
  await database.query(tenantId, END_OF_RUN, [tenantId, runId, at]);
}

const STATE = {
  name: "workflow_question_state",
  text: `select v.holder, q.status, q.answer, v.current_case_id is not distinct from $3 as is_same_case from workflow_question q join conversation v on v.tenant_id = q.tenant_id and v.id = q.conversation_id where q.tenant_id = $1 and q.id = $2`,
};

export type QuestionState = { status: string; answer: string | null; isHeldByPerson: boolean; isCaseOpen: boolean };

/** How a question stands, and who holds its conversation. `isCaseOpen`: the case it was asked in is still the current one. */
export async function readQuestion(database: Database, tenantId: string, id: string, caseId: string | null): Promise<QuestionState | null> {
  const found = (await database.query(tenantId, STATE, [tenantId, id, caseId]))[0];
  return found === undefined ? null : { status: String(found["status"]), answer: typeof found["answer"] === "string" ? found["answer"] : null, isHeldByPerson: found["holder"] !== "ai", isCaseOpen: caseId === null || found["is_same_case"] === true };
}
