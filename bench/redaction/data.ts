import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

const CASE = z.object({ id: z.string(), entity: z.string(), text: z.string(), count: z.number(), positions: z.array(z.tuple([z.number(), z.number()])).nullish() });
const VALIDATION = z.object({ recognizer: z.string(), entity: z.string(), value: z.string(), valid: z.boolean(), test: z.string() });
const SPAN = z.object({ entity_type: z.string(), entity_value: z.string(), start_position: z.number(), end_position: z.number() });
const TEXT = z.object({ full_text: z.string(), spans: z.array(SPAN) });

/** `count` values of the entity stand in the text, at `positions` (in code points) where those are known. */
export type RecogniserCase = z.infer<typeof CASE>;
export type ValidatorCase = z.infer<typeof VALIDATION>;
/** Places in UTF-16 units. */
export type SynthText = { text: string; spans: { type: string; start: number; end: number }[] };

function linesOf<T>(text: string, shape: z.ZodType<T>): T[] {
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => shape.parse(JSON.parse(line)));
}

/** The data counts code points, JavaScript UTF-16 units. */
function unitsOf(text: string): (at: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (at) => at;
  const starts: number[] = [];
  let unit = 0;
  for (const sign of text) {
    starts.push(unit);
    unit += sign.length;
  }
  return (at) => starts[at] ?? text.length;
}

export function readRecogniserCases(folder: string): RecogniserCase[] {
  return linesOf(readFileSync(join(folder, "pii_cases", "recognizer_cases_dev.jsonl"), "utf8"), CASE).map((one) => {
    const units = unitsOf(one.text);
    return { ...one, positions: one.positions?.map(([start, end]): [number, number] => [units(start), units(end)]) };
  });
}

export function readValidatorCases(folder: string): ValidatorCase[] {
  return linesOf(readFileSync(join(folder, "pii_cases", "validators_dev.jsonl"), "utf8"), VALIDATION);
}

/** The second set of texts is packed. */
export function readSynthTexts(folder: string): { name: string; texts: SynthText[] }[] {
  const plain = readFileSync(join(folder, "pii_synth", "synth_v2_dev.jsonl"), "utf8");
  const packed = gunzipSync(readFileSync(join(folder, "pii_synth", "generated_large_dev.jsonl.gz"))).toString("utf8");
  return [{ name: "synth_v2", content: plain }, { name: "generated_large", content: packed }].map(({ name, content }) => ({
    name,
    texts: linesOf(content, TEXT).map(({ full_text: text, spans }) => {
      const units = unitsOf(text);
      return { text, spans: spans.map((span) => ({ type: span.entity_type, start: units(span.start_position), end: units(span.end_position) })) };
    }),
  }));
}
