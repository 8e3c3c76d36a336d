import { TOKEN } from "../redactor.ts";
import type { Detector } from "./detector.ts";

/** What looks like a token but is only text: taken out like a value, so that it comes back as text and never as somebody's value. */
export const literalDetector: Detector = {
  kind: "literal",
  find: (text) => Array.from(text.matchAll(TOKEN), ({ 0: token, index }) => ({ start: index, end: index + token.length })),
  normalise: (value) => value,
};
