const PLACE = /\{([a-zA-Z_][\w.-]*)\}/g;
const MAX_VALUE_CHARACTERS = 300;

/** Puts values into a sentence: `{output.status}`, `{input.order_number}`; one that is missing becomes nothing. Pure. */
export function fillTemplate(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(PLACE, (_, path: string) => asText(valueAt(values, path))).replace(/[ \t]{2,}/g, " ");
}

/** The value at a path of names and list places, `items.0.name`; undefined when there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let found: unknown = value;
  for (const name of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = Object.entries(found).find(([key]) => key === name)?.[1];
  }
  return found;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text;
}
