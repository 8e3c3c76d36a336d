import { z } from "zod";
import { sha256 } from "../../lib/sha256.ts";
import { readContact } from "../../identity/contact.store.ts";
import type { CallToolInput } from "../../tools/call-tool.ts";
import type { Database } from "../../storage/database.ts";
import type { TalkTarget } from "../talk/talk-deps.ts";
import { parseIsoDuration } from "../../lib/iso-duration.ts";
import { fault } from "../run/faults.ts";
import { conversationNeeded } from "./functions.errors.ts";
import type { FunctionCall, RunSubject, WorkflowFunction } from "./function.ts";

export type FunctionDeclaration<Input = unknown, Output = unknown> = Pick<WorkflowFunction<Input, Output>, "name" | "summary" | "input" | "output" | "traits">;

/** What a function takes and gives, without what it is made from; `baton check` reads it. */
export function declareFunction<Input, Output>(declared: FunctionDeclaration<Input, Output>): FunctionDeclaration<Input, Output> {
  return declared;
}

/** Checks a function's types; returns it unchanged. */
export function defineFunction<Input, Output>(declared: WorkflowFunction<Input, Output>): WorkflowFunction<Input, Output> {
  return declared;
}

/** The run's conversation, and the task that speaks in it. Throws `workflows.conversation_needed`. */
export function talkTarget({ subject, task, mayHoldModelWords }: Pick<FunctionCall, "subject" | "task" | "mayHoldModelWords">): TalkTarget {
  if (subject.conversationId === null) throw conversationNeeded();
  return { tenantId: subject.tenantId, conversationId: subject.conversationId, runId: subject.runId, workflow: subject.workflow.name, pointer: task.pointer, mayHoldModelWords };
}

/** The contact as tools want it; null without one, or when its address is not known. */
export async function toolContact(database: Database, subject: RunSubject): Promise<CallToolInput["contact"]> {
  const contact = subject.contactId === null ? null : await readContact(database, subject.tenantId, subject.contactId);
  if (contact === null || contact.email === null) return null;
  return { contactId: contact.id, email: contact.email, externalId: contact.externalId, isVerified: contact.isVerified };
}

/** `PT24H`, `P3D`: ISO 8601. */
export const isoDuration = z.string().regex(/^P[0-9.YMWDTHS]+$/, "an ISO 8601 duration such as PT24H");

/** Milliseconds of an `isoDuration`. */
export function durationMs(text: string): number {
  const ms = parseIsoDuration(text);
  if (ms === null) throw fault("validation", { detail: `"${text}" is no ISO 8601 duration, such as PT24H.` });
  return ms;
}

/** An id made from the task's key: the same on every attempt. */
export function keyedId(prefix: string, call: Pick<FunctionCall, "idempotencyKey">): string {
  return `${prefix}_${sha256(call.idempotencyKey).slice(0, 22)}`;
}
