import { readFile } from "node:fs/promises";
import { z } from "zod";

const entry = z.object({ dtype: z.string(), shape: z.array(z.int().nonnegative()), data_offsets: z.tuple([z.int(), z.int()]) });
const header = z.record(z.string(), z.union([entry, z.record(z.string(), z.string())]));

export type Weights = { of(name: string): { dims: number[]; data: Float32Array } };

/** The float32 weights of a `.safetensors` file. Source: https://github.com/huggingface/safetensors#format */
export async function readSafetensors(file: string): Promise<Weights> {
  const bytes = await readFile(file);
  const size = Number(bytes.readBigUInt64LE(0));
  const entries = header.parse(JSON.parse(bytes.subarray(8, 8 + size).toString("utf8")));
  return {
    of(name) {
      const found = entry.safeParse(entries[name]);
      if (!found.success || found.data.dtype !== "F32") throw new Error(`${file} has no float32 weights "${name}"`);
      const [from, to] = found.data.data_offsets;
      return { dims: found.data.shape, data: new Float32Array(Uint8Array.from(bytes.subarray(8 + size + from, 8 + size + to)).buffer) };
    },
  };
}
