import { z } from "zod";
import type { EarlierMessage } from "../../src/knowledge/build-query.ts";
import { findByWords, recentOf } from "../../src/conversation/stages/retrieve.ts";
import { decideAnswer } from "../../src/knowledge/evidence/decide-answer.ts";
import { DEFAULT_EXTRACTIVE_LIMITS } from "../../src/knowledge/answer-extractive.ts";
import { readJsonLines } from "../tau3/data-set.ts";
import type { Found, Library } from "./library.ts";
import { macroF1, mean, ndcgAt, recallAt } from "./metrics.ts";

const passage = z.object({ id: z.string(), collection: z.string(), text: z.string() });
const task = z.object({
  task_id: z.string(), collection: z.string(), answerability: z.enum(["ANSWERABLE", "PARTIAL", "UNDERSPECIFIED", "UNANSWERABLE"]),
  messages: z.array(z.object({ role: z.enum(["user", "agent"]), text: z.string() })).min(1), reference_passages: z.array(z.string()).nullish(),
});
type Task = z.output<typeof task>;

export type MtragFigures = { tasks: number; withPassages: number; recallAt5: number; ndcgAt10: number; ofAnswerable: { recallAt5: number; ndcgAt10: number }; otherTenant: number; decisions: { macroF1: number; of: Record<string, number>; halves: number[] } };

const KINDS = ["answer", "ask_back", "decline"] as const;
const EXPECTED = { ANSWERABLE: "answer", PARTIAL: "answer", UNDERSPECIFIED: "ask_back", UNANSWERABLE: "decline" } as const;
/** Passages looked at for ten documents, as one document can give several; and those that a turn decides on. */
const PASSAGES = 30;
const OF_A_TURN = 8;

/** Puts each collection in as a tenant of its own. Source: IBM/mt-rag-benchmark (Apache-2.0). */
export async function fillMtrag(library: Library, folder: string): Promise<void> {
  const passages = await readJsonLines(passage, folder, "mtrag_un", "corpus.jsonl.gz");
  for (const collection of new Set(passages.map((each) => each.collection))) {
    // The passages have no titles of their own; these hold no word that anybody asks for.
    await library.add(tenantOf(collection), passages.filter((each) => each.collection === collection).map(({ id, text }, number) => ({ key: id, title: `Passage ${lettersOf(number)}`, body: text })));
  }
}

const tenantOf = (collection: string) => `mtrag_${collection}`;
const lettersOf = (number: number) => `zq${Array.from(number.toString(26), (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join("")}q`;

/** Every question of the development half, with its conversation before it, as a turn asks. */
export async function proveMtrag(library: Library, folder: string): Promise<MtragFigures> {
  const tasks = await readJsonLines(task, folder, "mtrag_un", "tasks_dev.jsonl.gz");
  const judged: Judged[] = [];
  for (const each of tasks) judged.push(await judge(library, each));
  const ranked = judged.filter(({ relevant }) => relevant.size > 0);
  const answerable = ranked.filter(({ expected }) => expected === "answer");
  const decisions = macroF1(KINDS, judged);
  return {
    tasks: tasks.length, withPassages: ranked.length, ...ranksOf(ranked), ofAnswerable: ranksOf(answerable),
    otherTenant: judged.reduce((sum, { foreign }) => sum + foreign, 0),
    decisions: { macroF1: decisions.mean, of: decisions.of, halves: [0, 1].map((half) => macroF1(KINDS, judged.filter(({ conversation }) => halfOf(conversation) === half)).mean) },
  };
}

type Judged = { conversation: string; expected: (typeof KINDS)[number]; given: (typeof KINDS)[number]; relevant: Set<string>; found: string[]; foreign: number };

async function judge(library: Library, { task_id, collection, answerability, messages, reference_passages }: Task): Promise<Judged> {
  const question = messages.at(-1)?.text ?? "";
  const earlier = messages.slice(0, -1).map(({ role, text }): EarlierMessage => ({ author: role === "user" ? "contact" : "ai", text }));
  const ask = (limit: number) => findByWords((asked) => library.find({ tenantId: tenantOf(collection), ...asked, limit }), { query: question, earlier });
  const passages = (await ask(PASSAGES)).found;
  // What a turn decides on, which sees fewer.
  const turn = await ask(OF_A_TURN);
  const decision = decideAnswer({ question, passages: turn.found, recentTerms: turn.isCarried ? recentOf({ earlier }) : [], earlier, limits: DEFAULT_EXTRACTIVE_LIMITS });
  const found = [...new Set(passages.flatMap(({ key }) => (key === null ? [] : [key])))];
  return { conversation: task_id.split("<")[0] ?? task_id, expected: EXPECTED[answerability], given: decision.kind, relevant: new Set(reference_passages ?? []), found, foreign: passages.filter(isForeign).length };
}

function isForeign({ key }: Found): boolean {
  return key === null;
}

function ranksOf(judged: readonly Judged[]): { recallAt5: number; ndcgAt10: number } {
  return { recallAt5: mean(judged.map(({ found, relevant }) => recallAt(5, found, relevant))), ndcgAt10: mean(judged.map(({ found, relevant }) => ndcgAt(10, found, relevant))) };
}

/** Conversations in two halves, by a sum over their ids, so that no conversation stands in both. */
function halfOf(conversation: string): number {
  return Array.from(conversation).reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 2;
}
