import { readDates } from "../../guard/grounding/dates.ts";
import { readEmptiness } from "../../guard/grounding/empty-sentences.ts";
import { createEvidence } from "../../guard/grounding/evidence.ts";
import { readSpecifics } from "../../guard/grounding/specifics.ts";
import { readWords } from "../../guard/grounding/words.ts";
import type { ClaimReader } from "../../knowledge/upkeep/upkeep-deps.ts";

/** What texts claim, as replies are judged: by the same reading of figures, days and negation. */
export function createClaimReader(): ClaimReader {
  return {
    contradiction(sentence, other) {
      const { specifics, words } = readSpecifics(sentence);
      return createEvidence([other]).contradiction(readWords(words), specifics);
    },
    // Without a year a day comes again.
    dates: (text) => readDates(text).flatMap(({ readings }) => readings.slice(0, 1).flatMap(dayOf)),
    isEmpty: (sentence) => readEmptiness(sentence) !== null,
  };
}

function dayOf(reading: string): string[] {
  const [, year, month = "", day = ""] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(reading) ?? [];
  return year === undefined ? [] : [`${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`];
}
