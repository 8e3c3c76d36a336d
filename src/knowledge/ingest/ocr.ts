import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createWorker, OEM, type Worker } from "tesseract.js";
import type { Reading } from "./reading.ts";
import { cleanMarkdown, escapeLine } from "./text/clean-markdown.ts";

/** Tesseract's own measure, 0..100: below it the letters are the picture's texture. */
const LEAST_CONFIDENCE = 40;
const LEAST_WORD_CONFIDENCE = 20;

let engine: Promise<Worker> | null = null;

/**
 * The text of a picture (PNG or JPEG bytes) in paragraphs; "" when none is found or the budget is used up.
 * English letters; the data comes with the package, nothing is fetched. One engine a thread, started at the first picture.
 */
export async function readPicture(picture: Buffer, reading: Reading): Promise<string> {
  if (reading.budget.ocrPages <= 0 || performance.now() > reading.budget.deadlineMs) {
    reading.warn("pages_left_out", "Some pages or pictures hold no text that can be copied, and were not read: reading pictures takes long and is limited.");
    return "";
  }
  reading.budget.ocrPages -= 1;
  engine ??= startEngine();
  const { data } = await (await engine).recognize(picture, {}, { text: false, blocks: true });
  if (data.confidence < LEAST_CONFIDENCE) return "";
  const paragraphs = (data.blocks ?? []).flatMap((block) => block.paragraphs).map((paragraph) =>
    paragraph.lines.map((line) => line.words.filter((word) => word.confidence >= LEAST_WORD_CONFIDENCE).map((word) => word.text).join(" ")).filter((line) => line !== "").map(escapeLine).join("\n"),
  );
  return cleanMarkdown(paragraphs.filter((paragraph) => paragraph !== "").join("\n\n"));
}

async function startEngine(): Promise<Worker> {
  const language = dirname(createRequire(import.meta.url).resolve("@tesseract.js-data/eng/package.json"));
  return createWorker("eng", OEM.LSTM_ONLY, { langPath: join(language, "4.0.0_best_int"), gzip: true, cacheMethod: "none" });
}
