import { fault } from "../run/faults.ts";
import type { Interpretation } from "../run/interpretation.ts";
import { LIMITS } from "../run/limits.ts";

/** Counts one more journal entry against the limit of the invocation. */
export function beginEffect(run: Interpretation): void {
  run.state.effectsBegun += 1;
  if (run.state.effectsBegun > LIMITS.effects) throw fault("runtime", { title: "Too many effects", detail: `One run may make ${LIMITS.effects} effects; put the loop's body into a sub-workflow.` });
}
