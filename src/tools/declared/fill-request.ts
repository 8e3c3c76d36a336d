import { isRecord } from "../../lib/is-record.ts";
import { valueAt } from "./fill-template.ts";

/** The call's own key, in a template: `{idempotencyKey}`. */
export const KEY_PLACE = "idempotencyKey";

const PLACE = /\$\{secret:([A-Za-z][A-Za-z0-9_.-]{0,63})\}|\{\{([^{}]+)\}\}|\{([A-Za-z_]\w*(?:\.\w+)*)\}/g;
const WHOLE = /^\{([A-Za-z_]\w*(?:\.\w+)*)\}$/;

/** What stands in the places of a template: arguments by their path, secrets by their name. */
export type RequestValues = { value(path: string): unknown; secret(name: string): string };

/**
 * A request's part out of its template. A text that is one place, `"{amount}"`, becomes the value itself; places within a text
 * become text; `{{x}}` stands for `{x}`. What has no value is left out of its object or list.
 *
 * Replay: pure. One pass: a value that looks like a place or a secret stays as it is.
 */
export function fillRequest(template: unknown, values: RequestValues): unknown {
  if (typeof template === "string") {
    const whole = WHOLE.exec(template)?.[1];
    return whole === undefined ? fillText(template, values) : values.value(whole);
  }
  if (Array.isArray(template)) return template.map((item) => fillRequest(item, values)).filter((item) => item !== undefined);
  if (!isRecord(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([name, item]) => [name, fillRequest(item, values)]).filter(([, item]) => item !== undefined));
}

/** The same for what can only be a text, an address or a header. */
export function fillText(template: string, { value, secret }: RequestValues): string {
  return template.replace(PLACE, (_, secretName?: string, literal?: string, path?: string) => (secretName !== undefined ? secret(secretName) : literal !== undefined ? `{${literal}}` : asText(value(path ?? ""))));
}

/** Arguments by their names. */
export function placesOf(input: Readonly<Record<string, unknown>>, idempotencyKey: string): RequestValues["value"] {
  return (path) => (path === KEY_PLACE ? idempotencyKey : valueAt(input, path));
}

/** The arguments that a template takes, by their first names. */
export function argumentsIn(template: unknown): Set<string> {
  return found(template, (match) => match[3]?.split(".")[0]);
}

/** The secrets that a template takes, by their names. */
export function secretsIn(template: unknown): Set<string> {
  return found(template, (match) => match[1]);
}

function found(template: unknown, nameOf: (match: RegExpMatchArray) => string | undefined): Set<string> {
  const names = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === "string") for (const match of value.matchAll(PLACE)) names.add(nameOf(match) ?? "");
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(look);
  };
  look(template);
  names.delete("");
  return names;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
