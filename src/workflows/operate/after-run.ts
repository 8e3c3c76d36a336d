import type { Durable } from "../../durable/durable.ts";
import { withdrawApprovals } from "../../tools/approvals/withdraw-approvals.ts";
import type { RunEnd, RunInput } from "../run/run-input.ts";
import { handToPerson } from "../talk/hand-to-person.ts";
import { withdrawQuestions } from "../talk/question.store.ts";
import type { TalkDeps } from "../talk/talk-deps.ts";
import { askDeclined, toolTakenBack } from "../functions/functions.errors.ts";
import { say } from "../talk/say.ts";
import { readVoice } from "./run-voice.store.ts";

const LEFT_ALONE = "All right, I leave it at that. Is there something else I can do for you?";

/**
 * What follows the end of a run, in whatever way it ended: its open questions and approvals are withdrawn, and a contact who
 * has heard nothing from it (or whose run failed) is passed to a person with everything known. Who has taken the wish back
 * is only told so.
 *
 * Replay: one journaled step; each part of it is idempotent.
 */
export async function afterRun(deps: TalkDeps, durable: Durable, input: RunInput, workflow: { name: string }, end: RunEnd): Promise<void> {
  // What is undone later has had its end before; a first attempt that only undoes was stopped before it began.
  if (end.status === "repeated" || (input.mode === "compensate" && input.attempt > 1)) return;
  const { tenantId, runId, conversationId } = input;
  await durable.step("after-run", async () => {
    const at = new Date(deps.clock.nowMs());
    await withdrawQuestions(deps.database, tenantId, runId, at);
    const withdrawn = await deps.database.transaction(tenantId, (query) => withdrawApprovals(query, tenantId, { runId }, { actor: `workflow:${workflow.name}`, reason: "run.ended", at }));
    if (withdrawn.length > 0) deps.live.publish({ kind: "approval", tenantId, runId });
    // A part of another run: that one goes on, and answers for it.
    if (conversationId === null || input.parentRunId !== null || input.startedBy !== "turn") return null;
    const voice = await readVoice(deps.database, tenantId, runId);
    if (voice.hasHandedOff || (voice.hasReplied && end.status !== "failed")) return null;
    // They were told when they took it back.
    if (end.status === "failed" && end.error.type.endsWith(`/${toolTakenBack().code}`)) return null;
    if (end.status === "failed" && end.error.type.endsWith(`/${askDeclined().code}`)) {
      await say(deps, { tenantId, conversationId, runId, workflow: workflow.name, pointer: null, mayHoldModelWords: false, idempotencyKey: `${runId}:${input.attempt}:declined`, text: LEFT_ALONE, messageKind: "reply", onlyInCase: input.caseId });
      return null;
    }
    await handToPerson(deps, { tenantId, conversationId, runId, workflow: workflow.name, pointer: null, mayHoldModelWords: false, idempotencyKey: `${runId}:${input.attempt}:end`, text: null, onlyInCase: input.caseId, ...tellEnd(workflow.name, end) });
    return null;
  });
}

function tellEnd(name: string, end: Exclude<RunEnd, { status: "repeated" }>): { reason: string; summary: string; facts: string[]; nextStep: string } {
  if (end.status === "failed") {
    const { title, detail, instance } = end.error;
    return { reason: "workflow.failed", summary: `The workflow "${name}" failed: ${detail ?? title}`, facts: [`failed at ${instance}`, `error ${end.error.type}`], nextStep: "Look at the run: mend the cause and resume it, or finish the request by hand." };
  }
  const word = end.status === "cancelled" ? "was cancelled" : "ended";
  return { reason: end.status === "cancelled" ? "workflow.cancelled" : "workflow.no_reply", summary: `The workflow "${name}" ${word} without a reply to the contact.`, facts: [], nextStep: "Read the thread and the run, and answer by hand." };
}
