import type { Detector, Span } from "./detector.ts";

const DIGIT = /\d/g;
/** Looks for the next blank from an edge on, so that no word is cut. */
const LONGEST_WORD = 40;

function toBlank(text: string, at: number, step: 1 | -1): number {
  let edge = at;
  for (let i = 0; i < LONGEST_WORD && edge > 0 && edge < text.length; i += 1) {
    const code = text.charCodeAt(step === 1 ? edge : edge - 1);
    if (code === 32 || code === 10) break;
    edge += step;
  }
  return edge;
}

/** Stretches of the text with a digit no further than `reach` away, in order, without overlaps. */
function stretches(text: string, reach: number): Span[] {
  const found: Span[] = [];
  DIGIT.lastIndex = 0;
  for (let match = DIGIT.exec(text); match !== null; match = DIGIT.exec(text)) {
    const last = found.at(-1);
    const end = Math.min(text.length, match.index + reach);
    if (last !== undefined && match.index - reach <= last.end) last.end = end;
    else found.push({ start: toBlank(text, Math.max(0, match.index - reach), -1), end });
    // Digits stand together: the next one that can change anything is further on.
    DIGIT.lastIndex = Math.max(match.index + 1, Math.min(end - reach + (reach >> 1), text.length));
  }
  for (const [i, span] of found.entries()) span.end = Math.min(toBlank(text, span.end, 1), found[i + 1]?.start ?? text.length);
  return found;
}

/**
 * The same detector, shown only what stands near digits: for values that cannot be without one, so that plain text costs nothing.
 * Units: `reach` in characters to both sides.
 */
export function nearDigits(detector: Detector, reach: number): Detector {
  return {
    ...detector,
    find(text) {
      return stretches(text, reach).flatMap(({ start, end }) => {
        const isWhole = start === 0 && end === text.length;
        return detector.find(isWhole ? text : text.slice(start, end)).map((span) => ({ ...span, start: span.start + start, end: span.end + start }));
      });
    },
  };
}
