import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import type { Corpus, Question } from "./corpus.ts";
import { AUDIENCE, recallOf, tuned, WANTED, type Peer } from "./peer.ts";

const ADDED_AT_ONCE = 500;
const RANKED = 100;

/**
 * pgvector on PGlite as pgvector's guide says: HNSW built after loading, `iterative_scan` for the filter, words by `tsvector` and GIN,
 * hybrid by reciprocal rank fusion in SQL. `ef_search` is the smallest that reaches the recall.
 */
export async function openPglite(corpus: Corpus, sample: { questions: readonly Question[]; truth: readonly (readonly number[])[] }): Promise<Peer> {
  const database = await PGlite.create({ extensions: { vector } });
  await database.exec(`create extension vector; create table chunk (number int primary key, audiences text[] not null, words tsvector not null, embedding vector(${corpus.dimensions}) not null); set maintenance_work_mem = '1GB'`);
  for (let from = 0; from < corpus.chunks.length; from += ADDED_AT_ONCE) {
    const rows = corpus.chunks.slice(from, from + ADDED_AT_ONCE).map((chunk, index) => ({ number: from + index, audiences: chunk.audiences, text: `${chunk.title} ${chunk.heading} ${chunk.text}`, embedding: `[${Array.from(chunk.vector ?? []).join(",")}]` }));
    await database.query("insert into chunk select number, audiences, to_tsvector('english', text), embedding::vector from jsonb_to_recordset($1::jsonb) as given (number int, audiences text[], text text, embedding text)", [JSON.stringify(rows)]);
  }
  await database.exec("create index on chunk using hnsw (embedding vector_cosine_ops); create index on chunk using gin (words); create index on chunk using gin (audiences); analyze chunk; set hnsw.iterative_scan = relaxed_order");
  const textOf = ({ vector: asked }: Question) => `[${asked.join(",")}]`;
  const nearest = async (question: Question) => numbersOf((await database.query<{ number: number }>(`select number from chunk where audiences && array['${AUDIENCE}'] order by embedding <=> $1::vector limit ${WANTED}`, [textOf(question)])).rows);
  const { value: ef, recall } = await tuned([40, 100, 200, 400], async (value) => {
    await database.exec(`set hnsw.ef_search = ${value}`);
    return recallOf(nearest, sample.questions, sample.truth);
  });
  return {
    name: "PGlite + pgvector", how: `hnsw (m 16, ef_construction 64), ef_search ${ef}, iterative_scan relaxed_order, tsvector with GIN, RRF in SQL; recall ${recall.toFixed(3)}`,
    nearest,
    async hybrid(question) {
      const { rows } = await database.query<{ number: number }>(
        `with near as (select number, row_number() over (order by distance) as rank from (select number, embedding <=> $1::vector as distance from chunk where audiences && array['${AUDIENCE}'] order by embedding <=> $1::vector limit ${RANKED}) found),
         words as (select number, row_number() over (order by score desc) as rank from (select number, ts_rank_cd(words, query) as score from chunk, to_tsquery('english', $2) query where words @@ query and audiences && array['${AUDIENCE}'] order by score desc limit ${RANKED}) found)
         select coalesce(near.number, words.number) as number from near full join words using (number) order by coalesce(1.0 / (60 + near.rank), 0) + coalesce(1.0 / (60 + words.rank), 0) desc limit ${WANTED}`,
        [textOf(question), question.query.split(" ").join(" | ")],
      );
      return numbersOf(rows);
    },
    close: () => database.close(),
  };
}

function numbersOf(rows: readonly { number: number }[]): number[] {
  return rows.map(({ number }) => number);
}
