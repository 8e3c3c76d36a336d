import { z } from "zod";
import { gapDraftView, gapQuestionView, type GapView } from "../../shapes/knowledge-upkeep.ts";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";
import { documentIdOf } from "../sync/make-document.ts";
import type { GapDraft } from "./draft-article.ts";
import type { GapProfile } from "./group-questions.ts";
import type { AskedQuestion } from "../upkeep/talk.ts";
import type { WhyUnanswered } from "./why-unanswered.ts";
import { WRITTEN_SOURCE } from "./written-source.ts";

/** SQL of gaps and their questions. What runs in a transaction runs under `lockUpkeep`. */

const row = z.object({
  id: z.string(), subject: z.string(), status: z.enum(["open", "published", "dismissed"]), questions: z.number(), people: z.number(), first_at: z.string(), last_at: z.string(), asked_since: z.coerce.number(), draft: gapDraftView.nullable(), file: z.string().nullable(),
  decided_by: z.string().nullable(), decided_at: z.string().nullable(), reason: z.string().nullable(), examples: z.array(gapQuestionView),
});

const viewOf = (examples: string) => `select g.id, g.subject, g.status, g.questions, g.people, g.first_at, g.last_at, g.draft, g.file, g.decided_by, g.decided_at, g.reason,
  (select count(*) from knowledge_question q where q.tenant_id = $1 and q.gap_id = g.id and q.asked_at > g.decided_at) as asked_since,
  (select coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'text', q.body, 'why', q.why, 'conversationId', q.conversation_id, 'askedAt', q.asked_at, 'reply', q.reply) order by q.asked_at desc), '[]')
   from (select * from knowledge_question q where q.tenant_id = $1 and q.gap_id = g.id order by q.asked_at desc, q.id limit ${examples}) q) as examples
  from knowledge_gap g where g.tenant_id = $1`;
const PAGE = { name: "gap_page", text: `${viewOf("3")} and g.status = $2 and ($3::integer is null or (g.people, g.id) < ($3, $4)) order by g.people desc, g.id desc limit $5` };
const ONE = { name: "gap_one", text: `${viewOf("20")} and g.id = $2` };

/** Those that most people asked first. */
export async function listGaps(database: Database, tenantId: string, given: { status: GapView["status"]; after: { people: number; id: string } | null; limit: number }): Promise<GapView[]> {
  return (await database.query(tenantId, PAGE, [tenantId, given.status, given.after?.people ?? null, given.after?.id ?? "", given.limit])).map((each) => gapOf(tenantId, each));
}

export async function findGap(database: Database, tenantId: string, id: string): Promise<(GapView & { file: string | null }) | null> {
  const [found] = await database.query(tenantId, ONE, [tenantId, id]);
  return found === undefined ? null : { ...gapOf(tenantId, found), file: row.shape.file.parse(found["file"]) };
}

function gapOf(tenantId: string, given: Row): GapView {
  const { first_at: firstAt, last_at: lastAt, asked_since: askedSince, file, decided_by: decidedBy, decided_at: decidedAt, ...rest } = row.parse(given);
  const examples = rest.examples.map((example) => ({ ...example, askedAt: new Date(example.askedAt).toISOString() }));
  return { ...rest, examples, firstAt, lastAt, askedSince, decidedBy, decidedAt, documentId: file === null ? null : documentIdOf(tenantId, file, WRITTEN_SOURCE) };
}

/** Groups that questions may be put to; those asked last, if there are very many. */
const MOST_PROFILES = 5_000;

/** `model`: whose vectors are of use; those of another are left out. */
export async function readProfiles(query: TransactionQuery, tenantId: string, model: string | null): Promise<GapProfile[]> {
  const rows = await query("select id, questions, terms, vector, vector_model from knowledge_gap where tenant_id = $1 order by last_at desc, id limit $2", [tenantId, MOST_PROFILES]);
  return rows.map((each) => {
    const vector = each["vector"];
    const isUsable = vector instanceof Uint8Array && each["vector_model"] === model;
    return { id: String(each["id"]), questions: Number(each["questions"]), terms: z.record(z.string(), z.number()).parse(each["terms"]), vector: isUsable ? new Float32Array(Uint8Array.from(vector).buffer) : null };
  });
}

export type NewQuestion = { id: string; gapId: string; conversationId: string; caseId: string | null; contactId: string; why: WhyUnanswered; text: string; askedAt: string };

/** Of these, the ones that are not stored yet. */
export async function unknownQuestions(query: TransactionQuery, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await query("select g.id from unnest($2::text[]) as g (id) where not exists (select from knowledge_question q where q.tenant_id = $1 and q.id = g.id)", [tenantId, ids]);
  return new Set(rows.map((each) => String(each["id"])));
}

export async function putQuestion(query: TransactionQuery, tenantId: string, question: NewQuestion): Promise<void> {
  await query("insert into knowledge_question (tenant_id, id, gap_id, conversation_id, case_id, contact_id, why, body, asked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant_id, id) do nothing", [tenantId, question.id, question.gapId, question.conversationId, question.caseId, question.contactId, question.why, question.text, question.askedAt]);
}

/** Makes the gap, or takes in what it is made of by now; its counts are those of its questions. */
export async function putProfile(query: TransactionQuery, tenantId: string, profile: GapProfile, given: { subject: string; model: string | null; at: string }): Promise<void> {
  const vector = profile.vector === null ? null : Buffer.from(profile.vector.buffer, profile.vector.byteOffset, profile.vector.byteLength);
  await query(
    `insert into knowledge_gap (tenant_id, id, subject, terms, vector, vector_model, first_at, last_at) values ($1, $2, $3, $4, $5, $6, $7, $7)
     on conflict (tenant_id, id) do update set terms = excluded.terms, vector = coalesce(excluded.vector, knowledge_gap.vector), vector_model = case when excluded.vector is null then knowledge_gap.vector_model else excluded.vector_model end`,
    [tenantId, profile.id, given.subject, JSON.stringify(profile.terms), vector, vector === null ? null : given.model, given.at],
  );
  await query(
    `update knowledge_gap g set questions = q.questions, people = q.people, first_at = q.first_at, last_at = q.last_at
     from (select count(*) as questions, count(distinct contact_id) as people, min(asked_at) as first_at, max(asked_at) as last_at from knowledge_question where tenant_id = $1 and gap_id = $2) q
     where g.tenant_id = $1 and g.id = $2 and q.questions > 0`,
    [tenantId, profile.id],
  );
}

/** Questions asked after `since`, in the order they were asked. */
export async function listQuestionsSince(database: Database, tenantId: string, given: { since: string; after: { at: string; id: string } | null; limit: number }): Promise<AskedQuestion[]> {
  const rows = await database.query(
    tenantId,
    { name: "gap_questions_since", text: "select id, conversation_id, case_id, asked_at, replied_at from knowledge_question where tenant_id = $1 and asked_at > $2 and ($3::timestamptz is null or (asked_at, id) > ($3, $4)) order by asked_at, id limit $5" },
    [tenantId, given.since, given.after?.at ?? null, given.after?.id ?? "", given.limit],
  );
  return rows.map((each) => ({ id: String(each["id"]), conversationId: String(each["conversation_id"]), caseId: each["case_id"] === null ? null : String(each["case_id"]), askedAt: String(each["asked_at"]), repliedAt: each["replied_at"] === null ? null : String(each["replied_at"]) }));
}

export async function setReplies(query: TransactionQuery, tenantId: string, replies: readonly { id: string; reply: string; at: string }[]): Promise<void> {
  for (const { id, reply, at } of replies) await query("update knowledge_question set reply = $3, replied_at = $4 where tenant_id = $1 and id = $2", [tenantId, id, reply, at]);
}

/** `lastAt`: of the newest reply. */
export type Material = { gapId: string; lastAt: string; questions: string[]; answered: { id: string; text: string; reply: string }[] };

/** Open gaps with replies that came after their draft was made, by id. */
export async function listMaterial(database: Database, tenantId: string, { after, limit }: { after: string; limit: number }): Promise<Material[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "gap_material",
      text: `select g.id, max(q.replied_at) as last_at, (array_agg(q.body order by q.asked_at desc, q.id))[1:50] as questions,
          (jsonb_agg(jsonb_build_object('id', q.id, 'text', q.body, 'reply', q.reply) order by q.asked_at desc, q.id) filter (where q.reply is not null)) as answered
        from knowledge_gap g join knowledge_question q on q.tenant_id = $1 and q.gap_id = g.id
        where g.tenant_id = $1 and g.status = 'open' and g.id > $2 group by g.id, g.drafted_from having max(q.replied_at) > coalesce(g.drafted_from, '-infinity') order by g.id limit $3`,
    },
    [tenantId, after, limit],
  );
  const material = z.object({ id: z.string(), last_at: z.string(), questions: z.array(z.string()), answered: z.array(z.object({ id: z.string(), text: z.string(), reply: z.string() })) });
  return rows.map((each) => {
    const { id, last_at: lastAt, questions, answered } = material.parse(each);
    return { gapId: id, lastAt, questions, answered: answered.slice(0, 20) };
  });
}

export async function setDraft(database: Database, tenantId: string, gapId: string, { draft, lastAt }: { draft: GapDraft | null; lastAt: string }): Promise<void> {
  await database.query(tenantId, { name: "gap_draft", text: "update knowledge_gap set draft = coalesce($3::jsonb, draft), drafted_from = $4 where tenant_id = $1 and id = $2 and status = 'open'" }, [tenantId, gapId, draft === null ? null : JSON.stringify(draft), lastAt]);
}

/** Whether it was in the state `from`, and is now as given. */
export async function decide(query: TransactionQuery, tenantId: string, id: string, given: { from: readonly string[]; to: GapView["status"]; file: string | null; by: string | null; reason: string | null; at: Date | null }): Promise<boolean> {
  const rows = await query("update knowledge_gap set status = $4, file = $5, decided_by = $6, decided_at = $7, reason = $8 where tenant_id = $1 and id = $2 and status = any($3::text[]) returning id", [tenantId, id, given.from, given.to, given.file, given.by, given.at, given.reason]);
  return rows.length > 0;
}

/** Open gaps, how many different contacts asked in them, and how many have a draft. */
export async function countGaps(database: Database, tenantId: string): Promise<{ open: number; people: number; drafted: number }> {
  const [counted] = await database.query(
    tenantId,
    { name: "gap_counts", text: "select count(*) as open, count(*) filter (where draft is not null) as drafted, (select count(distinct q.contact_id) from knowledge_question q join knowledge_gap o on o.tenant_id = $1 and o.id = q.gap_id and o.status = 'open' where q.tenant_id = $1) as people from knowledge_gap where tenant_id = $1 and status = 'open'" },
    [tenantId],
  );
  return { open: Number(counted?.["open"] ?? 0), people: Number(counted?.["people"] ?? 0), drafted: Number(counted?.["drafted"] ?? 0) };
}
