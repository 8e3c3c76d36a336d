import { withoutOverlaps } from "./detector.ts";
import type { Detector, Span } from "./detector.ts";

const RUN = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}={0,2}/g;
const ESCAPED = /(?:%[0-9a-fA-F]{2}|[A-Za-z0-9._~-]){12,}/g;
const FEWEST_SIGNS = 0.9;
/** Words and plain numbers are no encoding: base64 of a text mixes cases and digits. */
const PLAIN = /^(?:[a-z_-]+|[A-Z_-]+|[A-Z]?[a-z]+|\d+)$/;

/** What the base64 stands for when that is a text; null otherwise. */
function decoded(run: string): string | null {
  if (PLAIN.test(run)) return null;
  const bytes = Buffer.from(run, "base64");
  if (bytes.length < 8) return null;
  const text = bytes.toString("utf8");
  if (text.includes("\ufffd")) return null;
  const printable = text.replace(/[^\p{L}\p{N}\p{P}\p{S}\p{Zs}\s]+/gu, "").length;
  return printable / text.length >= FEWEST_SIGNS ? text : null;
}

function unescapedOf(run: string): string | null {
  try {
    return run.includes("%") ? decodeURIComponent(run) : null;
  } catch {
    return null;
  }
}

/**
 * Texts in base64 or percent escapes that hold a personal value: taken out whole, since nobody can say where in them it stands.
 * `holdsPersonal` is asked about what they stand for.
 */
export function createEncodedDetector(holdsPersonal: (text: string) => boolean): Detector {
  return {
    kind: "encoded",
    find(text) {
      const spans: Span[] = [];
      for (const { 0: run, index } of text.matchAll(RUN)) {
        const inside = decoded(run);
        if (inside !== null && holdsPersonal(inside)) spans.push({ start: index, end: index + run.length });
      }
      if (text.includes("%")) {
        for (const { 0: run, index } of text.matchAll(ESCAPED)) {
          const inside = unescapedOf(run);
          if (inside !== null && holdsPersonal(inside)) spans.push({ start: index, end: index + run.length });
        }
      }
      return withoutOverlaps(spans);
    },
    normalise: (value) => value,
  };
}
