import { z } from "zod";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import { GRADE_SOURCES, type Grade } from "./grade.ts";

const row = z.object({ prompt_hash: z.string(), prompt: z.string(), model: z.string(), quality: z.number(), micro_usd: z.coerce.number().nullable(), intent: z.string().nullable(), language: z.string(), source: z.enum(GRADE_SOURCES) });
const counted = z.object({ grades: z.coerce.number(), prompts: z.coerce.number(), models: z.coerce.number() });
const LIST = { name: "model_grades", text: "select prompt_hash, prompt, model, quality, micro_usd, intent, language, source from model_grade where tenant_id = $1 and model = any($2) order by prompt_hash, model" };
const COUNT = { name: "model_grade_count", text: "select count(*) as grades, count(distinct prompt_hash) as prompts, count(distinct model) as models from model_grade where tenant_id = $1" };
const BATCH = 500;

/** A grade of the same prompt and model is replaced by the newer one; a cost that was measured stays where the newer one has none. */
export async function putGrades(query: TransactionQuery, tenantId: string, grades: readonly Grade[], by: string, at: Date): Promise<void> {
  // Of two in one statement PostgreSQL takes none: the last of the file holds.
  const last = [...new Map(grades.map((grade) => [`${grade.promptHash} ${grade.model}`, grade])).values()];
  for (let from = 0; from < last.length; from += BATCH) {
    await query(
      `insert into model_grade (tenant_id, prompt_hash, model, prompt, quality, micro_usd, intent, language, source, made_by, made_at)
       select $1, "promptHash", model, prompt, quality, "microUsd", intent, language, source, $3, $4
       from jsonb_to_recordset($2::jsonb) as given("promptHash" text, model text, prompt text, quality double precision, "microUsd" bigint, intent text, language text, source text)
       on conflict (tenant_id, prompt_hash, model) do update set quality = excluded.quality, micro_usd = coalesce(excluded.micro_usd, model_grade.micro_usd), intent = excluded.intent, language = excluded.language, source = excluded.source, made_by = excluded.made_by, made_at = excluded.made_at`,
      [tenantId, JSON.stringify(last.slice(from, from + BATCH)), by, at],
    );
  }
}

/** The grades of these models, in an order that is always the same. */
export async function listGrades(database: Database, tenantId: string, models: readonly string[]): Promise<Grade[]> {
  return (await database.query(tenantId, LIST, [tenantId, models])).map((given) => {
    const { prompt_hash: promptHash, micro_usd: microUsd, ...grade } = row.parse(given);
    return { promptHash, microUsd, ...grade };
  });
}

export async function countGrades(database: Database, tenantId: string): Promise<z.output<typeof counted>> {
  return counted.parse((await database.query(tenantId, COUNT, [tenantId]))[0]);
}
