import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { messageOf } from "../../../lib/app-error.ts";
import { normalise } from "../embedder.ts";
import { findOnnxRuntime, type OnnxRuntime, type OnnxSession } from "./onnx-runtime.ts";

/** Texts of one run, so few that a question does not wait long behind it. Texts of like length stand together, so that little is padded. */
const BATCH = 8;
/** Characters that can become one token, at most: what is behind is cut before it is looked at. */
const LONGEST_TOKEN = 12;
const DEFAULT_TOKENS = 256;

const sizes = z.object({ hidden_size: z.int().positive() });
const limits = z.object({ max_seq_length: z.int().min(8) });

/** A fault on the model's own thread, in words; the thread that asked makes an error of it. */
export class OnnxFault extends Error {
  readonly kind: "misconfigured" | "rejected";

  constructor(kind: "misconfigured" | "rejected", message: string) {
    super(message);
    this.kind = kind;
  }
}

export type OnnxModel = { dimensions: number; /** One batch after the other; each gives the places of its texts and their vectors. */ embed(texts: readonly string[]): AsyncGenerator<{ place: number; vector: Float32Array }[]> };

/** Opens tokenizer and model. A run holds its thread, so this is for a thread of its own. Throws: `OnnxFault`. */
export async function openOnnxModel({ folder, runtimeFolders, threads }: { folder: string; runtimeFolders: readonly string[]; threads: number }): Promise<OnnxModel> {
  const runtime = await findOnnxRuntime(runtimeFolders).catch((error: unknown) => {
    throw new OnnxFault("misconfigured", messageOf(error));
  });
  const tokenizer = await openTokenizer(folder);
  const config = sizes.safeParse(await readJson(join(folder, "config.json")));
  if (!config.success) throw new OnnxFault("misconfigured", `${join(folder, "config.json")} does not say its hidden_size.`);
  const dimensions = config.data.hidden_size;
  const said = limits.safeParse(await readJson(join(folder, "sentence_bert_config.json")).catch(() => null));
  const maxTokens = said.success ? said.data.max_seq_length : DEFAULT_TOKENS;
  const session = await openSession(runtime, join(folder, "model.onnx"), threads);
  return {
    dimensions,
    async *embed(texts) {
      const encoded = texts.map((text, place) => ({ place, ids: encode(tokenizer, text, maxTokens) })).sort((left, right) => left.ids.length - right.ids.length);
      for (let from = 0; from < encoded.length; from += BATCH) {
        const batch = encoded.slice(from, from + BATCH);
        const vectors = await run(runtime, session, batch.map(({ ids }) => ids), dimensions);
        yield batch.map(({ place }, index) => ({ place, vector: vectors[index] ?? new Float32Array(dimensions) }));
      }
    },
  };
}

async function openTokenizer(folder: string): Promise<Tokenizer> {
  try {
    const [tokenizer, config] = await Promise.all([readJson(join(folder, "tokenizer.json")), readJson(join(folder, "tokenizer_config.json")).catch(() => ({}))]);
    return new Tokenizer(asObject(tokenizer), asObject(config));
  } catch (error) {
    throw new OnnxFault("misconfigured", `The embedding model's tokenizer cannot be read from ${folder}: ${messageOf(error)}`);
  }
}

async function openSession(runtime: OnnxRuntime, file: string, threads: number): Promise<OnnxSession> {
  try {
    return await runtime.open(file, threads);
  } catch (error) {
    throw new OnnxFault("misconfigured", `The embedding model cannot be opened from ${file}: ${messageOf(error)}`);
  }
}

/** With the marks of begin and end, whatever the length. */
function encode(tokenizer: Tokenizer, text: string, maxTokens: number): number[] {
  const { ids } = tokenizer.encode(text.slice(0, maxTokens * LONGEST_TOKEN));
  const last = ids.at(-1);
  return ids.length <= maxTokens || last === undefined ? ids : [...ids.slice(0, maxTokens - 1), last];
}

async function run(runtime: OnnxRuntime, session: OnnxSession, texts: readonly (readonly number[])[], dimensions: number): Promise<Float32Array[]> {
  const length = Math.max(1, ...texts.map((ids) => ids.length));
  const ids = new BigInt64Array(texts.length * length);
  const mask = new BigInt64Array(texts.length * length);
  for (const [row, text] of texts.entries()) {
    for (const [at, id] of text.entries()) {
      ids[row * length + at] = BigInt(id);
      mask[row * length + at] = 1n;
    }
  }
  let states: Float32Array;
  try {
    states = await runtime.run(session, { ids, mask, types: new BigInt64Array(ids.length) }, [texts.length, length]);
  } catch (error) {
    throw new OnnxFault("rejected", `The embedding model does not run: ${messageOf(error)}`);
  }
  if (states.length !== texts.length * length * dimensions) throw new OnnxFault("rejected", "The embedding model's answer is not one state for each token.");
  return texts.map((text, row) => average(states.subarray(row * length * dimensions, (row * length + text.length) * dimensions), dimensions));
}

/** The mean of the states of a text's tokens, of length 1. */
function average(states: Float32Array, dimensions: number): Float32Array {
  const mean = new Float32Array(dimensions);
  for (let at = 0; at < states.length; at += 1) mean[at % dimensions] = (mean[at % dimensions] ?? 0) + (states[at] ?? 0);
  return normalise(mean);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new OnnxFault("misconfigured", `${file} cannot be read: ${messageOf(error)}`);
  }
}

function asObject(value: unknown): object {
  if (typeof value !== "object" || value === null) throw new Error("it is no JSON object");
  return value;
}
