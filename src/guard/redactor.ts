/** A value that was taken out: `token` stands for it in the redacted text, as `[EMAIL_1]`. `kind` is lower case, as `email`. */
export type Placeholder = { token: string; kind: string; value: string };

/** `placeholders`: all that were known first, then the new ones in the order of the text. */
export type Redaction = { text: string; placeholders: Placeholder[] };

/** `known`: the placeholders of the case so far; `names`: the names of the people it is about, as in their records. */
export type RedactionInput = { text: string; known: readonly Placeholder[]; names: readonly string[] };

/**
 * Takes personal values out of a text before a model sees it.
 *
 * Shapes: the same value, however it is spelled, has the same token for the whole case; numbers count from 1 per kind.
 * A text that already looks like a token is taken out too (kind `literal`), so that typing `[EMAIL_1]` reads nothing.
 * `restore(redacted.text, redacted.placeholders)` is the input again; where one value was spelled in two ways, the first
 * spelling stands in both places.
 * Units: linear in the length of the text.
 * Throws: never; an adapter that cannot detect throws, and then nothing may leave.
 * Replay: pure for the built-in adapter.
 */
export type Redactor = { id: string; redact(input: RedactionInput): Redaction };

/** What a token looks like; nothing else is ever restored. */
export const TOKEN = /\[[A-Z]+(?:_[A-Z]+)*_[1-9]\d{0,6}\]/g;
const LONGEST_TOKEN = 48;
/** The start of a token that a chunk border may have cut. */
const CUT_TOKEN = /\[(?:[A-Z][A-Z_]*(?:\d{0,7})?)?$/;

function valuesOf(placeholders: readonly Placeholder[]): Map<string, string> {
  return new Map(placeholders.map(({ token, value }) => [token, value]));
}

/** Puts the values back, once: what a value itself looks like is not looked at again. A token nobody gave out stays as it is. */
export function restore(text: string, placeholders: readonly Placeholder[]): string {
  const values = valuesOf(placeholders);
  return text.replace(TOKEN, (token) => values.get(token) ?? token);
}

/** Text in, text out; `push` returns what is safe to show, `end` the rest. */
export type StreamRestorer = { push(chunk: string): string; end(): string };

/**
 * Puts the values back in a stream; a token may be cut by chunk borders anywhere.
 *
 * Shapes: all pushes and the end together are `restore` of all chunks together.
 * Units: holds back at most 48 characters, and only those that may be the start of a token.
 */
export function createStreamRestorer(placeholders: readonly Placeholder[]): StreamRestorer {
  const values = valuesOf(placeholders);
  let held = "";
  return {
    push(chunk) {
      const text = held + chunk;
      const open = text.lastIndexOf("[");
      const isCut = open !== -1 && text.length - open <= LONGEST_TOKEN && CUT_TOKEN.test(text.slice(open));
      held = isCut ? text.slice(open) : "";
      const safe = isCut ? text.slice(0, open) : text;
      return safe.replace(TOKEN, (token) => values.get(token) ?? token);
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}
