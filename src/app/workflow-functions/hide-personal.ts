import { mapTexts } from "../../guard/map-texts.ts";
import { restore, type Placeholder, type Redactor } from "../../guard/redactor.ts";

/**
 * Takes personal values out of all texts in a value, text by text: an escaped line break in front of a name would hide the
 * name. `known` grows by what is found. Pure with the built-in redactor.
 */
export function hidePersonal(redactor: Redactor, value: unknown, known: Placeholder[], names: readonly string[]): unknown {
  return mapTexts(value, (text) => {
    const redaction = redactor.redact({ text, known, names });
    known.push(...redaction.placeholders.slice(known.length));
    return redaction.text;
  });
}

/** Puts the values back. */
export function restorePersonal(value: unknown, known: readonly Placeholder[]): unknown {
  return mapTexts(value, (text) => restore(text, known));
}
