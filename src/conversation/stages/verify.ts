import type { GroundingJudge, GroundingVerdict } from "../../guard/groundedness.ts";
import { findLeaks } from "../../guard/leak.ts";
import { splitSentences } from "../../lib/split-sentences.ts";
import { analysePassage } from "../../knowledge/passage-units.ts";
import { wholeText, type Passage } from "../../knowledge/retrieve.ts";
import type { TurnContext } from "../turn.ts";
import type { Acted } from "./act.ts";
import { EXTRACTIVE, type Draft } from "./compose.ts";

export type Verdict = { isSendable: boolean; reason: string; grounding: GroundingVerdict | null; leaks: number };

/**
 * Stage `verify`: nothing leaks that the contact did not bring or the sources do not show, and what is stated as fact is
 * supported by the passages and tool results. Replay: deterministic with the built-in judge.
 */
export async function verify(judge: GroundingJudge, draft: Draft, acted: Acted, context: TurnContext): Promise<Verdict> {
  const passages = acted.passages.map(wholeText);
  const facts = [...draft.facts, ...acted.calls.flatMap((call) => [call.say ?? "", JSON.stringify(call.output ?? null)])];
  const own = [context.text, ...context.earlier.filter((message) => message.author !== "ai").map((message) => message.text), context.contact.email ?? "", context.contact.name ?? ""];
  const leaks = findLeaks({ reply: draft.text, allowed: [...own, ...passages, ...facts] });
  if (leaks.length > 0) return { isSendable: false, reason: `leak.${leaks[0]?.kind ?? "unknown"}`, grounding: null, leaks: leaks.length };
  if (!draft.isFromKnowledge) return { isSendable: true, reason: draft.facts.length > 0 ? "told from the systems of record" : "states no fact", grounding: null, leaks: 0 };
  if (draft.model === EXTRACTIVE && isVerbatim(draft, acted.passages)) return { isSendable: true, reason: "every sentence stands in the passages as it is", grounding: null, leaks: 0 };
  const told = context.earlier.filter((message) => message.author === "ai" || message.author === "human").map((message) => message.text);
  const grounding = await judge.judge({ reply: draft.text, passages, facts, told });
  return { isSendable: grounding.isGrounded, reason: grounding.isGrounded ? `grounded ${grounding.score.toFixed(2)}` : "not grounded", grounding, leaks: 0 };
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
