import { createFinder } from "../detectors/create-finder.ts";
import type { RedactionOptions } from "../detectors/create-finder.ts";
import { foldText } from "../detectors/fold-text.ts";
import type { Placeholder, Redactor } from "../redactor.ts";

type Register = { placeholders: Placeholder[]; tokenFor(kind: string, normalised: string, value: string): string };

/** Keeps what was given out: by kind and normalised value, numbered from 1 for each kind. */
function createRegister(known: readonly Placeholder[], normalise: (kind: string, value: string) => string): Register {
  const placeholders = [...known];
  const tokens = new Map<string, string>();
  const highest = new Map<string, number>();
  const remember = (kind: string, normalised: string, token: string): void => {
    const key = `${kind} ${normalised}`;
    if (!tokens.has(key)) tokens.set(key, token);
    highest.set(kind, Math.max(highest.get(kind) ?? 0, Number(/_(\d+)\]$/.exec(token)?.[1] ?? 0)));
  };
  for (const { token, kind, value } of known) remember(kind, normalise(kind, value), token);
  return {
    placeholders,
    tokenFor(kind, normalised, value) {
      const given = tokens.get(`${kind} ${normalised}`);
      if (given !== undefined) return given;
      const token = `[${kind.toUpperCase()}_${(highest.get(kind) ?? 0) + 1}]`;
      remember(kind, normalised, token);
      placeholders.push({ token, kind, value });
      return token;
    },
  };
}

/**
 * The redactor that needs no model: forms with check digits, words that say what follows, the names it is given, and a list
 * of first names with rules of context.
 *
 * Units: see `npm run prove -- redaction` for its speed.
 * Replay: pure, as long as the directory is the same.
 */
export function createBuiltInRedactor(options: RedactionOptions = {}): Redactor {
  const finder = createFinder(options);
  return {
    id: "built-in",
    redact({ text, known, names }) {
      const register = createRegister(known, (kind, value) => finder.normalise(kind, foldText(value).text));
      const pieces: string[] = [];
      let done = 0;
      for (const { start, end, kind, plain } of finder.find(text, names, known)) {
        pieces.push(text.slice(done, start), register.tokenFor(kind, finder.normalise(kind, plain), text.slice(start, end)));
        done = end;
      }
      pieces.push(text.slice(done));
      return { text: pieces.join(""), placeholders: register.placeholders };
    },
  };
}
