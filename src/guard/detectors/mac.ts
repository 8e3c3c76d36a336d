import { compactOf, isWordCharacter } from "./detector.ts";
import type { Detector, Span } from "./detector.ts";

const HINT = /[:-][0-9a-f]{2}[:-][0-9a-f]{2}[:-]|\.[0-9a-f]{4}\.[0-9a-f]{4}/i;
const FORMS = /[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}/gi;

/**
 * Hardware addresses of network cards: six pairs split by colons or by hyphens, or three groups of four split by dots. All zeros is nobody's.
 *
 * Source: IEEE 802-2014, clause 8 (EUI-48).
 */
export const macDetector: Detector = {
  kind: "mac",
  find(text) {
    if (!HINT.test(text)) return [];
    const spans: Span[] = [];
    for (const { 0: value, index } of text.matchAll(FORMS)) {
      const end = index + value.length;
      const isLonger = isWordCharacter(text, index - 1) || isWordCharacter(text, end) || /[:-]/.test(text.charAt(index - 1)) || /^[:-][0-9a-f]{2}/i.test(text.slice(end, end + 3));
      if (!isLonger && /[1-9a-f]/i.test(value)) spans.push({ start: index, end });
    }
    return spans;
  },
  normalise: compactOf,
};
