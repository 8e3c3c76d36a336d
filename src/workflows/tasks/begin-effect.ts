import { createHash } from "node:crypto";
import { fault } from "../run/faults.ts";
import type { Interpretation } from "../run/interpretation.ts";
import { LIMITS } from "../run/limits.ts";

/** Counts one more journal entry against the limit of the invocation. */
export function beginEffect(run: Interpretation): void {
  run.state.effectsBegun += 1;
  if (run.state.effectsBegun > LIMITS.effects) throw fault("runtime", { title: "Too many effects", detail: `One run may make ${LIMITS.effects} effects; put the loop's body into a sub-workflow.` });
}

/** An id that is the same whenever it is made from the same key: prefix and 22 characters. */
export function deriveId(prefix: string, key: string): string {
  return `${prefix}_${BigInt(`0x${createHash("sha256").update(key).digest("hex").slice(0, 28)}`).toString(32).padStart(23, "0").slice(-22)}`;
}
