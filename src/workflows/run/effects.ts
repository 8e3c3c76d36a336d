import type { RunState } from "./interpretation.ts";
import type { CompletedEffect } from "./run-input.ts";

/** What another invocation did or undid on our behalf becomes ours; an effect made again under its key stands once. */
export function keepEffects(state: RunState, made: { effects?: readonly CompletedEffect[] | undefined; spent?: readonly string[] | undefined }): void {
  const keys = new Set(made.effects?.map(({ key }) => key));
  if (keys.size > 0) state.effects = [...state.effects.filter(({ key }) => !keys.has(key)), ...(made.effects ?? [])];
  for (const key of made.spent ?? []) state.spent.add(key);
}

/** The task's key, or the next one when what was done under it was undone. No pointer ends with a tilde, so none is another's. */
export function freshKey(state: RunState, key: string): string {
  let fresh = key;
  while (state.spent.has(fresh)) fresh += "~";
  return fresh;
}
