import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { GroundingInput } from "../../src/guard/groundedness.ts";
import { readJsonLines, readText } from "../tau3/data-set.ts";

/** One answer with what was shown for it. `isFaithful` by people, or by how it was made. */
export type LabelledAnswer = { input: GroundingInput; isFaithful: boolean };

/** One answer, the entry it was written from, and the same question of another house with the opposite answer. */
export type ContradictingPair = { answer: string; own: string; opposite: string };

/** The folder of the data sets; null where one of them is absent. */
export function findGroundingSets(): string | null {
  const folder = resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data");
  return ["mtrag_human_eval", "begin", "halueval_qa", "dstc9_faq"].every((name) => existsSync(join(folder, name))) ? folder : null;
}

/** People's median from 1 to 4; from 3 up an answer counts as faithful. */
const FAITHFUL_FROM = 3;
const judgedAnswer = z.object({ passages: z.array(z.object({ text: z.string() })), response: z.string(), human: z.object({ faithfulness: z.number() }) });

/** Source: IBM/mt-rag-benchmark, human evaluations, development part. */
export async function readMtrag(folder: string): Promise<LabelledAnswer[]> {
  const rows = await readJsonLines(judgedAnswer, folder, "mtrag_human_eval", "dev.jsonl.gz");
  return rows.map(({ passages, response, human }) => ({ input: answerTo(passages.map(({ text }) => text), response), isFaithful: human.faithfulness >= FAITHFUL_FROM }));
}

/** Source: google/BEGIN-dataset, development parts. Answers that say nothing (`Generic`) are neither and left out. */
export async function readBegin(folder: string): Promise<LabelledAnswer[]> {
  const parts = await Promise.all(["begin_dev_cmu.tsv", "begin_dev_tc.tsv", "begin_dev_wow.tsv"].map((name) => readText(folder, "begin", name)));
  return parts.flatMap((part) =>
    part.split("\n").slice(1).flatMap((line) => {
      const [, , knowledge, , response, label] = line.trimEnd().split("\t");
      return knowledge === undefined || response === undefined || label === undefined || label === "Generic" ? [] : [{ input: answerTo([knowledge], response), isFaithful: label === "Fully attributable" }];
    }),
  );
}

const pairOfAnswers = z.object({ knowledge: z.string(), right_answer: z.string(), hallucinated_answer: z.string() });

/** Source: RUCAIBox/HaluEval, questions with a right and a made-up answer, development part. */
export async function readHaluEval(folder: string): Promise<LabelledAnswer[]> {
  const rows = await readJsonLines(pairOfAnswers, folder, "halueval_qa", "dev.jsonl");
  return rows.flatMap(({ knowledge, right_answer, hallucinated_answer }) => [
    { input: answerTo([knowledge], right_answer), isFaithful: true },
    { input: answerTo([knowledge], hallucinated_answer), isFaithful: false },
  ]);
}

const entry = z.object({ id: z.string(), title: z.string(), body: z.string() });
const writtenFrom = z.object({ response: z.string(), doc_id: z.string(), contradicting_doc_id: z.string().optional() });

/** Source: alexa/alexa-with-dstc9-track1-dataset: people's answers written from one entry each, development part. */
export async function readContradictions(folder: string): Promise<ContradictingPair[]> {
  const entries = new Map((await readJsonLines(entry, folder, "dstc9_faq", "corpus.jsonl.gz")).map(({ id, title, body }) => [id, `${title} ${body}`]));
  const rows = await readJsonLines(writtenFrom, folder, "dstc9_faq", "responses_dev.jsonl.gz");
  return rows.flatMap(({ response, doc_id, contradicting_doc_id }) => {
    const own = entries.get(doc_id);
    const opposite = entries.get(contradicting_doc_id ?? "");
    return own === undefined || opposite === undefined ? [] : [{ answer: response, own, opposite }];
  });
}

function answerTo(passages: readonly string[], reply: string): GroundingInput {
  return { reply, passages, facts: [], told: [] };
}
