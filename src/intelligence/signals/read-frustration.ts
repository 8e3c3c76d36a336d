import { readSentiment, readShouting } from "./read-sentiment.ts";

const EARLIER = 6;
/** How much of the patience that is left each sign takes. */
const NEGATIVE = 0.5;
const SHOUTED = 0.25;
const REPEATED = 0.3;
const UNANSWERED = 0.12;
/** What an older message counts beside the next; patience comes back. */
const FADING = 0.75;
const SAME_FROM = 0.6;

/** Words of a message that may be said again, so that order numbers and greetings do not count. */
function wordsOf(text: string): Set<string> {
  return new Set(text.slice(0, 2_000).toLowerCase().match(/\p{L}{4,}/gu) ?? []);
}

function isRepeat(text: string, earlier: readonly string[]): boolean {
  const words = wordsOf(text);
  if (words.size < 2) return false;
  return earlier.some((before) => {
    const known = wordsOf(before);
    const shared = [...words].filter((word) => known.has(word)).length;
    return shared / Math.max(1, Math.min(words.size, known.size)) >= SAME_FROM && shared >= 2;
  });
}

/**
 * How far the contact's patience has gone: every one of their messages that is negative, shouted, or says again what they have
 * said before takes a part of what is left, later ones more than earlier ones; so does each message without an answer.
 *
 * Shapes: `earlier` the contact's own messages, oldest first; `unanswered` how many of them stand without an answer.
 * Units: 0 (calm) to 1 (given up).
 * Replay: pure.
 */
export function readFrustration(text: string, earlier: readonly string[], unanswered: number): number {
  const said = [...earlier.slice(-EARLIER), text];
  let left = 1;
  said.forEach((message, place) => {
    const weight = FADING ** (said.length - 1 - place);
    const negative = Math.max(0, -readSentiment(message, []).score);
    left *= 1 - weight * NEGATIVE * negative;
    left *= 1 - weight * SHOUTED * readShouting(message);
    if (isRepeat(message, said.slice(0, place))) left *= 1 - weight * REPEATED;
  });
  left *= (1 - UNANSWERED) ** Math.min(4, unanswered);
  return Math.round((1 - left) * 100) / 100;
}
