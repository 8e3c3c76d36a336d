import { messageOf } from "../../lib/app-error.ts";
import type { Durable } from "../../durable/durable.ts";
import { durableCancelled, isCancelled, isInterruption } from "../../durable/durable.errors.ts";
import { toFunctionCall } from "../tasks/call-task.ts";
import { keepEffects } from "./effects.ts";
import type { Interpretation } from "./interpretation.ts";
import type { CompletedEffect } from "./run-input.ts";

/**
 * Undoes what can be undone, the last effect first; each undo is recorded as a task of its own at the effect's place. One
 * that fails is recorded and does not stop the others. Being cancelled again changes nothing.
 *
 * What could not be undone stays in `state.effects`; the keys of what was undone are in `state.spent`.
 */
export async function compensate(run: Interpretation, durable: Durable): Promise<void> {
  const effects = run.state.effects;
  run.state.effects = [];
  await undoAll(run, durable, effects);
}

/** The same for effects of a part of a run that goes on: being cancelled is thrown when all is undone. */
export async function undoEffects(run: Interpretation, durable: Durable, effects: readonly CompletedEffect[]): Promise<void> {
  if (await undoAll(run, durable, effects)) throw durableCancelled();
}

async function undoAll(run: Interpretation, durable: Durable, effects: readonly CompletedEffect[]): Promise<boolean> {
  const left: CompletedEffect[] = [];
  let wasCancelled = false;
  for (const effect of [...effects].reverse()) {
    const watched = watchEffects(durable);
    const undone = await undo(run, watched.durable, effect);
    wasCancelled ||= undone.wasCancelled;
    if (!undone.isOver) left.unshift(effect);
    else if (watched.hasEffect()) run.state.spent.add(effect.key);
  }
  keepEffects(run.state, { effects: left });
  return wasCancelled;
}

/** Every effect is a durable step or another handler; an undo without one had nothing to undo, and the effect stands. */
function watchEffects(durable: Durable): { durable: Durable; hasEffect(): boolean } {
  let has = false;
  const seen = <Given extends unknown[], Made>(method: (...given: Given) => Made) => (...given: Given): Made => {
    has = true;
    return method(...given);
  };
  const step = <T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    has = true;
    return durable.step(name, work);
  };
  return { durable: { ...durable, step, send: seen(durable.send), call: seen(durable.call), start: seen(durable.start) }, hasEffect: () => has };
}

async function undo(run: Interpretation, durable: Durable, effect: CompletedEffect): Promise<{ isOver: boolean; wasCancelled: boolean }> {
  let wasCancelled = false;
  const mark = run.recorder.begin({ pointer: `${effect.pointer}/undo`, name: `undo ${effect.name}`, kind: "call", iteration: effect.iteration }, effect.output);
  for (;;) {
    try {
      await run.deps.functions.get(effect.function)?.undo?.(toFunctionCall(run, durable, effect, `${effect.key}/undo`), effect.input, effect.output);
      run.recorder.end(mark, { output: null });
      return { isOver: true, wasCancelled };
    } catch (error) {
      if (isCancelled(error)) {
        wasCancelled = true;
        continue;
      }
      if (isInterruption(error)) throw error;
      run.deps.log.error("workflows.undo_failed", { runId: run.input.runId, pointer: effect.pointer, error: messageOf(error) });
      run.recorder.end(mark, { status: "failed", error: { type: "https://baton.dev/errors/workflows.undo_failed", status: 500, title: "Undo failed", detail: messageOf(error), instance: `${effect.pointer}/undo` } });
      return { isOver: false, wasCancelled };
    }
  }
}
