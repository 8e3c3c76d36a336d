import { splitSentences } from "../../lib/split-sentences.ts";
import type { ClaimReader } from "./upkeep-deps.ts";

/** `day` as `YYYY-MM-DD`. */
export type PastDay = { sentence: string; day: string };

/** A day that ends or begins something; other days ("founded on 1 May 1998") grow no older. */
const LASTING = /\b(?:until|till|through|by|before|from|starting|starts?|begins?|ends?|ending|valid|expires?|expiry|deadline|closes?|closed|opens?|available|offer|promotion|sale|season|as of|effective|upcoming|next|will|planned|bis|ab|gültig|endet|jusqu'au|à partir|hasta|desde|fino|tot|vanaf)\b/i;
const MOST = 5;
const DAY_MS = 86_400_000;
/** Nobody need hurry for a day that has just passed. */
const GRACE_DAYS = 1;
const MOST_SENTENCES = 2_000;

/** Sentences that promise something for a day which has passed. Replay: pure. */
export function findPastDays(body: string, nowMs: number, claims: Pick<ClaimReader, "dates">): PastDay[] {
  const latest = new Date(nowMs - GRACE_DAYS * DAY_MS).toISOString().slice(0, 10);
  const found: PastDay[] = [];
  for (const { text } of splitSentences(body).slice(0, MOST_SENTENCES)) {
    if (!/\d{2}/.test(text) || !LASTING.test(text)) continue;
    const days = claims.dates(text);
    const last = days.toSorted().at(-1);
    // A span that has begun and not ended is not over.
    if (last !== undefined && last < latest) found.push({ sentence: text, day: last });
    if (found.length === MOST) break;
  }
  return found;
}
