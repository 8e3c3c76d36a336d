import { z } from "zod";
import { detectLanguage } from "../../lib/detect-language.ts";
import { messageOf } from "../../lib/app-error.ts";
import { sha256 } from "../../lib/sha256.ts";
import { gradesUnreadable } from "./routing.errors.ts";

export const GRADE_SOURCES = ["evaluation", "person", "import"] as const;
export type GradeSource = (typeof GRADE_SOURCES)[number];

/** What one model made of one prompt. `model` is its name in `models.yaml`; quality 0..1; `microUsd` null: not measured. The prompt holds no personal values. */
export type Grade = { promptHash: string; prompt: string; model: string; quality: number; microUsd: number | null; intent: string | null; language: string; source: GradeSource };

const MAX_PROMPT = 32_000;
const MOST_FAULTS = 10;

const name = z.string().trim().min(1).max(120);
const line = z.strictObject({
  prompt: z.string().trim().min(1).max(MAX_PROMPT), model: name,
  quality: z.number().min(0).max(1).optional(), right: z.boolean().optional(),
  costUsd: z.number().min(0).max(1_000).optional(), intent: name.optional(), language: z.string().regex(/^[a-z]{2,3}$/, "A language is written as its ISO 639 code, as `en`.").optional(), source: z.enum(GRADE_SOURCES).default("import"),
}).refine((given) => (given.quality === undefined) !== (given.right === undefined), "Give either `quality` (0 to 1) or `right` (true or false).");

/**
 * Reads grades out of JSON Lines: `{"prompt": "…", "model": "small", "right": true}` or `"quality": 0.7`; `costUsd`, `intent`, `language`
 * and `source` may be there. `redact` takes personal values out of a prompt before anything else sees it.
 *
 * Throws: `models.grades_unreadable`, with the faults by line; then nothing was read.
 * Replay: pure where `redact` is.
 */
export function readGrades(text: string, redact: (text: string) => string): Grade[] {
  const faults: string[] = [];
  const grades = text.split("\n").flatMap((given, place) => {
    if (given.trim() === "") return [];
    const read = readLine(given);
    if (typeof read === "string") faults.push(`line ${place + 1}: ${read}`);
    return typeof read === "string" ? [] : [toGrade(read, redact)];
  });
  if (faults.length > 0) throw gradesUnreadable({ message: `${faults.length === 1 ? "A line" : `${faults.length} lines`} of the file cannot be read, so nothing was taken in:\n${faults.slice(0, MOST_FAULTS).join("\n")}`, details: { lines: faults.slice(0, MOST_FAULTS) } });
  return grades;
}

function readLine(text: string): z.output<typeof line> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `it is not JSON (${messageOf(error)})`;
  }
  const read = line.safeParse(value);
  return read.success ? read.data : read.error.issues.map((issue) => `${issue.path.join(".")}${issue.path.length > 0 ? ": " : ""}${issue.message}`).join("; ");
}

function toGrade(given: z.output<typeof line>, redact: (text: string) => string): Grade {
  const prompt = redact(given.prompt);
  const microUsd = given.costUsd === undefined ? null : Math.ceil(given.costUsd * 1_000_000);
  return { promptHash: sha256(prompt), prompt, model: given.model, quality: given.quality ?? Number(given.right === true), microUsd, intent: given.intent ?? null, language: given.language ?? detectLanguage(prompt), source: given.source };
}
