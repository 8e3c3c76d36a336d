import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { policyInvalid } from "../policy.errors.ts";
import type { Rule } from "./read-rules.ts";

const LIMIT = 4_096;

/** What Cedar holds parsed, by our key. It keeps sets for the whole process and cannot drop one, so this table is the process's too, and slots are used again. */
const slots = new Map<string, string>();

/** The id under which Cedar holds these rules parsed; the least recently used make room. `key` names their texts. Throws `policy.invalid`. */
export function preparse(key: string, rules: readonly Rule[]): string {
  const known = slots.get(key);
  if (known !== undefined) {
    slots.delete(key);
    slots.set(key, known);
    return known;
  }
  const oldest = slots.size < LIMIT ? undefined : slots.entries().next().value;
  const slot = oldest?.[1] ?? `slot.${slots.size}`;
  const answer = cedar.preparsePolicySet(slot, { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, rule.text])) });
  if (oldest !== undefined) slots.delete(oldest[0]);
  if (answer.type === "failure") throw policyInvalid({ message: answer.errors.map((error) => error.message).join("; ") });
  slots.set(key, slot);
  return slot;
}
