import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createFinder } from "../src/guard/detectors/create-finder.ts";
import { measureCases, measureValidators } from "./redaction/cases.ts";
import { readRecogniserCases, readSynthTexts, readValidatorCases } from "./redaction/data.ts";
import { measureOrders } from "./redaction/orders.ts";
import { measureSpeed } from "./redaction/speed.ts";
import { measureSynth, type SynthQuality } from "./redaction/synth.ts";
import { report, say } from "./report.ts";

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

/** What is printed of a set; what was missed is said above, a line each, with `--missed`. */
function figuresOf({ missed, precision, recall, f2, patternRecall, ...others }: SynthQuality) {
  if (process.argv.includes("--missed")) for (const one of missed) say(one);
  return { ...others, precision: rounded(precision), recall: rounded(recall), f2: rounded(f2), patternRecall: rounded(patternRecall) };
}

/**
 * Personal values in Presidio's test cases and in Presidio Research's generated texts, development parts (`../shared/data/pii_cases`,
 * `pii_synth`; another place by `BATON_DATA_SETS`), numbers of record that have to stay, and the speed on one core. All types
 * together are measured as a tenant has it that hides details too (`redaction: { details: true }`); what is hidden by default, on
 * the types it is meant for, stands beside it. Returns the exit code.
 */
export async function proveRedaction(): Promise<number> {
  const folder = resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data");
  if (!existsSync(join(folder, "pii_cases")) || !existsSync(join(folder, "pii_synth"))) {
    say("skipped: the data sets are not here; set BATON_DATA_SETS to their folder");
    return 0;
  }
  const { missed, ...cases } = measureCases(readRecogniserCases(folder));
  for (const one of missed) say(`case missed: ${one}`);
  const { wrong, ...validators } = measureValidators(readValidatorCases(folder));
  for (const one of wrong) say(`validator wrong: ${one}`);
  const [byDefault, withDetails] = [createFinder(), createFinder({ hidesDetails: true })];
  const sets = readSynthTexts(folder);
  const all = sets.flatMap(({ texts }) => texts);
  const synth = {
    allTypes: figuresOf(measureSynth(all, withDetails, false)),
    bySet: Object.fromEntries(sets.map(({ name, texts }) => [name, rounded(measureSynth(texts, withDetails, false).f2)])),
    byDefault: figuresOf(measureSynth(all, byDefault, true)),
  };
  const { examples, ...orders } = measureOrders(byDefault);
  for (const one of examples.slice(0, 10)) say(`number of record hidden: ${one}`);
  const { examples: _, ...ordersWithDetails } = measureOrders(withDetails);
  const speed = measureSpeed(all.map(({ text }) => text));
  return report({
    name: "redaction",
    figures: { cases: { ...cases, share: rounded(cases.share) }, validators, synth, orders: { ...orders, share: rounded(orders.share) }, ordersWithDetails: { ...ordersWithDetails, share: rounded(ordersWithDetails.share) }, megabytesASecond: Object.fromEntries(Object.entries(speed).map(([name, value]) => [name, Number(value.toFixed(2))])) },
    targets: [
      { name: "cases of supported entities", value: rounded(cases.share), mustBe: "at least", bound: 0.9 },
      { name: "validator cases", value: validators.right / validators.cases, mustBe: "exactly", bound: 1 },
      { name: "pattern types, recall", value: synth.byDefault.patternRecall, mustBe: "at least", bound: 0.98 },
      { name: "all types, F2", value: synth.allTypes.f2, mustBe: "at least", bound: 0.87 },
      { name: "numbers of record hidden", value: rounded(orders.share), mustBe: "at most", bound: 0.01 },
      { name: "megabytes a second", value: Number(speed.messages.toFixed(2)), mustBe: "at least", bound: 5 },
    ],
  });
}
