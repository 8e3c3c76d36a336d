import { isIPv6 } from "node:net";
import type { Detector, Span } from "./detector.ts";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const V4 = new RegExp(`(?<![\\d.]|\\p{L}|\\d-)${OCTET}(?:\\.${OCTET}){3}(?![\\d]|\\.\\d|\\p{L})`, "gu");
const V6 = /(?<![\p{L}\d:.])[0-9a-f]{0,4}:[0-9a-f:]{1,35}(?:\.\d{1,3}){0,3}(?![\p{L}\d:])/giu;
/** Three numbers with dots, or two colons with no more than four signs between. */
const HINT = /\d\.\d{1,3}\.\d|:[0-9a-f]{0,4}:/i;
/** The size of a network belongs to its address. */
const NETWORK = /\/(?:12[0-8]|1[01]\d|\d{1,2})(?!\d)/y;
const VERSION_BEFORE = /(?:\bv|\bversion|\bfirmware|\brelease|\bbuild|\bupdate)[ .:]{0,2}$/i;

function withNetwork(text: string, end: number): number {
  NETWORK.lastIndex = end;
  return end + (NETWORK.exec(text)?.[0].length ?? 0);
}

/** IP addresses, version 4 and 6. Four numbers after "version" or "firmware" are a version number. */
export const ipDetector: Detector = {
  kind: "ip",
  find(text) {
    const spans: Span[] = [];
    if (!HINT.test(text)) return spans;
    for (const { 0: value, index } of text.matchAll(V6)) {
      if ((/[\da-f]/i.test(value) || text.charAt(index + value.length) === "/") && isIPv6(value)) spans.push({ start: index, end: withNetwork(text, index + value.length) });
    }
    const longer = spans.length;
    let next = 0;
    for (const { 0: value, index } of text.matchAll(V4)) {
      while (next < longer && (spans[next]?.end ?? 0) <= index) next += 1;
      const isInside = next < longer && (spans[next]?.start ?? 0) <= index;
      if (isInside || VERSION_BEFORE.test(text.slice(Math.max(0, index - 12), index))) continue;
      spans.push({ start: index, end: withNetwork(text, index + value.length) });
    }
    return spans.toSorted((one, other) => one.start - other.start);
  },
  normalise: (value) => value.toLowerCase(),
};
