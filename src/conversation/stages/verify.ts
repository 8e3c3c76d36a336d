import type { Durable } from "../../durable/durable.ts";
import type { GroundingInput, GroundingJudge, GroundingVerdict, SentenceVerdict } from "../../guard/groundedness.ts";
import { INJECTION_FROM, scanForInjection } from "../../guard/injection.ts";
import { findLeaks } from "../../guard/leak.ts";
import type { ReplyFault } from "../../guard/reply-rules.ts";
import { splitSentences } from "../../lib/split-sentences.ts";
import { analysePassage } from "../../knowledge/passage-units.ts";
import { wholeText, type Passage } from "../../knowledge/retrieve.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { TurnDeps } from "../turn-deps.ts";
import type { TurnContext } from "../turn.ts";
import type { Acted } from "./act.ts";
import { EXTRACTIVE, type Draft } from "./compose.ts";

export type Verdict = { isSendable: boolean; reason: string; grounding: GroundingVerdict | null; leaks: number; forbidden: ReplyFault[] };

/** `call`: on whose behalf a model is asked; what it reads holds personal values, so it goes out redacted. `attempt` counts from 1 within the turn's round. */
export type VerifyInput = { draft: Draft; acted: Acted; context: TurnContext; call: CallContext; attempt: number };
type VerifyDeps = Pick<TurnDeps, "judge" | "judgeReply">;

/**
 * Stage `verify`: nothing leaks that the contact did not bring or the sources do not show, nothing is said that the workspace
 * forbids, and what is stated as fact is supported by the passages and tool results.
 *
 * Replay: pure with the built-in judge; any other is one journaled step, which keeps no text.
 */
export async function verify(deps: VerifyDeps, durable: Pick<Durable, "step" | "signal">, input: VerifyInput): Promise<Verdict> {
  const { draft, acted, context } = input;
  const passages = acted.passages.map(wholeText);
  const results = [...draft.facts, ...acted.calls.flatMap((call) => [call.say ?? "", JSON.stringify(call.output ?? null)])];
  const own = [context.text, ...context.earlier.filter((message) => message.author !== "ai").map((message) => message.text), context.contact.email ?? "", context.contact.name ?? ""];
  const leaks = findLeaks({ reply: draft.text, allowed: [...own, ...passages, ...results] });
  const verdict = (isSendable: boolean, reason: string, rest: Partial<Verdict> = {}): Verdict => ({ isSendable, reason, grounding: null, leaks: leaks.length, forbidden: [], ...rest });
  if (leaks.length > 0) return verdict(false, `leak.${leaks[0]?.kind ?? "unknown"}`);
  // What the house has written itself, word for word, is its own to say.
  const isHouse = draft.model === EXTRACTIVE && !draft.isFromKnowledge;
  const forbidden = isHouse ? [] : deps.judgeReply({ reply: draft.text, own: [...passages, ...results] });
  if (forbidden.length > 0) return verdict(false, `rule.${forbidden[0]?.rule ?? "unknown"}`, { forbidden });
  if (!draft.isFromKnowledge) return verdict(true, draft.facts.length > 0 ? "told from the systems of record" : "states no fact");
  if (draft.model === EXTRACTIVE && isVerbatim(draft, acted.passages)) return verdict(true, "every sentence stands in the passages as it is");
  const told = context.earlier.filter((message) => message.author === "ai" || message.author === "human").map((message) => message.text);
  const grounding = await judgeInStep(deps.judge, durable, input, { reply: draft.text, passages, facts: withoutOrders(results), told, own });
  return verdict(grounding.isGrounded, grounding.isGrounded ? `grounded ${grounding.score.toFixed(2)}` : "not grounded", { grounding });
}

/** A result that gives orders to a model proves nothing: whoever wrote it may have planted what the reply now states. Articles are looked at when they come in. */
function withoutOrders(results: readonly string[]): string[] {
  return results.filter((text) => scanForInjection(text).score < INJECTION_FROM);
}

type Journaled = Omit<GroundingVerdict, "sentences"> & { sentences: Omit<SentenceVerdict, "sentence">[]; starts: [number, number][] };

/** A judge that is not pure is asked once; its verdict is kept by the places of its sentences in the reply, and their reasons without what they quote. */
async function judgeInStep(judge: GroundingJudge, durable: Pick<Durable, "step" | "signal">, { call, attempt }: VerifyInput, shown: GroundingInput): Promise<GroundingVerdict> {
  if (judge.kind === "built-in") return judge.judge(shown);
  const journaled = await durable.step(`verify.${attempt}`, async (): Promise<Journaled> => {
    const { sentences, ...verdict } = await judge.judge({ ...shown, call, signal: durable.signal });
    let from = 0;
    const starts = sentences.map(({ sentence }): [number, number] => {
      const start = Math.max(from, shown.reply.indexOf(sentence, from));
      from = start + sentence.length;
      return [start, from];
    });
    return { ...verdict, starts, sentences: sentences.map(({ support, isSupported, reason }) => ({ support, isSupported, reason: reason.split(":")[0] ?? reason })) };
  });
  const { starts, sentences, ...verdict } = journaled;
  return { ...verdict, sentences: sentences.map((sentence, at) => ({ ...sentence, sentence: shown.reply.slice(...(starts[at] ?? [0, 0])) })) };
}

const MARKER = /\s*\[\d{1,2}\]/g;

/**
 * Whether the whole answer is made of pieces of the passages: word for word but for white space and formatting marks, or a
 * list item or table row as reading the passage told it.
 */
function isVerbatim(draft: Draft, passages: readonly Passage[]): boolean {
  const told = new Set(passages.flatMap((passage) => analysePassage(passage).units.map((unit) => unit.text)));
  const sources: string[] = [];
  const stands = (piece: string) => {
    if (sources.length === 0) sources.push(...passages.map((passage) => plain(passage.text)));
    return sources.some((source) => source.includes(plain(piece)));
  };
  const pieces = draft.text.split(/\n+/).flatMap((line) => {
    const bare = line.replace(MARKER, "").trim();
    const item = bare.replace(/^(?:•|\d{1,9}\.)\s/, "");
    return told.has(item) ? [] : splitSentences(bare).map((sentence) => sentence.text).filter((text) => !told.has(text));
  });
  return draft.text.trim() !== "" && pieces.every(stands);
}

function plain(text: string): string {
  return text.replace(/[*_`|#>-]+/g, " ").replace(/\s+/g, " ").trim();
}
