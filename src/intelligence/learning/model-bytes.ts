import { z } from "zod";
import { parseJson } from "../../lib/parse-json.ts";
import type { IntentModel } from "../classifier/intent-model.ts";

/**
 * Changes whenever features, training or this form change, so that a model made by other code is not taken for ours.
 */
export const MODEL_FORM = "intent-model-1";

const calibration = z.object({ weights: z.array(z.number()), bias: z.number() });
const head = z.object({
  form: z.literal(MODEL_FORM), names: z.array(z.string()), rows: z.int(), classes: z.int(), weights: z.int(), meaning: z.object({ embedder: z.string(), dimensions: z.int() }).nullable(),
  calibration, from: z.number(), labels: z.object({ calibration, from: z.number() }).nullable(),
});

const bytesOf = (array: Uint32Array | Float32Array): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A model as bytes: the length of its head, the head as JSON, then rows, rarities, weights and biases, four bytes each. */
export function encodeModel({ names, vocabulary, meaning, linear, calibration: fitted, from, labels }: IntentModel): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify({ form: MODEL_FORM, names, rows: vocabulary.rows.length, classes: linear.classes, weights: linear.weights.length, meaning, calibration: fitted, from, labels }));
  return Buffer.concat([bytesOf(Uint32Array.of(text.byteLength)), text, ...[vocabulary.rows, vocabulary.idf, linear.weights, linear.bias].map(bytesOf)]);
}

/** The model of these bytes; null when they are of another form: then it is trained anew. */
export function decodeModel(given: Uint8Array): IntentModel | null {
  const bytes = Uint8Array.from(given);
  const view = new DataView(bytes.buffer);
  if (bytes.byteLength < 4) return null;
  const length = view.getUint32(0, true);
  if (bytes.byteLength < 4 + length) return null;
  const read = head.safeParse(parseJson(new TextDecoder().decode(bytes.subarray(4, 4 + length))));
  if (!read.success) return null;
  const { names, rows, classes, weights, meaning, calibration: fitted, from, labels } = read.data;
  let at = 4 + length;
  if (bytes.byteLength !== at + 4 * (2 * rows + weights + classes)) return null;
  // A copy, since numbers of four bytes must begin at a multiple of four.
  const next = (count: number): ArrayBuffer => bytes.slice(at, (at += 4 * count)).buffer;
  const vocabulary = { rows: new Uint32Array(next(rows)), idf: new Float32Array(next(rows)) };
  return { names, vocabulary, meaning, linear: { classes, weights: new Float32Array(next(weights)), bias: new Float32Array(next(classes)) }, calibration: fitted, from, labels };
}
