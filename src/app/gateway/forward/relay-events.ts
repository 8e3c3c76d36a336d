import { createStreamRestorer, type Placeholder, type StreamRestorer } from "../../../guard/redactor.ts";
import { restoreDeep } from "../../../guard/redact-deep.ts";
import { isRecord } from "../../../lib/is-record.ts";
import { modelInvalidAnswer, modelUnavailable } from "../../../models/models.errors.ts";
import { modelErrorFrom } from "../../../models/provider-failure.ts";
import { answerCharacters, HAS_OUTPUT, TEXT_MEMBERS } from "./count-answer.ts";
import { forJson } from "./hide-chat.ts";

export type RelayOptions = {
  placeholders: readonly Placeholder[];
  /** The text is a JSON document. */
  isJson: boolean;
  wantsUsage: boolean;
  maxCharacters: number;
  details: Record<string, unknown>;
  /** `isEnding`: the finish has come, and what follows it comes with it or right behind. */
  write(bytes: Buffer, isEnding: boolean): void;
  onBegin(): void;
};

/**
 * Hands a provider's events on to the client, byte for byte where nothing in them must change: what is looked at one by one is the
 * finish, the figures, errors, and what may hold a placeholder. What comes before the model's first words is kept back until they
 * come (`onBegin`), so that another model may answer instead. `[DONE]` is kept back for whoever writes the end.
 *
 * Errors of `push`: `models.invalid_answer` for an event that is none and for an answer of more than `maxCharacters`, and the provider's
 *   own error. `end` throws `models.unavailable` when the stream broke off before its finish.
 */
export type EventRelay = {
  push(chunk: Buffer): void;
  end(): void;
  /** As the provider wrote them; undefined: it gave none. */
  figures(): unknown;
  /** Of the answer until now. */
  characters(): number;
};

/** An event that is not ended after so many bytes is none. */
const MAX_EVENT = 8 * 1024 * 1024;
/** Before the first words there is a head, and what keeps the connection open. */
const MAX_OPENING = 1024 * 1024;
/** The answer is counted by and by, so that no stream is kept whole. */
const COUNT_EVERY = 64 * 1024;
const NOTABLE = /"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|\[DONE\]|"error"\s*:\s*["{]/;
/** A text in which a placeholder may begin; `[{` and `[]` are JSON's own. */
const MAY_BEGIN = /\[[A-Z"\\]|\\u005[bB]/;
const ORDERLY = /^(?:(?:data: ?\{.*\}|:.*)\r?\n\r?\n)+$/;
const BORDER = /\r?\n\r?\n/g;

export function createEventRelay(options: RelayOptions): EventRelay {
  const restoring = createRestoring(options);
  const passing = createPassing(options);
  let carried: Buffer | null = null;
  let figures: unknown;
  let isFinished = false;

  /** What the client gets of an event that must be looked at. */
  const handle = (event: string): string => {
    if (event.startsWith(":") || event.trim() === "") return "";
    const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart()).join("\n");
    if (data === "[DONE]") {
      isFinished = true;
      return "";
    }
    const parsed = parseEvent(data, options.details);
    if (parsed["error"] !== undefined && parsed["error"] !== null) throw modelErrorFrom({ status: null, body: parsed, message: "", headers: {} }, options.details);
    const hasFigures = isRecord(parsed["usage"]);
    if (hasFigures) figures = parsed["usage"];
    const choices = Array.isArray(parsed["choices"]) ? parsed["choices"] : [];
    // The figures alone: the client gets them only when it has asked for them.
    if (hasFigures && choices.length === 0 && !options.wantsUsage) return "";
    for (const choice of choices) if (isRecord(choice) && typeof choice["finish_reason"] === "string") isFinished = true;
    const changed = restoring === null ? null : restoring.change(parsed, choices);
    return changed === null ? `data: ${data}\n\n` : changed.map((each) => `data: ${JSON.stringify(each)}\n\n`).join("");
  };

  const isPlain = (text: string) => !NOTABLE.test(text) && (restoring === null || (!restoring.isHolding() && !MAY_BEGIN.test(text))) && ORDERLY.test(text);

  /** Event by event: those in which nothing changes stay the bytes they are. All of them leave in one write, also when one is at fault. */
  const pushEach = (bytes: Buffer, text: string) => {
    const leaving: Buffer[] = [];
    let plainFrom = 0;
    let from = 0;
    const leave = (until: number) => void (until > plainFrom && leaving.push(bytes.subarray(plainFrom, until)));
    try {
      for (const border of text.matchAll(BORDER)) {
        const until = border.index + border[0].length;
        if (!isPlain(text.slice(from, until))) {
          leave(from);
          plainFrom = until;
          leaving.push(Buffer.from(handle(bytes.toString("utf8", from, border.index))));
        }
        from = until;
      }
      leave(from);
    } finally {
      const whole = leaving.length === 1 && leaving[0] !== undefined ? leaving[0] : Buffer.concat(leaving);
      if (whole.length > 0) passing.write(whole, isFinished);
    }
  };

  return {
    push(chunk) {
      const bytes = carried === null ? chunk : Buffer.concat([carried, chunk]);
      const end = endOfEvents(bytes);
      carried = end === bytes.length ? null : bytes.subarray(end);
      if (carried !== null && carried.length > MAX_EVENT) throw modelInvalidAnswer({ details: options.details });
      if (end === 0) return;
      const whole = bytes.subarray(0, end);
      const text = whole.toString("latin1");
      passing.look(text);
      if (isPlain(text)) passing.write(whole, isFinished);
      else pushEach(whole, text);
    },
    end() {
      let rest = "";
      if (carried !== null) {
        passing.look(carried.toString("latin1"));
        rest = handle(carried.toString("utf8"));
        carried = null;
      }
      if (!isFinished) throw modelUnavailable({ details: options.details, cause: new Error("The stream ended without a finish.") });
      passing.end(rest);
    },
    figures: () => figures,
    characters: passing.characters,
  };
}

/** What goes on to the client: kept back until the model's first words, and counted. */
function createPassing({ write, onBegin, maxCharacters, details }: RelayOptions) {
  let opening: Buffer[] | null = [];
  let openingSize = 0;
  let uncounted: string[] = [];
  let uncountedSize = 0;
  let characters = 0;
  const begin = (bytes: Buffer, isEnding: boolean) => {
    const whole = opening === null || opening.length === 0 ? bytes : Buffer.concat([...opening, bytes]);
    opening = null;
    if (whole.length > 0) write(whole, isEnding);
  };
  let hasBegun = false;
  const count = () => {
    for (const text of uncounted) characters += answerCharacters(text);
    uncounted = [];
    uncountedSize = 0;
    return characters;
  };
  return {
    look(text: string): void {
      if (!hasBegun && HAS_OUTPUT.test(text)) {
        hasBegun = true;
        onBegin();
      }
      uncounted.push(text);
      uncountedSize += text.length;
      if (uncountedSize > COUNT_EVERY && count() > maxCharacters) throw modelInvalidAnswer({ message: "The AI model's answer went on far beyond the limit asked for.", details });
    },
    write(bytes: Buffer, isEnding: boolean): void {
      if (hasBegun) return opening === null ? write(bytes, isEnding) : begin(bytes, isEnding);
      opening?.push(bytes);
      openingSize += bytes.length;
      if (openingSize > MAX_OPENING) throw modelInvalidAnswer({ details });
    },
    end: (rest: string) => begin(Buffer.from(rest), true),
    characters: count,
  };
}

function endOfEvents(bytes: Buffer): number {
  const plain = bytes.lastIndexOf("\n\n");
  const windows = bytes.lastIndexOf("\n\r\n");
  return Math.max(plain === -1 ? 0 : plain + 2, windows === -1 ? 0 : windows + 3);
}

function parseEvent(data: string, details: Record<string, unknown>): Record<string, unknown> {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(data);
  } catch {
    // Told below, with every other thing that is no event.
  }
  if (!isRecord(parsed)) throw modelInvalidAnswer({ details });
  return parsed;
}

type Restoring = { isHolding(): boolean; /** Null: nothing of it changes. */ change(event: Record<string, unknown>, choices: readonly unknown[]): Record<string, unknown>[] | null };

/** One restorer for each text that grows over the events: the answer, a refusal, the arguments of each call. */
function createRestoring({ placeholders, isJson }: RelayOptions): Restoring | null {
  if (placeholders.length === 0) return null;
  const escaped = forJson(placeholders);
  const open = new Map<string, { restorer: StreamRestorer; isHolding: boolean }>();
  const pass = (place: string, text: string, values: readonly Placeholder[]): string => {
    const known = open.get(place) ?? { restorer: createStreamRestorer(values), isHolding: false };
    open.set(place, known);
    const given = known.restorer.push(text);
    known.isHolding = text.includes("[") || (known.isHolding && given === "");
    return given;
  };
  const rest = (place: string): string => {
    const known = open.get(place);
    if (known === undefined) return "";
    known.isHolding = false;
    return known.restorer.end();
  };
  const changeDelta = (delta: Record<string, unknown>): Record<string, unknown> => {
    const made = { ...delta };
    for (const member of TEXT_MEMBERS) {
      const given = made[member];
      if (typeof given === "string") made[member] = pass(member, given, isJson && member === "content" ? escaped : placeholders);
      else if (Array.isArray(given)) made[member] = restoreDeep(given, placeholders);
    }
    if (Array.isArray(made["tool_calls"])) made["tool_calls"] = made["tool_calls"].map((call: unknown) => (isRecord(call) && isRecord(call["function"]) && typeof call["function"]["arguments"] === "string" ? { ...call, function: { ...call["function"], arguments: pass(`call ${String(call["index"])}`, call["function"]["arguments"], escaped) } } : call));
    return made;
  };
  /** What was held back at the finish was no placeholder after all. */
  const leftOver = (): Record<string, unknown> | null => {
    const delta: Record<string, unknown> = {};
    const calls: Record<string, unknown>[] = [];
    for (const place of open.keys()) {
      const text = rest(place);
      if (text === "") continue;
      if (place.startsWith("call ")) calls.push({ index: Number(place.slice(5)), function: { arguments: text } });
      else delta[place] = text;
    }
    if (calls.length > 0) delta["tool_calls"] = calls;
    return Object.keys(delta).length === 0 ? null : delta;
  };
  return {
    isHolding: () => [...open.values()].some((each) => each.isHolding),
    change(event, choices) {
      const [choice] = choices;
      if (!isRecord(choice)) return null;
      const changed = { ...choice, ...(isRecord(choice["delta"]) ? { delta: changeDelta(choice["delta"]) } : {}) };
      const left = typeof choice["finish_reason"] === "string" ? leftOver() : null;
      const made = { ...event, choices: [changed] };
      const { usage: _, ...plain } = event;
      return left === null ? [made] : [{ ...plain, choices: [{ ...choice, delta: left, finish_reason: null }] }, made];
    },
  };
}
