import { isRecord } from "../../lib/is-record.ts";
import { decodeContent } from "../../outbound/body-content.ts";
import { readHttpAnswer, retryAfterMs, type AnswerPlace, type AnswerRules, type ReadAnswer } from "../adapters/http-answer.ts";
import type { HttpAnswer } from "../adapters/http-system.ts";
import { valueAt } from "../declared/fill-template.ts";
import { systemAway, systemFault } from "../tools.errors.ts";
import type { Connector } from "./connector.ts";
import type { AnswerRule } from "./operation.ts";

/** The answer as a value; null when it is none, or no JSON. */
export function contentOf(answer: HttpAnswer): unknown {
  try {
    return decodeContent(answer, "");
  } catch {
    // Said to be JSON and is none: whoever needs it says so.
    return null;
  }
}

/**
 * What an answer means: by the rules of the operation and of its connector, else by its status. How long a system that is busy wants
 * to be left alone is read where this system says it.
 *
 * Throws what `readHttpAnswer` throws.
 */
export function readMeaning(answer: HttpAnswer, rules: AnswerRules, ofSystem: Pick<Connector, "limits" | "answers"> & { own: readonly AnswerRule[] }, place: AnswerPlace): ReadAnswer {
  const content = contentOf(answer);
  const rule = [...ofSystem.own, ...ofSystem.answers.rules].find((each) => fits(each, answer, content));
  const waitMs = waitOf(answer, ofSystem.limits.wait, place.nowMs);
  if (rule === undefined) return readHttpAnswer(waitMs === null ? answer : { ...answer, headers: { ...answer.headers, "retry-after": String(waitMs / 1_000) } }, rules, place);
  const why = rule.say === undefined ? "" : ` ${rule.say}`;
  if (rule.means === "missing") return null;
  if (rule.means === "refused") return rule.say === undefined ? readHttpAnswer(answer, { ...rules, notFoundStatuses: [], refused: { statuses: [answer.status], message: rule.words ?? rules.refused.message } }, place) : { refused: rule.say };
  if (rule.means === "away") throw systemAway({ message: `${place.system} cannot take the call now (${answer.status}).${why}`, ...(waitMs === null ? {} : { details: { retryAfterMs: waitMs } }) });
  if (rule.means === "credential") throw systemFault({ message: `The credential was refused: ${place.system} answered ${answer.status}.${why}` });
  throw systemFault({ message: `${place.system} did not take the call (${answer.status}).${why}` });
}

function fits(rule: AnswerRule, answer: HttpAnswer, content: unknown): boolean {
  if (rule.status !== undefined && !rule.status.includes(answer.status)) return false;
  const header = rule.header === undefined ? undefined : answer.headers[rule.header];
  const found = rule.header !== undefined ? header : rule.at !== undefined ? textOf(valueAt(content, rule.at)) : "";
  if (found === undefined) return false;
  if (rule.matches !== undefined && !new RegExp(rule.matches, "u").test(found)) return false;
  return rule.unless === undefined || !new RegExp(rule.unless, "u").test(found);
}

/** Undefined: nothing stands there. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return isRecord(value) || Array.isArray(value) ? JSON.stringify(value) : typeof value === "string" ? value : JSON.stringify(value);
}

function waitOf({ status, headers }: HttpAnswer, waits: Connector["limits"]["wait"], nowMs: number): number | null {
  for (const { header, unit, status: only } of waits) {
    const text = headers[header];
    if (text === undefined || (only !== undefined && !only.includes(status))) continue;
    if (unit === "seconds") return retryAfterMs(text, nowMs);
    const value = Number(text);
    if (Number.isFinite(value)) return Math.max(0, unit === "epoch" ? value * 1_000 - nowMs : value);
  }
  return null;
}
