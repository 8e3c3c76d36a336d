import { restore, type Placeholder, type Redactor } from "./redactor.ts";

/**
 * Takes personal values out of all texts in a value, text by text: in JSON an escaped line break in front of a name would
 * hide the name. Names of properties are texts too, and so is a number that is personal (a card's).
 *
 * Shapes: `placeholders` are all that were known first, then the new ones. Replay: as the redactor's.
 */
export function redactDeep(redactor: Redactor, value: unknown, known: readonly Placeholder[], names: readonly string[]): { value: unknown; placeholders: readonly Placeholder[] } {
  let placeholders = known;
  const redacted = mapTexts(value, (text) => {
    const redaction = redactor.redact({ text, known: placeholders, names });
    placeholders = redaction.placeholders;
    return redaction.text;
  });
  return { value: redacted, placeholders };
}

/** Puts the values back. */
export function restoreDeep(value: unknown, placeholders: readonly Placeholder[]): unknown {
  return mapTexts(value, (text) => restore(text, placeholders));
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value === "number") return changeNumber(value, change);
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, change));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, entry]) => [change(name), mapTexts(entry, change)]));
  return value;
}

/** A number stays one when nothing in it is personal. */
function changeNumber(value: number, change: (text: string) => string): unknown {
  const changed = change(String(value));
  return changed === String(value) ? value : changed;
}
