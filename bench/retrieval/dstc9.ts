import { z } from "zod";
import { readJsonLines } from "../tau3/data-set.ts";
import type { Library } from "./library.ts";
import { rounded } from "./metrics.ts";

const entry = z.object({ id: z.string(), domain: z.string(), entity_id: z.string(), title: z.string(), body: z.string() });
const response = z.object({ domain: z.string(), entity_id: z.string(), response: z.string(), doc_id: z.string() });

export type Dstc9Figures = { entries: number; entities: number; answers: number; attributionAt1: number; otherEntity: number; unscoped: { attributionAt1: number; otherEntity: number } };

const TENANT = "dstc9";
/** Answers asked for without a filter as well, to show what the filter is worth. */
const UNSCOPED = 400;
const PASSAGES = 5;

/** Puts all entries into one tenant, the entity as its brand. Source: alexa/alexa-with-dstc9-track1-dataset (Apache-2.0). */
export async function fillDstc9(library: Library, folder: string): Promise<void> {
  const entries = await readJsonLines(entry, folder, "dstc9_faq", "corpus.jsonl.gz");
  await library.add(TENANT, entries.map(({ id, domain, entity_id, title, body }) => ({ key: id, title, body, brand: brandOf({ domain, entity_id }) })));
}

const brandOf = ({ domain, entity_id }: { domain: string; entity_id: string }) => `${domain}/${entity_id}`;

/** Which entry each human answer was written from, looked for among the entries of its entity. */
export async function proveDstc9(library: Library, folder: string): Promise<Dstc9Figures> {
  const answers = await readJsonLines(response, folder, "dstc9_faq", "responses_dev.jsonl.gz");
  const scoped = { right: 0, foreign: 0 };
  for (const answer of answers) {
    const found = await library.find({ tenantId: TENANT, query: answer.response, filter: { brands: [brandOf(answer)] }, limit: PASSAGES });
    if (found[0]?.key === answer.doc_id) scoped.right += 1;
    scoped.foreign += found.filter(({ key }) => !isOf(key, answer)).length;
  }
  const open = { right: 0, foreign: 0 };
  const step = Math.max(1, Math.floor(answers.length / UNSCOPED));
  const sample = answers.filter((_, place) => place % step === 0);
  for (const answer of sample) {
    const [first] = await library.find({ tenantId: TENANT, query: answer.response, limit: 1 });
    if (first?.key === answer.doc_id) open.right += 1;
    if (!isOf(first?.key ?? null, answer)) open.foreign += 1;
  }
  const entities = new Set(Array.from(library.keys(TENANT).values(), (key) => key.slice(0, key.lastIndexOf("/"))));
  return {
    entries: library.keys(TENANT).size, entities: entities.size, answers: answers.length, attributionAt1: rounded(scoped.right / answers.length), otherEntity: scoped.foreign,
    unscoped: { attributionAt1: rounded(open.right / sample.length), otherEntity: rounded(open.foreign / sample.length) },
  };
}

function isOf(key: string | null, answer: { domain: string; entity_id: string }): boolean {
  return key !== null && key.startsWith(`${brandOf(answer)}/`);
}
