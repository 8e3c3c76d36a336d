import { redactDeep, restoreDeep } from "../../../guard/redact-deep.ts";
import { restore, type Placeholder, type Redactor } from "../../../guard/redactor.ts";
import { isRecord } from "../../../lib/is-record.ts";
import { TEXT_MEMBERS } from "./count-answer.ts";

/** `changed`: the members of a chat with placeholders for what is personal in them; the same value has the same one in all of them. */
export type HiddenChat = { changed: { messages: unknown[]; stop?: unknown }; placeholders: readonly Placeholder[] };

/** Texts, refusals, thinking, the results of tools, the arguments of calls, and words to stop at. The names of speakers and what is unknown are left out. Throws what the redactor throws. */
export function hideChat(redactor: Redactor, { messages, stop }: Record<string, unknown>): HiddenChat {
  let placeholders: readonly Placeholder[] = [];
  const text = (given: string): string => {
    const made = redactor.redact({ text: given, known: placeholders, names: [] });
    placeholders = made.placeholders;
    return made.text;
  };
  const deep = (given: string): string => {
    let value: unknown;
    try {
      value = JSON.parse(given);
    } catch {
      return text(given);
    }
    const made = redactDeep(redactor, value, placeholders, []);
    placeholders = made.placeholders;
    return JSON.stringify(made.value);
  };
  const hidden = (Array.isArray(messages) ? messages : []).flatMap((message: unknown) => (isRecord(message) ? [hideMessage(message, text, deep)] : []));
  const stops = typeof stop === "string" ? text(stop) : Array.isArray(stop) ? stop.map((each: unknown) => (typeof each === "string" ? text(each) : each)) : null;
  return { changed: { messages: hidden, ...(stops === null ? {} : { stop: stops }) }, placeholders };
}

/** Texts of one request that no answer repeats; the same value has the same placeholder in all of them. */
export function hideTexts(redactor: Redactor, texts: readonly string[]): string[] {
  let known: readonly Placeholder[] = [];
  return texts.map((text) => {
    const made = redactor.redact({ text, known, names: [] });
    known = made.placeholders;
    return made.text;
  });
}

type Hide = (given: string) => string;

/** Only the members that are known, so that nothing goes along unseen: other servers' own members may say what the text says. */
function hideMessage(message: Record<string, unknown>, text: Hide, deep: Hide): Record<string, unknown> {
  const { role, content, tool_calls: calls, tool_call_id: callId } = message;
  const made: Record<string, unknown> = { role, ...(callId === undefined ? {} : { tool_call_id: callId }) };
  if (typeof content === "string") made["content"] = text(content);
  else if (content !== undefined) made["content"] = Array.isArray(content) ? content.map((part: unknown) => hidePart(part, text)) : null;
  for (const member of TEXT_MEMBERS) if (member !== "content" && typeof message[member] === "string") made[member] = text(message[member]);
  if (Array.isArray(calls)) made["tool_calls"] = calls.map((call: unknown) => hideCall(call, deep));
  return made;
}

/** Pictures come here only where they may. */
function hidePart(part: unknown, text: Hide): unknown {
  if (!isRecord(part)) return null;
  if (typeof part["text"] === "string") return { type: "text", text: text(part["text"]) };
  return typeof part["refusal"] === "string" ? { type: "refusal", refusal: text(part["refusal"]) } : { type: part["type"], image_url: part["image_url"] };
}

function hideCall(call: unknown, deep: Hide): unknown {
  if (!isRecord(call) || !isRecord(call["function"])) return null;
  const { name, arguments: given } = call["function"];
  return { id: call["id"], type: "function", function: { name, arguments: typeof given === "string" ? deep(given) : "{}" } };
}

/** For texts that are JSON themselves: a value is written as it stands inside of a JSON text. */
export function forJson(placeholders: readonly Placeholder[]): Placeholder[] {
  return placeholders.map((each) => ({ ...each, value: JSON.stringify(each.value).slice(1, -1) }));
}

/** A whole answer with its values put back, in texts and in arguments. `isJson`: its text is a JSON document. */
export function restoreAnswer(answer: Record<string, unknown>, placeholders: readonly Placeholder[], isJson: boolean): Record<string, unknown> {
  const choices = answer["choices"];
  if (placeholders.length === 0 || !Array.isArray(choices)) return answer;
  const escaped = forJson(placeholders);
  return { ...answer, choices: choices.map((choice: unknown) => (isRecord(choice) && isRecord(choice["message"]) ? { ...choice, message: restoreMessage(choice["message"], placeholders, escaped, isJson) } : choice)) };
}

function restoreMessage(message: Record<string, unknown>, placeholders: readonly Placeholder[], escaped: readonly Placeholder[], isJson: boolean): Record<string, unknown> {
  const made = { ...message };
  for (const member of TEXT_MEMBERS) {
    const given = made[member];
    if (typeof given === "string") made[member] = restore(given, isJson && member === "content" ? escaped : placeholders);
    else if (Array.isArray(given)) made[member] = restoreDeep(given, placeholders);
  }
  const calls = made["tool_calls"];
  if (Array.isArray(calls)) made["tool_calls"] = calls.map((call: unknown) => (isRecord(call) && isRecord(call["function"]) && typeof call["function"]["arguments"] === "string" ? { ...call, function: { ...call["function"], arguments: restore(call["function"]["arguments"], escaped) } } : call));
  return made;
}
