import { redactDeep } from "../../guard/redact-deep.ts";
import type { Placeholder, Redactor } from "../../guard/redactor.ts";

/** Takes personal values out of all texts in a value; `known` grows by what is found. Pure with the built-in redactor. */
export function hidePersonal(redactor: Redactor, value: unknown, known: Placeholder[], names: readonly string[]): unknown {
  const hidden = redactDeep(redactor, value, known, names);
  known.push(...hidden.placeholders.slice(known.length));
  return hidden.value;
}
