import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { messageOf } from "../../../lib/app-error.ts";
import { modelCancelled, modelMisconfigured, modelRejected } from "../../models.errors.ts";
import { normalise, type Embedder } from "../embedder.ts";
import { findOnnxRuntime, type OnnxRuntime, type OnnxSession } from "./onnx-runtime.ts";

export type OnnxEmbedderOptions = {
  /** Holds `model.onnx` and `tokenizer.json`; `config.json`, `tokenizer_config.json` and `sentence_bert_config.json` are read where they are. */
  folder: string;
  /** Folders whose `node_modules` may hold onnxruntime-node, looked at in this order. */
  runtimeFolders: readonly string[];
  prefixes?: { query: string; passage: string };
  /** Threads of one run; 1 by default, so that a turn beside it is not starved. */
  threads?: number;
};

/** Texts of one run. Longer texts stand together, so that little is padded. */
const BATCH = 16;
/** Characters that can become one token, at most: what is behind is cut before it is looked at. */
const LONGEST_TOKEN = 12;
const DEFAULT_TOKENS = 256;

const sizes = z.object({ hidden_size: z.int().positive() });
const limits = z.object({ max_seq_length: z.int().min(8) });

/**
 * A sentence-embedding model from a folder on this machine: no network, nothing leaves the house.
 *
 * Takes models of the BERT family as sentence-transformers exports them: input ids and attention mask in, hidden states out, which are
 * averaged over the text. A text is cut at the model's longest (256 tokens when it does not say). Runs on threads of its own.
 * Errors: `models.misconfigured` when files or onnxruntime-node are missing (it says how to install it); `models.rejected` when the model
 * does not run; `models.cancelled` between two batches.
 */
export async function openOnnxEmbedder(options: OnnxEmbedderOptions): Promise<Embedder> {
  const runtime = await findOnnxRuntime(options.runtimeFolders);
  const tokenizer = await openTokenizer(options.folder);
  const dimensions = sizes.parse(await readJson(join(options.folder, "config.json"))).hidden_size;
  const said = limits.safeParse(await readJson(join(options.folder, "sentence_bert_config.json")).catch(() => null));
  const maxTokens = said.success ? said.data.max_seq_length : DEFAULT_TOKENS;
  const session = await openSession(runtime, join(options.folder, "model.onnx"), options.threads ?? 1);
  return {
    id: `onnx/${basename(options.folder)}`,
    dimensions,
    handling: "inside",
    async embed(texts, kind, signal) {
      const prefix = options.prefixes?.[kind] ?? "";
      const encoded = texts.map((text, place) => ({ place, ids: encode(tokenizer, prefix + text, maxTokens) })).sort((left, right) => left.ids.length - right.ids.length);
      const vectors: Float32Array[] = texts.map(() => new Float32Array(0));
      for (let from = 0; from < encoded.length; from += BATCH) {
        if (signal.aborted) throw modelCancelled();
        const batch = encoded.slice(from, from + BATCH);
        const found = await run(runtime, session, batch.map(({ ids }) => ids), dimensions);
        for (const [index, { place }] of batch.entries()) vectors[place] = found[index] ?? new Float32Array(dimensions);
      }
      return vectors;
    },
  };
}

async function openTokenizer(folder: string): Promise<Tokenizer> {
  try {
    const [tokenizer, config] = await Promise.all([readJson(join(folder, "tokenizer.json")), readJson(join(folder, "tokenizer_config.json")).catch(() => ({}))]);
    return new Tokenizer(asObject(tokenizer), asObject(config));
  } catch (error) {
    throw modelMisconfigured({ message: `The embedding model's tokenizer cannot be read from ${folder}: ${messageOf(error)}` });
  }
}

async function openSession(runtime: OnnxRuntime, file: string, threads: number): Promise<OnnxSession> {
  try {
    return await runtime.open(file, threads);
  } catch (error) {
    throw modelMisconfigured({ message: `The embedding model cannot be opened from ${file}: ${messageOf(error)}` });
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
    throw modelRejected({ message: `The embedding model does not run: ${messageOf(error)}` });
  }
  if (states.length !== texts.length * length * dimensions) throw modelRejected({ message: "The embedding model's answer is not one state for each token." });
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
    throw modelMisconfigured({ message: `${file} cannot be read: ${messageOf(error)}` });
  }
}

function asObject(value: unknown): object {
  if (typeof value !== "object" || value === null) throw new Error("it is no JSON object");
  return value;
}
