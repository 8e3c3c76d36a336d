import { rejects, strictEqual } from "node:assert";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Embedder } from "../embedder.ts";
import { describeEmbedderCancelling, describeEmbedderContract } from "../embedder.contract.ts";
import { noContext } from "../../model.contract.ts";
import { openOnnxEmbedder } from "./onnx.ts";

const bench = join(import.meta.dirname, "..", "..", "..", "..", "bench");
const folder = join(bench, ".models", "all-MiniLM-L6-v2");
const peers = join(bench, "peers");
const isThere = existsSync(join(folder, "model.onnx")) && existsSync(join(peers, "node_modules", "onnxruntime-node"));
const options = isThere ? {} : { skip: "needs the model that `npm run prove -- retrieval` brings, and onnxruntime-node in bench/peers" };

let opened: Promise<Embedder> | null = null;
const open = () => (opened ??= openOnnxEmbedder({ folder, runtimeFolders: [peers] }));
describeEmbedderContract("ONNX", open, options);
describeEmbedderCancelling("ONNX", open, options);

const empty = await mkdtemp(join(tmpdir(), "baton-onnx-"));
after(() => rm(empty, { recursive: true, force: true }));

test("without the runtime it says how to install it", async () => {
  await rejects(openOnnxEmbedder({ folder: empty, runtimeFolders: [empty] }), (error: Error) => "code" in error && error.code === "models.misconfigured" && error.message.includes(`npm install --no-save onnxruntime-node" in ${empty}`));
});

test("a folder without a model is named", options, async () => {
  await rejects(openOnnxEmbedder({ folder: empty, runtimeFolders: [peers] }), (error: Error) => "code" in error && error.code === "models.misconfigured" && error.message.includes(join(empty, "tokenizer.json")));
});

test("a question overtakes a long list of passages, and what is called off holds nobody up", options, async () => {
  const embedder = await open();
  const leaving = new AbortController();
  const done: string[] = [];
  const long = embedder.embed(Array.from({ length: 48 }, (_, number) => `passage ${number} ${"word ".repeat(30)}`), "passage", AbortSignal.timeout(60_000), noContext).then(() => done.push("passages"));
  const dropped = rejects(embedder.embed(Array.from({ length: 500 }, () => "word ".repeat(200)), "passage", leaving.signal, noContext), { code: "models.cancelled" });
  leaving.abort();
  await dropped;
  await embedder.embed(["a question"], "query", AbortSignal.timeout(60_000), noContext).then(() => done.push("question"));
  await long;
  strictEqual(done.join(), "question,passages");
});
