import { z } from "zod";
import type { QualityModel } from "./quality-model.ts";

/** Changes whenever features, training, the choice of the point or this form change, so that a router made by other code is not taken for ours. */
export const ROUTER_FORM = "router-2";

const head = z.object({ form: z.literal(ROUTER_FORM), rows: z.int(), bias: z.array(z.number()), lines: z.array(z.object({ slope: z.number(), intercept: z.number() })) });

const bytesOf = (array: Uint32Array | Float32Array): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A quality model as bytes: the length of its head, the head as JSON, then rows, rarities and each model's weights, four bytes each. */
export function encodeRouter({ vocabulary, weights, bias, lines }: QualityModel): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify({ form: ROUTER_FORM, rows: vocabulary.rows.length, bias, lines }));
  return Buffer.concat([bytesOf(Uint32Array.of(text.byteLength)), text, ...[vocabulary.rows, vocabulary.idf, ...weights].map(bytesOf)]);
}

/** The model of these bytes; null when they are of another form. */
export function decodeRouter(given: Uint8Array): QualityModel | null {
  const bytes = Uint8Array.from(given);
  if (bytes.byteLength < 4) return null;
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const read = head.safeParse(parsed(new TextDecoder().decode(bytes.subarray(4, 4 + length))));
  if (!read.success) return null;
  const { rows, bias, lines } = read.data;
  let at = 4 + length;
  if (bytes.byteLength !== at + 4 * rows * (2 + bias.length) || lines.length !== bias.length) return null;
  // A copy, since numbers of four bytes must begin at a multiple of four.
  const next = (): ArrayBuffer => bytes.slice(at, (at += 4 * rows)).buffer;
  const vocabulary = { rows: new Uint32Array(next()), idf: new Float32Array(next()) };
  return { vocabulary, weights: bias.map(() => new Float32Array(next())), bias, lines };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours; the caller says so.
    return null;
  }
}
