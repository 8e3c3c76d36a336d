import { redactDeep, restoreDeep } from "../../guard/redact-deep.ts";
import { restore, type Placeholder, type Redactor } from "../../guard/redactor.ts";
import { isRecord } from "../../lib/is-record.ts";

/** The messages of a chat with placeholders for what is personal in them; the same value has the same one in all of them. */
export type HiddenChat = { messages: unknown[]; placeholders: readonly Placeholder[] };

/** Texts, refusals, the results of tools and the arguments of calls. The names of speakers are left out: no placeholder has their form. Throws what the redactor throws. */
export function hideChat(redactor: Redactor, messages: readonly unknown[]): HiddenChat {
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
  const hidden = messages.map((message) => (isRecord(message) ? hideMessage(message, text, deep) : message));
  return { messages: hidden, placeholders };
}

function hideMessage(message: Record<string, unknown>, text: (given: string) => string, deep: (given: string) => string): Record<string, unknown> {
  const { name: _, ...rest } = message;
  const content = rest["content"];
  if (typeof content === "string") rest["content"] = text(content);
  else if (Array.isArray(content)) rest["content"] = content.map((part: unknown) => (isRecord(part) && typeof part["text"] === "string" ? { ...part, text: text(part["text"]) } : part));
  if (typeof rest["refusal"] === "string") rest["refusal"] = text(rest["refusal"]);
  const calls = rest["tool_calls"];
  if (Array.isArray(calls)) rest["tool_calls"] = calls.map((call: unknown) => (isRecord(call) && isRecord(call["function"]) && typeof call["function"]["arguments"] === "string" ? { ...call, function: { ...call["function"], arguments: deep(call["function"]["arguments"]) } } : call));
  return rest;
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
  for (const member of ["content", "refusal", "reasoning_content"]) {
    const given = made[member];
    if (typeof given === "string") made[member] = restore(given, isJson && member === "content" ? escaped : placeholders);
    else if (Array.isArray(given)) made[member] = restoreDeep(given, placeholders);
  }
  const calls = made["tool_calls"];
  if (Array.isArray(calls)) made["tool_calls"] = calls.map((call: unknown) => (isRecord(call) && isRecord(call["function"]) && typeof call["function"]["arguments"] === "string" ? { ...call, function: { ...call["function"], arguments: restore(call["function"]["arguments"], escaped) } } : call));
  return made;
}
