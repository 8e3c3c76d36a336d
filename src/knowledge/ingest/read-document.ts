import { extname } from "node:path";
import { detectLanguage, UNDETERMINED } from "../../lib/detect-language.ts";
import { messageOf } from "../../lib/app-error.ts";
import { detectFormat } from "./detect-format.ts";
import { FORMAT_READERS } from "./format-readers.ts";
import { DEFAULT_OCR_LANGUAGES } from "./ocr-languages.ts";
import { refuse, refuseBySize, type DocumentFile, type DocumentFormat, type DocumentWarning, type ParsedDocument, type ParseLimits, type ParseResult } from "./parsed-document.ts";
import { Refused, type ReadDocument, type Reading, type ReadingBudget } from "./reading.ts";
import { cleanMarkdown, oneLine } from "./text/clean-markdown.ts";

const MAX_TITLE = 300;
const MAX_WARNINGS = 50;
/** Fewer Latin letters tell no language; other scripts tell theirs sooner. */
const FEWEST_LETTERS = 16;
const FEWEST_OTHER_LETTERS = 4;
/** Share of the time limit after which optional work (OCR) is left out, so that what was read arrives. */
const WORKING_SHARE = 0.7;

/** Reads one file on the calling thread: for the reading thread. Expected faults are refusals; never throws for what is wrong with a file. */
export function readDocument(file: DocumentFile, limits: ParseLimits): Promise<ParseResult> {
  const budget: ReadingBudget = { unpackedBytes: limits.maxUnpackedBytes, ocrPages: limits.maxOcrPages, parts: limits.maxParts, deadlineMs: performance.now() + limits.maxMs * WORKING_SHARE };
  return readAtDepth(file, limits, budget, 0);
}

async function readAtDepth(file: DocumentFile, limits: ParseLimits, budget: ReadingBudget, depth: number): Promise<ParseResult> {
  const tooLarge = refuseBySize(file.bytes.byteLength, limits);
  if (tooLarge) return tooLarge;
  if (depth > limits.maxDepth) return refuse("too_large", `It is packed ${depth} levels deep; at most ${limits.maxDepth} are opened.`);
  if (file.bytes.byteLength === 0) return refuse("empty", "The file is empty.");
  const detected = detectFormat(file.bytes, file.name, file.mediaType);
  if (detected.format === null) return refuse("unsupported", `This kind of file is not read: it is ${detected.seems}. See the list of formats in the guide.`);
  const { format } = detected;
  const warnings: DocumentWarning[] = [];
  const warn: Reading["warn"] = (code, message) => {
    if (warnings.length < MAX_WARNINGS && !warnings.some((one) => one.code === code && one.message === message)) warnings.push({ code, message });
  };
  if (detected.isWrongExtension) warn("wrong_extension", `The name ends in ${extname(file.name)}, the content is ${format}; it was read as ${format}.`);
  const { ocrLanguages = DEFAULT_OCR_LANGUAGES } = file;
  const reading: Reading = { name: file.name, limits, budget, warn, ocrLanguages, readInner: (inner) => readInner({ ...inner, ocrLanguages }, limits, budget, depth + 1) };
  try {
    const read = await FORMAT_READERS[format](file.bytes, reading);
    return finish(read, file.name, format, limits, warnings, warn);
  } catch (error) {
    if (error instanceof Refused) return refuse(error.code, error.message);
    if (error instanceof RangeError && /call stack/i.test(error.message)) return refuse("broken", "The parts of the file stand in one another so deeply that it cannot be read. Save it again from the program it comes from.");
    return refuse("broken", `The file is damaged or not quite ${format.toUpperCase()}: ${oneLine(messageOf(error)).slice(0, 200)}`);
  }
}

function readInner(file: DocumentFile, limits: ParseLimits, budget: ReadingBudget, depth: number): Promise<ParseResult> {
  budget.parts -= 1;
  if (budget.parts < 0) return Promise.resolve(refuse("too_large", `The file holds more than ${limits.maxParts} files; the rest was left out.`));
  return readAtDepth(file, limits, budget, depth);
}

function finish(read: ReadDocument, name: string, format: DocumentFormat, limits: ParseLimits, warnings: DocumentWarning[], warn: Reading["warn"]): ParseResult {
  let body = cleanMarkdown(read.body);
  if (body.length > limits.maxCharacters) {
    warn("cut", `The text is longer than ${limits.maxCharacters} characters; the rest was left out.`);
    body = cleanMarkdown(body.slice(0, limits.maxCharacters));
  }
  if (!/[\p{L}\p{N}]/u.test(body) && read.mail === undefined) return refuse("empty", "No text was found in the file.");
  const title = oneLine(cleanMarkdown(read.title ?? "")).slice(0, MAX_TITLE) || titleOfName(name);
  const language = languageOf(body, read.language ?? "");
  const document: ParsedDocument = { title, body, language, format, updatedAt: read.updatedAt?.toISOString() ?? null, warnings };
  return { kind: "ok", document: read.mail === undefined ? document : { ...document, mail: read.mail } };
}

/** By the letters where there are enough of them, else as the file states it. */
function languageOf(body: string, stated: string): string {
  const head = body.slice(0, 2_000);
  const latin = head.match(/\p{Script=Latin}/gu)?.length ?? 0;
  const others = (head.match(/\p{L}/gu)?.length ?? 0) - latin;
  const detected = latin < FEWEST_LETTERS && others < FEWEST_OTHER_LETTERS ? UNDETERMINED : detectLanguage(body);
  return detected === UNDETERMINED && /^[a-z]{2}$/.test(stated) ? stated : detected;
}

/** `Return_policy-2024.pdf` reads `Return policy 2024`. */
function titleOfName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  return oneLine(last.replace(/\.[a-z0-9]{1,5}$/i, "").replace(/[_-]+/g, " ")).slice(0, MAX_TITLE) || "Untitled";
}
