import { BACK_REFERENCES } from "./english-words.ts";
import { isTableDelimiter, linesOf, plainText, splitBlocks, tableCells, type MarkdownBlock } from "./markdown-blocks.ts";
import { kindOf, type QuestionKind } from "./question-kind.ts";
import type { Passage } from "./retrieve.ts";
import { splitSentences } from "../lib/split-sentences.ts";
import { isLightTerm, termsOf, wordsOf } from "./terms.ts";

/** What a sentence can answer besides a plain fact. */
export type UnitFacts = { hasNumber: boolean; hasDuration: boolean; hasMoney: boolean; hasModal: boolean; hasContact: boolean };

/**
 * The smallest piece an answer can be made of: a sentence, a list item or a table row.
 *
 * `text` reads naturally, without Markdown. `start` and `end`: the exact span in the passage's text (UTF-16 units). `block`
 * numbers the paragraph, list or table it stands in. A lead-in ends in a colon and announces the block after it.
 */
export type Unit = UnitFacts & {
  kind: "sentence" | "item" | "row";
  text: string;
  /** "•" or the item's own number; empty where it is no list item. */
  mark: string;
  start: number;
  end: number;
  block: number;
  terms: ReadonlySet<string>;
  pairs: ReadonlySet<string>;
  isLeadIn: boolean;
  pointsBack: boolean;
};

/** A passage taken apart. `topicTerms` are those of title and heading, `allTerms` those of the units as well. */
export type PassageAnalysis = {
  text: string;
  lead: string;
  units: readonly Unit[];
  titleTerms: ReadonlySet<string>;
  headingTerms: ReadonlySet<string>;
  headingPairs: ReadonlySet<string>;
  topicTerms: ReadonlySet<string>;
  /** What kind of question the heading (or title, where there is none) answers by its words. */
  headingKind: QuestionKind;
  allTerms: ReadonlySet<string>;
};

const CACHE_SIZE = 4_000;
const cache = new Map<string, PassageAnalysis>();

/** The analysis of a passage, from a cache bounded by count (least recently used goes first). Replay: pure. */
export function analysePassage(passage: Pick<Passage, "chunkId" | "title" | "heading" | "lead" | "text">): PassageAnalysis {
  const known = cache.get(passage.chunkId);
  if (known && known.text === passage.text && known.lead === (passage.lead ?? "")) {
    cache.delete(passage.chunkId);
    cache.set(passage.chunkId, known);
    return known;
  }
  const made = analyse(passage);
  if (cache.size >= CACHE_SIZE) {
    const oldest = cache.keys().next();
    if (!oldest.done) cache.delete(oldest.value);
  }
  cache.set(passage.chunkId, made);
  return made;
}

function analyse(passage: Pick<Passage, "title" | "heading" | "lead" | "text">): PassageAnalysis {
  const lead = passage.lead ?? "";
  const units = unitsBehind(lead, passage.text);
  const title = termsAndPairs(passage.title);
  const heading = termsAndPairs(passage.heading);
  const topicTerms = new Set([...title.terms, ...heading.terms]);
  const allTerms = new Set(topicTerms);
  for (const unit of units) for (const term of unit.terms) allTerms.add(term);
  for (const term of termsAndPairs(lead).terms) allTerms.add(term);
  const headingPairs = new Set([...title.pairs, ...heading.pairs]);
  return { text: passage.text, lead, units, titleTerms: title.terms, headingTerms: heading.terms, headingPairs, topicTerms, headingKind: kindOf([passage.heading === "" ? passage.title : passage.heading]), allTerms };
}

/** The units of a text, read behind its lead: rows of a table are told with its head's words. What stands in the lead is no unit: it is not cited. */
function unitsBehind(lead: string, text: string): Unit[] {
  // The head of a table goes on in its rows; sentences before are a paragraph of their own.
  const before = lead === "" ? "" : `${lead}${lead.includes("\n") ? "\n" : "\n\n"}`;
  const whole = before + text;
  const units: Unit[] = [];
  for (const [number, block] of splitBlocks(whole).entries()) for (const unit of unitsOf(whole, block, number)) if (unit.start >= before.length) units.push({ ...unit, start: unit.start - before.length, end: unit.end - before.length });
  return units;
}

function unitsOf(text: string, block: MarkdownBlock, number: number): Unit[] {
  if (block.kind === "heading") return [];
  if (block.kind === "table") return rowsOf(text, block, number);
  if (block.kind === "list") return itemsOf(text, block, number);
  if (block.kind === "code") return [makeUnit("sentence", plainText(text.slice(block.start, block.end).replace(/^[`~]{3}.*$/gm, "")), block.start, block.end, number)];
  const raw = text.slice(block.start, block.end);
  const prose = block.kind === "quote" ? raw.replace(/^[ \t]*>/gm, (mark) => " ".repeat(mark.length)) : raw;
  return splitSentences(prose).flatMap((sentence) => {
    const clean = plainText(sentence.text);
    return clean === "" ? [] : [makeUnit("sentence", clean, block.start + sentence.start, block.start + sentence.end, number)];
  });
}

const ITEM_MARK = /^\s*(?:[-*+•]|\d{1,9}[.)])(?:\s+\[[ xX]\])?\s+/;

/** Items of a list, nested ones in line with the others; indented lines belong to the item before them. */
function itemsOf(text: string, block: MarkdownBlock, number: number): Unit[] {
  const items: { start: number; end: number; mark: string }[] = [];
  for (const line of linesOf(text, block.start, block.end)) {
    if (line.text.trim() === "") continue;
    const mark = ITEM_MARK.exec(line.text);
    const last = items.at(-1);
    if (mark || !last) items.push({ start: line.start + (mark?.[0].length ?? 0), end: line.end, mark: /\d+/.exec(mark?.[0] ?? "")?.[0] ?? "" });
    else last.end = line.end;
  }
  return items.flatMap(({ start, end, mark }) => {
    const clean = plainText(text.slice(start, end));
    return clean === "" ? [] : [{ ...makeUnit("item", clean, start, end, number), mark: mark === "" ? "•" : `${mark}.` }];
  });
}

/** Rows of a table, each told with the head's words: "Germany: Standard 2 to 4 days, Express 1 day". */
function rowsOf(text: string, block: MarkdownBlock, number: number): Unit[] {
  const [head, , ...rows] = linesOf(text, block.start, block.end);
  const names = tableCells(head?.text ?? "");
  return rows.flatMap((row) => {
    if (isTableDelimiter(row.text)) return [];
    const [label = "", ...cells] = tableCells(row.text);
    const told = cells.map((cell, index) => tellCell(names[index + 1] ?? "", cell, cells.length)).filter((part) => part !== "");
    const clean = told.length === 0 ? label : label === "" ? told.join(", ") : `${label}: ${told.join(cells.some((cell) => /[,;]/.test(cell)) ? "; " : ", ")}`;
    return clean === "" ? [] : [makeUnit("row", clean, row.start, row.end, number)];
  });
}

/** With one column beside the label its name would only repeat what was asked. */
function tellCell(name: string, cell: string, columns: number): string {
  if (cell === "" || cell === "-" || cell === "–") return "";
  return columns === 1 || name === "" ? cell : `${name} ${cell}`;
}

function makeUnit(kind: Unit["kind"], text: string, start: number, end: number, block: number): Unit {
  return { kind, text, mark: kind === "row" ? "•" : "", start, end, block, ...termsAndPairs(text), ...factsOf(text), isLeadIn: text.endsWith(":"), pointsBack: BACK_REFERENCES.test(text) };
}

const DURATION = /\b(?:\d+|one|two|three|four|five|six|seven|ten|fourteen|thirty|a few|several)(?:\s?(?:to|–|-)\s?\d+)?[ -](?:working |business |calendar )?(?:minute|hour|day|week|month|year)s?\b|\b(?:same|next) (?:working |business )?day\b|\bat once\b|\bimmediately\b|\d{1,2}[:.]\d{2}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b/i;
const MONEY = /[€£$]\s?\d|\d\s?(?:€|£|\$|eur\b|usd\b|gbp\b|euros?\b|dollars?\b|pounds?\b|%|percent\b)|\bfree\b|\bno (?:fee|charge|cost)\b/i;
const CONTACT = /\+?\d[\d ()-]{7,20}\d|\S@[\w.-]{1,100}\.\w/;
const MODAL = /\b(?:can|cannot|can't|may|must|only|not|never|always|possible|allowed|free|yes|no)\b/i;

function factsOf(text: string): UnitFacts {
  return { hasNumber: /\d/.test(text), hasDuration: DURATION.test(text), hasMoney: MONEY.test(text), hasModal: MODAL.test(text), hasContact: CONTACT.test(text) };
}

/** The set of a text's terms, and the pairs of neighbours among the informative ones. */
export function termsAndPairs(text: string): { terms: Set<string>; pairs: Set<string> } {
  const found = termsOf(wordsOf(text));
  const pairs = new Set<string>();
  for (let at = 1; at < found.length; at += 1) {
    const left = found[at - 1];
    const right = found[at];
    if (left && right && right.word - left.word <= 3 && !(isLightTerm(left.term) && isLightTerm(right.term))) pairs.add(`${left.term} ${right.term}`);
  }
  return { terms: new Set(found.map(({ term }) => term)), pairs };
}
