import { Ajv2020 as Ajv } from "ajv/dist/2020.js";
import formatsPlugin from "ajv-formats";
import { z } from "zod";
import { parseJson } from "../../lib/parse-json.ts";
import { compilePattern } from "../../lib/patterns/linear-pattern.ts";
import { schemaPatterns } from "../../lib/patterns/schema-patterns.ts";

/** What an answer must look like: one of the choices, or a value of the schema; both null takes any text. */
export const answerForm = z.object({ choices: z.array(z.string()).nullable(), schema: z.record(z.string(), z.unknown()).nullable(), /** The intent whose message began the run: the same intent again is no change of subject. */ intent: z.string().nullable().default(null), /** The question in words, to come back to it. */ question: z.string().nullable().default(null) });
export type AnswerForm = z.infer<typeof answerForm>;

export type ReadAnswer = { kind: "fits"; value: unknown } | { kind: "unfit"; reason: string } | /** The contact wants it no more: "no, forget it". */ { kind: "declined" };

const LONGEST = 4_000;
const YES = /^\W*(?:yes|yeah|yep|yup|sure|ok(?:ay)?|please do|do it|go ahead|correct|confirm(?:ed)?|right|exactly|of course|absolutely|agreed|ja|oui|s[ií])\b/i;
const NO = /^\W*(?:no|nope|nah|don'?t|do not|stop|never ?mind|leave it|rather not|nein|non)\b/i;

const FILLERS = "(?:(?:no|nah|nope|ok(?:ay)?|oh|wait|sorry|actually|well|please|thanks?|and|just|hm+)\\b[\\s,.!;:-]*)*";
const TAKES_BACK = "(?:never ?mind|forget (?:about )?(?:it|that)|leave it|stop(?: (?:it|that|this))?|cancel (?:that|this)|drop it|don'?t bother|no,? thanks?|rather not|not any ?more|(?:i(?:'ve| have)? )?changed my mind|i (?:don'?t|do not) want (?:it|that|this|to)(?: any ?more)?)\\b";
/** A message that begins by taking the wish back, and one that does nothing else. */
const DECLINES = new RegExp(`^\\W*${FILLERS}${TAKES_BACK}`, "i");
const ONLY_DECLINES = new RegExp(`${DECLINES.source}(?:[\\s,.!]+(?:please|thanks?|thank you|you|then|for now|now|after all))*\\W*$`, "i");
const LONGEST_DECLINE = 80;

/**
 * Finds the wanted value in what a person wrote: "it's number 1042, thanks" holds an order number. What holds none and takes
 * the wish back is `declined`. Pure.
 */
export function readAnswer(form: Pick<AnswerForm, "choices" | "schema">, text: string): ReadAnswer {
  const read = readValue(form, text);
  // Where any text would do, only a message that says nothing else is no answer.
  const isTakenBack = text.trim().length <= LONGEST_DECLINE && (hasForm(form) ? read.kind === "unfit" && DECLINES.test(text) : ONLY_DECLINES.test(text));
  return isTakenBack ? { kind: "declined" } : read;
}

/** Whether not every text would do. */
export function hasForm(form: Pick<AnswerForm, "choices" | "schema">): boolean {
  if (form.choices !== null) return true;
  if (form.schema === null) return false;
  return form.schema["type"] !== "string" || ["pattern", "format", "enum"].some((rule) => form.schema?.[rule] !== undefined);
}

function readValue(form: Pick<AnswerForm, "choices" | "schema">, text: string): ReadAnswer {
  const said = text.trim().slice(0, LONGEST);
  if (form.choices !== null) return readChoice(form.choices, said);
  if (form.schema === null) return said === "" ? unfit("it is empty") : fits(said);
  const check = checkerOf(form.schema);
  let reason = "it is not in the form that was asked for";
  for (const candidate of candidatesOf(form.schema, said)) {
    const fault = check(candidate);
    if (fault === null) return fits(candidate);
    reason = fault;
  }
  return unfit(reason);
}

function readChoice(choices: readonly string[], said: string): ReadAnswer {
  const plainSaid = plain(said);
  const exact = choices.find((choice) => plain(choice) === plainSaid);
  if (exact !== undefined) return fits(exact);
  const yes = choices.find((choice) => plain(choice) === "yes");
  const no = choices.find((choice) => plain(choice) === "no");
  if (no !== undefined && (NO.test(said) || (said.length <= LONGEST_DECLINE && DECLINES.test(said)))) return fits(no);
  if (yes !== undefined && YES.test(said)) return fits(yes);
  const number = /^\W*(\d{1,2})\W*$/.exec(said)?.[1];
  const numbered = number === undefined ? undefined : choices[Number(number) - 1];
  if (numbered !== undefined) return fits(numbered);
  const named = choices.filter((choice) => ` ${plainSaid} `.includes(` ${plain(choice)} `));
  if (named.length === 1 && named[0] !== undefined) return fits(named[0]);
  const begun = plainSaid.length < 3 ? [] : choices.filter((choice) => plain(choice).startsWith(plainSaid));
  if (begun.length === 1 && begun[0] !== undefined) return fits(begun[0]);
  return unfit(`it names none of: ${choices.join(", ")}`);
}

/** What the text may mean under this schema, the most literal reading first. */
function candidatesOf(schema: Record<string, unknown>, said: string): unknown[] {
  const choices = schema["enum"];
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === "string")) {
    const chosen = readChoice(choices, said);
    return chosen.kind === "fits" ? [chosen.value] : [said];
  }
  const type = schema["type"];
  if (type === "boolean") return NO.test(said) ? [false] : YES.test(said) ? [true] : [];
  if (type === "integer" || type === "number") return [...said.matchAll(/-?\d+(?:[.,]\d+)?/g)].map((match) => Number(match[0].replace(",", ".")));
  if (type === "object" || type === "array") return jsonIn(said);
  const pattern = schema["pattern"];
  const pieces = said.split(/\s+/).map((piece) => piece.replace(/^[^\p{L}\p{N}[]+|[^\p{L}\p{N}\]]+$/gu, "")).filter((piece) => piece !== "");
  const found = typeof pattern === "string" && !pattern.startsWith("^") ? [compilePattern(pattern).find(said)].filter((piece) => piece !== null) : [];
  const wantsPiece = typeof pattern === "string" || typeof schema["format"] === "string";
  return wantsPiece ? [...found, said, ...pieces] : [said];
}

function jsonIn(said: string): unknown[] {
  const value = parseJson(said);
  return value === undefined ? [] : [value];
}

type Checker = (value: unknown) => string | null;
const checkers = new Map<string, Checker>();

/** Compiled once per schema; null from the checker means the value fits. */
export function checkerOf(schema: Record<string, unknown>): Checker {
  const key = JSON.stringify(schema);
  const known = checkers.get(key);
  if (known !== undefined) return known;
  const ajv = new Ajv({ strict: false, allErrors: false, validateSchema: false, code: { regExp: schemaPatterns } });
  formatsPlugin.default(ajv);
  // `$async` would make every answer fit, and reject later.
  const { $async: _, ...rest } = schema;
  const validate = ajv.compile(rest);
  const checker: Checker = (value) => {
    if (validate(value)) return null;
    const fault = validate.errors?.[0];
    return fault === undefined ? "it does not fit" : `${fault.instancePath === "" ? "it" : fault.instancePath.slice(1).replaceAll("/", ".")} ${fault.message ?? "does not fit"}`;
  };
  if (checkers.size > 1_000) checkers.clear();
  checkers.set(key, checker);
  return checker;
}

function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

function fits(value: unknown): ReadAnswer {
  return { kind: "fits", value };
}

function unfit(reason: string): ReadAnswer {
  return { kind: "unfit", reason };
}
