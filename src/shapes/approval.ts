import { z } from "@hono/zod-openapi";

export const approvalStatus = z.enum(["waiting", "approved", "refused", "expired", "withdrawn"]).openapi("ApprovalStatus");

/** One argument of a call. `isSetByServer`: neither the customer nor the assistant chose it. `before`: what was asked for, where a person has changed it. */
const argument = z.object({ name: z.string(), words: z.string(), value: z.unknown(), isSetByServer: z.boolean(), isChanged: z.boolean(), before: z.unknown() });

/** People who may still say yes, and how many of them have to. `words`: `role agent or anna@example.com`. */
const wanted = z.object({ words: z.string(), people: z.number().int() });

/** A person approves this exact call by its hash; only that call then runs, once. `describedAs` is the call in plain words. */
export const approvalView = z
  .object({
    id: z.string(),
    /** What asked: a call of a turn, a call of another system or of a contact's own agent, a task of a run, or a workflow's `approve`. The run's fields are null for the first two. `callerName`: of the other system's key. */
    askedBy: z.enum(["turn", "caller", "task", "workflow"]), callerName: z.string().nullable(), runId: z.string().nullable(), workflow: z.string().nullable(), taskName: z.string().nullable(), pointer: z.string().nullable(), turnId: z.string().nullable(), callId: z.string().nullable(),
    conversationId: z.string().nullable(), caseId: z.string().nullable(), contactName: z.string().nullable(),
    tool: z.string(), risk: z.enum(["read", "write", "money", "irreversible"]),
    /** The whole call, and the part of it that may be changed. */
    arguments: z.array(argument), editable: z.record(z.string(), z.unknown()).nullable(), callHash: z.string(), describedAs: z.string(),
    /** In minor units. */
    amountCents: z.number().nullable(), currency: z.string().nullable(),
    /** Why a person is asked, the policies that ask, what the customer wrote, what a decision sets off. */
    reason: z.string(), rules: z.array(z.string()), said: z.string().nullable(), next: z.string(), facts: z.record(z.string(), z.unknown()),
    /** Who changed the call after it was asked for. */
    editedBy: z.string().nullable(),
    votes: z.array(z.object({ by: z.string(), standsFor: z.string().nullable(), comment: z.string().nullable(), at: z.string() })), wanted: z.array(wanted),
    status: approvalStatus,
    requestedAt: z.string(), deadlineAt: z.string().nullable(), decidedAt: z.string().nullable(), decidedBy: z.string().nullable(), comment: z.string().nullable(),
    /** Whether the person asking has a say in it now; and whether their yes would count. */
    isMine: z.boolean(), mayApprove: z.boolean(),
    /** What became of the call; null while it was not made. */
    outcome: z.object({ status: z.enum(["started", "ok", "not_found", "refused", "denied", "failed"]), words: z.string().nullable() }).nullable(),
  })
  .openapi("Approval");

/** Who decides for a person while they are away. */
export const deputyView = z.object({ email: z.string(), name: z.string(), until: z.string() }).openapi("ApprovalDeputy");

export type ApprovalView = z.infer<typeof approvalView>;
export type DeputyView = z.infer<typeof deputyView>;
