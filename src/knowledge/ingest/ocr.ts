import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createWorker, OEM, type Worker } from "tesseract.js";
import { findLanguageData, ocrLanguageFault } from "./ocr-languages.ts";
import { Refused, type Reading } from "./reading.ts";
import { cleanMarkdown, escapeLine } from "./text/clean-markdown.ts";

/** Tesseract's own measure, 0..100: below it the letters are the picture's texture. */
const LEAST_CONFIDENCE = 40;
const LEAST_WORD_CONFIDENCE = 20;

let engine: { languages: string; worker: Promise<Worker> } | null = null;

/**
 * The text of a picture (PNG or JPEG bytes) in paragraphs; "" when none is found or the budget is used up.
 * In the languages of the reading, whose data is installed; nothing is fetched. One engine a thread, started at the first picture and
 * again when other languages are wanted. Throws `Refused` where the data of one is not installed.
 */
export async function readPicture(picture: Buffer, reading: Reading): Promise<string> {
  if (reading.budget.ocrPages <= 0 || performance.now() > reading.budget.deadlineMs) {
    reading.warn("pages_left_out", "Some pages or pictures hold no text that can be copied, and were not read: reading pictures takes long and is limited.");
    return "";
  }
  reading.budget.ocrPages -= 1;
  const worker = await engineFor(reading.ocrLanguages);
  const { data } = await worker.recognize(picture, {}, { text: false, blocks: true });
  if (data.confidence < LEAST_CONFIDENCE) return "";
  const paragraphs = (data.blocks ?? []).flatMap((block) => block.paragraphs).map((paragraph) =>
    paragraph.lines.map((line) => line.words.filter((word) => word.confidence >= LEAST_WORD_CONFIDENCE).map((word) => word.text).join(" ")).filter((line) => line !== "").map(escapeLine).join("\n"),
  );
  return cleanMarkdown(paragraphs.filter((paragraph) => paragraph !== "").join("\n\n"));
}

async function engineFor(codes: readonly string[]): Promise<Worker> {
  const languages = codes.join("+");
  if (engine?.languages === languages) return engine.worker;
  const files = codes.map(dataOf);
  const before = engine;
  engine = null;
  await (await before?.worker)?.terminate();
  engine = { languages, worker: startEngine(codes, files) };
  return engine.worker;
}

function dataOf(code: string): string {
  const file = findLanguageData(code);
  if (file === null) throw new Refused("unsupported", ocrLanguageFault(code) ?? `"${code}" is no language of text in pictures.`);
  return file;
}

/** The engine takes all its languages from one folder, and each package has its own. */
async function startEngine(codes: readonly string[], files: readonly string[]): Promise<Worker> {
  const [only = ""] = files;
  if (files.length === 1) return createIn(dirname(only), codes);
  const folder = await mkdtemp(join(tmpdir(), "baton-ocr-"));
  try {
    for (const file of files) await symlink(file, join(folder, basename(file)));
    return await createIn(folder, codes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function createIn(langPath: string, codes: readonly string[]): Promise<Worker> {
  return createWorker([...codes], OEM.LSTM_ONLY, { langPath, gzip: true, cacheMethod: "none" });
}
