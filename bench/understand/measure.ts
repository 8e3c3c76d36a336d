import { calibrationError, type Judged } from "../../src/lib/calibration-error.ts";
import type { Understander, UnderstandInput } from "../../src/intelligence/understander.ts";
import type { CallContext } from "../../src/models/call-context.ts";
import { median } from "../percentile.ts";
import { rounded } from "../retrieval/metrics.ts";
import type { Labelled } from "./data.ts";

const CALL: CallContext = { tenantId: "bench", purpose: "understand", dataClasses: [], audiences: [], cache: "off" };

export const inputOf = (text: string): UnderstandInput => ({ text, recent: [], call: CALL });

/**
 * `accuracy`: of the texts with an intent, how many have it read first. `noneRecall`: of those without, how many are read as none.
 * `calibrationError`: of all that were given an intent. `microF1`: over every intent of every text.
 */
export type IntentQuality = { texts: number; accuracy: number; noneRecall: number | null; calibrationError: number; microF1: number; askedNext: number; p50Ms: number };

/** Reads every text with the understander as the product would, one after the other. */
export async function measureIntents(understander: Pick<Understander, "understand">, texts: readonly Labelled[]): Promise<IntentQuality> {
  const judged: Judged[] = [];
  const timesMs: number[] = [];
  const count = { inside: 0, right: 0, outside: 0, none: 0, shared: 0, wanted: 0, given: 0, next: 0 };
  for (const { text, intents } of texts) {
    const startMs = performance.now();
    const read = await understander.understand(inputOf(text));
    timesMs.push(performance.now() - startMs);
    const first = read.intents[0];
    if (first !== undefined) judged.push({ confidence: first.confidence, isRight: intents.includes(first.name) });
    if ((read.steps?.length ?? 1) > 1) count.next += 1;
    count.wanted += intents.length;
    count.given += read.intents.length;
    count.shared += read.intents.filter(({ name }) => intents.includes(name)).length;
    if (intents.length === 0) {
      count.outside += 1;
      if (first === undefined) count.none += 1;
    } else {
      count.inside += 1;
      if (first !== undefined && intents.includes(first.name)) count.right += 1;
    }
  }
  return {
    texts: texts.length, accuracy: rounded(count.right / count.inside), noneRecall: count.outside === 0 ? null : rounded(count.none / count.outside),
    calibrationError: rounded(calibrationError(judged)), microF1: rounded((2 * count.shared) / (count.wanted + count.given)), askedNext: rounded(count.next / texts.length), p50Ms: rounded(median(timesMs)),
  };
}
