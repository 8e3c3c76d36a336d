/**
 * The same value with every text changed. Names of properties are texts too, and so is a number that the change would not
 * leave as it is (a card's). Pure when `change` is.
 */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value === "number") return changeNumber(value, change);
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, change));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, entry]) => [change(name), mapTexts(entry, change)]));
  return value;
}

function changeNumber(value: number, change: (text: string) => string): unknown {
  const changed = change(String(value));
  return changed === String(value) ? value : changed;
}
