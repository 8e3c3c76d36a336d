import { excerpt } from "../../lib/cut.ts";
import { isRecord } from "../../lib/is-record.ts";
import { parseJson } from "../../lib/parse-json.ts";
import { textOf } from "../../outbound/body-content.ts";
import { valueAt } from "../declared/fill-template.ts";
import { systemAway, systemFault } from "../tools.errors.ts";
import type { HttpAnswer } from "./http-system.ts";

/** What a declaration says of a system's answers; see `answerFields`. `matches`: what must stand at a path of the picked value. */
export type AnswerRules = { answer: "json" | "text"; pick: string | undefined; matches: readonly (readonly [path: string, value: unknown])[]; notFoundStatuses: readonly number[]; refused: { statuses: readonly number[]; message?: string | undefined } };

/** `isEffect`: what was done should be told apart in the ledger. */
export type AnswerPlace = { system: string; nowMs: number; isEffect: boolean };

export type ReadAnswer = { output: unknown; evidence?: string } | { refused: string } | null;

const MOST_WORDS = 300;
/** Where systems usually say why not. Source: RFC 9457; Google, Stripe and GitHub answer alike. */
const USUAL_WORDS = ["error.message", "detail", "message", "error_description", "error", "title", "errors.0.message", "errors.0"];
/** Control characters, and those that turn the writing direction. */
const HIDDEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * What an answer means. Null: there is no such record; `refused`: in the system's own words, cut and in quotes, since they are
 * text that somebody else wrote.
 *
 * Throws `tools.system_away` (408, 425, 429, 403 with a Retry-After, 5xx; `details.retryAfterMs` when it said how long) and `tools.system_fault` for everything
 * else that is no answer: a refused credential, a request it does not take, what is not of the declared type.
 */
export function readHttpAnswer(answer: HttpAnswer, rules: AnswerRules, place: AnswerPlace): ReadAnswer {
  const { status } = answer;
  if (rules.notFoundStatuses.includes(status)) return null;
  if (rules.refused.statuses.includes(status)) return { refused: wordsOf(answer, rules.refused.message) };
  // Some say 403 for "too often", and then how long.
  const isLater = status === 403 && answer.headers["retry-after"] !== undefined;
  if (isLater || status === 429 || status === 408 || status === 425 || status >= 500) throw away(answer, place);
  if (status === 401 || status === 403) throw systemFault({ message: `The credential was refused: ${place.system} answered ${status}.` });
  if (status >= 300 && status < 400) throw systemFault({ message: `${place.system} answered ${status} and sends the call elsewhere; a call that has an effect does not follow.` });
  if (status < 200 || status > 299) throw systemFault({ message: `${place.system} did not take the call: it answered ${status}.` });
  const picked = pick(answer.told(contentOf(answer, rules.answer, place.system)), rules.pick, place.system);
  const own = picked === null ? null : keepOwn(picked.value, rules.matches);
  if (own === null) return null;
  return place.isEffect ? { output: own.value, evidence: evidenceOf(answer, place.system) } : { output: own.value };
}

function away(answer: HttpAnswer, { system, nowMs }: AnswerPlace): Error {
  const asked = retryAfterMs(answer.headers["retry-after"], nowMs);
  return systemAway({ message: `${system} answered ${answer.status}.`, ...(asked === null ? {} : { details: { retryAfterMs: asked } }) });
}

/** Seconds or a date. Source: RFC 9110, "Retry-After". */
export function retryAfterMs(text: string | undefined, nowMs: number): number | null {
  if (text === undefined || text.trim() === "") return null;
  const ms = /^\s*\d{1,9}(\.\d+)?\s*$/.test(text) ? Math.ceil(Number(text) * 1_000) : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function contentOf(answer: HttpAnswer, type: AnswerRules["answer"], system: string): unknown {
  const text = textOf(answer);
  if (type === "text") {
    if (text === null) throw systemFault({ message: `${system} answered what is no text.` });
    return text;
  }
  if (text?.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text ?? "");
    return value;
  } catch {
    // The parser's own words quote the answer.
    const media = answer.headers["content-type"]?.split(";")[0]?.trim() ?? "";
    const what = /^text\/html|xhtml/i.test(media) || /^\s*<(!doctype|html)/i.test(text ?? "") ? "a web page (HTML)" : "a text that is not valid JSON";
    throw systemFault({ message: `${system} answered in another shape than its contract: ${what} instead of JSON.` });
  }
}

/** Null: the list it leads into has no such entry, or nothing stands there. */
function pick(value: unknown, path: string | undefined, system: string): { value: unknown } | null {
  if (path === undefined) return { value };
  let holder = value;
  for (const name of path.split(".")) {
    if (holder === null) return null;
    if (Array.isArray(holder) && /^\d+$/.test(name) && Number(name) >= holder.length) return null;
    const next = valueAt(holder, name);
    if (next === undefined) throw systemFault({ message: `${system} answered in another shape than its contract: it has no "${path}".` });
    holder = next;
  }
  return holder === null ? null : { value: holder };
}

/** Of a list the entries that match; null: it does not, so for this contact it is not there. */
function keepOwn(value: unknown, matches: AnswerRules["matches"]): { value: unknown } | null {
  if (matches.length === 0) return { value };
  const isOwn = (item: unknown) => matches.every(([path, wanted]) => isSame(valueAt(item, path), wanted));
  if (Array.isArray(value)) return { value: value.filter(isOwn) };
  return isOwn(value) ? { value } : null;
}

/** Addresses of mail are the same in capitals; ids need not be. */
function isSame(found: unknown, wanted: unknown): boolean {
  if (found === undefined || found === null || wanted === undefined || wanted === null || typeof found === "object") return false;
  const [left, right] = [String(found), String(wanted)];
  return left === right || (left.includes("@") && left.trim().toLowerCase() === right.trim().toLowerCase());
}

function wordsOf(answer: HttpAnswer, path: string | undefined): string {
  // What is no JSON has no words for us.
  const content = parseJson(textOf(answer) ?? "null");
  const found = (path === undefined ? USUAL_WORDS : [path]).map((each) => (isRecord(content) || Array.isArray(content) ? valueAt(content, each) : undefined)).find((each) => typeof each === "string" && each.trim() !== "");
  const words = typeof found === "string" ? answer.mask(found).toWellFormed().replace(HIDDEN, " ").replace(/\s+/g, " ").replace(/[“”"]/g, "'").trim() : "";
  return words === "" ? "The system refused it." : `The system refused it and says: “${excerpt(words, MOST_WORDS)}”`;
}

/** The status, and the system's own id of the request when it gave one: what its operator is asked by. */
function evidenceOf(answer: HttpAnswer, system: string): string {
  const id = answer.headers["x-request-id"] ?? answer.headers["request-id"];
  return `${system} answered ${answer.status}${id !== undefined && /^[\w.:-]{1,80}$/.test(id) ? ` (request ${answer.mask(id)})` : ""}`;
}
