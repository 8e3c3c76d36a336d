import { messageOf } from "../../lib/app-error.ts";
import type { Durable } from "../../durable/durable.ts";
import { isCancelled, isInterruption } from "../../durable/durable.errors.ts";
import { deriveId } from "../tasks/begin-effect.ts";
import type { Interpretation } from "./interpretation.ts";
import type { CompletedEffect } from "./run-input.ts";

/**
 * Undoes what can be undone, the last effect first; each undo is recorded as a task of its own at the effect's place. One
 * that fails is recorded and does not stop the others. Being cancelled again changes nothing.
 *
 * Returns how many could not be undone.
 */
export async function compensate(run: Interpretation, durable: Durable): Promise<number> {
  let failed = 0;
  for (const effect of [...run.state.effects].reverse()) {
    if (!(await undo(run, durable, effect))) failed += 1;
  }
  run.state.effects = [];
  return failed;
}

async function undo(run: Interpretation, durable: Durable, effect: CompletedEffect): Promise<boolean> {
  const mark = run.recorder.begin({ pointer: `${effect.pointer}/undo`, name: `undo ${effect.name}`, kind: "call", iteration: effect.iteration }, effect.output);
  const { tenantId, runId, hash, conversationId, contactId, caseId, turnId } = run.input;
  const { namespace, name, version } = run.definition.document;
  for (;;) {
    try {
      const call = { durable, subject: { tenantId, runId, workflow: { namespace, name, version, hash }, conversationId, contactId, caseId, turnId }, task: { name: effect.name, pointer: effect.pointer, iteration: effect.iteration }, idempotencyKey: deriveId("call", `${effect.key}/undo`) };
      await run.deps.functions.get(effect.function)?.undo?.(call, effect.input, effect.output);
      run.recorder.end(mark, { output: null });
      return true;
    } catch (error) {
      if (isCancelled(error)) continue;
      if (isInterruption(error)) throw error;
      run.deps.log.error("workflows.undo_failed", { runId, pointer: effect.pointer, error: messageOf(error) });
      run.recorder.end(mark, { status: "failed", error: { type: "https://baton.dev/errors/workflows.undo_failed", status: 500, title: "Undo failed", detail: messageOf(error), instance: `${effect.pointer}/undo` } });
      return false;
    }
  }
}
