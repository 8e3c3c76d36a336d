import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { createEmbeddedIndex } from "../src/knowledge/adapters/embedded.ts";
import { answerExtractively, type ExtractiveAnswer } from "../src/knowledge/answer-extractive.ts";
import { chunkRecordsOf, documentIdOf, listArticles } from "../src/knowledge/import-folder.ts";
import { parseArticle } from "../src/knowledge/parse-article.ts";
import { searchPassages } from "../src/knowledge/retrieve.ts";
import type { IndexChunk, SearchIndex } from "../src/knowledge/search-index.ts";

/**
 * How good the built-in answerer is on a workspace's own questions: articles and `tests/questions.yaml` from the folder,
 * no database, no model, no network.
 *
 *   node bench/answer-quality.ts [workspace]
 */

const TENANT = "bench";
const PASSAGES = 8;

const questionFile = z.object({
  questions: z.array(
    z.object({
      question: z.string().min(1),
      expect: z.enum(["answer", "decline"]),
      /** Path of the article that answers, relative to the workspace. */
      document: z.string().optional(),
      alternatives: z.array(z.string()).default([]),
      /** What the asker may see; a contact who is not signed in when left out. */
      audiences: z.array(z.string()).default(["public"]),
    }),
  ),
});

type AskedQuestion = z.infer<typeof questionFile>["questions"][number];

export type QuestionOutcome = {
  question: string;
  expect: AskedQuestion["expect"];
  verdict: "right" | "wrong document" | "declined" | "asked back" | "answered";
  isFoundByRetrieval: boolean;
  confidence: number;
  cited: string[];
  text: string;
};

export type AnswerQuality = {
  name: "answer-quality";
  answerable: number;
  toDecline: number;
  /** Share of the answerable questions whose first citation is the expected article. */
  attributionAt1: number;
  /** Share of the answerable questions where the expected article is among the passages given to the answerer. */
  retrievalRecall: number;
  /** Of the questions to decline, the share not answered; of those not answered, the share that should not have been. */
  declineRecall: number;
  declinePrecision: number;
  wrongAnswersToDecline: number;
  /** Medians over repeated runs with warm caches, in milliseconds. */
  searchP50Ms: number;
  answerP50Ms: number;
  outcomes: QuestionOutcome[];
};

/** Throws when the folder or its questions cannot be read. */
export async function measureAnswerQuality(workspaceFolder: string, questionsPath = join(workspaceFolder, "tests", "questions.yaml")): Promise<AnswerQuality> {
  const { questions } = questionFile.parse(parse(await readFile(questionsPath, "utf8")));
  const { index, paths } = await indexWorkspace(workspaceFolder);
  const outcomes: QuestionOutcome[] = [];
  const searchMs: number[] = [];
  const answerMs: number[] = [];
  for (const round of [0, 1, 2, 3, 4]) {
    for (const asked of questions) {
      const startMs = performance.now();
      const passages = await searchPassages({ index }, { tenantId: TENANT, audiences: asked.audiences, query: asked.question, limit: PASSAGES });
      const foundMs = performance.now();
      const answer = answerExtractively({ question: asked.question, passages, earlier: [] });
      const endMs = performance.now();
      if (round > 0) {
        searchMs.push(foundMs - startMs);
        answerMs.push(endMs - foundMs);
      } else outcomes.push(judge(asked, answer, passages.map((passage) => paths.get(passage.documentId) ?? ""), paths));
    }
  }
  return { ...summarise(outcomes), searchP50Ms: median(searchMs), answerP50Ms: median(answerMs), outcomes };
}

async function indexWorkspace(workspaceFolder: string): Promise<{ index: SearchIndex; paths: Map<string, string> }> {
  const folder = join(workspaceFolder, "knowledge");
  const chunks: IndexChunk[] = [];
  const paths = new Map<string, string>();
  for (const path of await listArticles(folder)) {
    const parsed = parseArticle(await readFile(join(folder, path)));
    if (parsed.kind === "failed") throw new Error(`${path}: ${parsed.reason}`);
    const documentId = documentIdOf(TENANT, path);
    paths.set(documentId, `knowledge/${path}`);
    for (const chunk of chunkRecordsOf(TENANT, documentId, path, parsed.article)) {
      const heading = chunk.heading.split(" › ").slice(1).join(" › ");
      chunks.push({ chunkId: chunk.id, documentId, title: parsed.article.title, heading, text: chunk.body, startOffset: chunk.startOffset, audiences: parsed.article.audience });
    }
  }
  const index = createEmbeddedIndex();
  await index.replace(TENANT, 1, chunks);
  return { index, paths };
}

function judge(asked: AskedQuestion, answer: ExtractiveAnswer, found: readonly string[], paths: ReadonlyMap<string, string>): QuestionOutcome {
  const accepted = [asked.document ?? "", ...asked.alternatives];
  const cited = answer.kind === "answer" ? answer.citations.map((citation) => paths.get(citation.documentId) ?? "") : [];
  const isRight = accepted.includes(cited[0] ?? "?");
  const verdict = answer.kind === "none" ? "declined" : answer.kind === "ask_back" ? "asked back" : asked.expect === "decline" ? "answered" : isRight ? "right" : "wrong document";
  const text = answer.kind === "answer" ? answer.text : answer.kind === "ask_back" ? answer.options.join(" | ") : answer.reason;
  const confidence = answer.kind === "answer" ? answer.confidence : 0;
  return { question: asked.question, expect: asked.expect, verdict, isFoundByRetrieval: found.some((path) => accepted.includes(path)), confidence, cited, text };
}

function summarise(outcomes: readonly QuestionOutcome[]): Omit<AnswerQuality, "searchP50Ms" | "answerP50Ms" | "outcomes"> {
  const answerable = outcomes.filter((outcome) => outcome.expect === "answer");
  const toDecline = outcomes.filter((outcome) => outcome.expect === "decline");
  const isDeclined = (outcome: QuestionOutcome) => outcome.verdict === "declined" || outcome.verdict === "asked back";
  const declinedRightly = toDecline.filter(isDeclined).length;
  const declined = outcomes.filter(isDeclined).length;
  return {
    name: "answer-quality",
    answerable: answerable.length,
    toDecline: toDecline.length,
    attributionAt1: share(answerable.filter((outcome) => outcome.verdict === "right").length, answerable.length),
    retrievalRecall: share(answerable.filter((outcome) => outcome.isFoundByRetrieval).length, answerable.length),
    declineRecall: share(declinedRightly, toDecline.length),
    declinePrecision: share(declinedRightly, declined),
    wrongAnswersToDecline: toDecline.length - declinedRightly,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : Math.round((part / whole) * 1000) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1000) / 1000;
}

if (import.meta.main) {
  const workspace = process.argv[2] ?? join(import.meta.dirname, "..", "examples", "shop");
  const quality = await measureAnswerQuality(workspace, process.argv[3]);
  for (const outcome of quality.outcomes) {
    const isGood = outcome.verdict === "right" || (outcome.expect === "decline" && outcome.verdict !== "answered");
    process.stdout.write(`${isGood ? "  " : "! "}${outcome.verdict.padEnd(15)}${outcome.confidence.toFixed(2)}  ${outcome.question}\n`);
    if (!isGood || process.argv.includes("--texts")) process.stdout.write(`      ${outcome.isFoundByRetrieval ? "found" : "not found"}; cites ${outcome.cited.join(", ") || "nothing"}\n      ${outcome.text.replaceAll("\n", "\n      ")}\n`);
  }
  const { outcomes: _, ...figures } = quality;
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
