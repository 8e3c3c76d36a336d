import type { Selectable } from "kysely";
import { decodeCursor, encodeCursor, type Page } from "../lib/page.ts";
import type { Database } from "../storage/database.ts";
import { findOpenDraft, toDraftView } from "../handoff/draft.store.ts";
import type { Schema } from "../storage/schema.ts";
import { cursorInvalid } from "./conversation.errors.ts";
import { readHandoff } from "./read-handoffs.ts";
import type { CaseView, ConversationSummary, ConversationView, Holder, MessageView } from "../shapes/conversation.ts";

export type ConversationFilter = { limit: number; cursor?: string | undefined; holder?: Holder | undefined; status?: "open" | "resolved" | undefined; query?: string | undefined };


function summaries(database: Database, tenantId: string) {
  return database.of(tenantId).selectFrom("conversation as v")
    .innerJoin("contact as c", (join) => join.onRef("c.tenant_id", "=", "v.tenant_id").onRef("c.id", "=", "v.contact_id"))
    .leftJoin("user_account as u", (join) => join.onRef("u.tenant_id", "=", "v.tenant_id").onRef("u.id", "=", "v.assignee_id"))
    .leftJoinLateral((e) => e.selectFrom("message as m").select(["m.author", "m.created_at", "m.body"]).whereRef("m.tenant_id", "=", "v.tenant_id").whereRef("m.conversation_id", "=", "v.id").orderBy("m.seq", "desc").limit(1).as("last"), (join) => join.onTrue())
    .leftJoinLateral((e) => e.selectFrom("support_case as s").select(["s.status", "s.subject"]).whereRef("s.tenant_id", "=", "v.tenant_id").whereRef("s.conversation_id", "=", "v.id").orderBy("s.opened_at", "desc").limit(1).as("latest"), (join) => join.onTrue())
    .select(["v.id", "v.holder", "v.last_seq", "v.created_at", "v.updated_at", "v.assignee_id", "c.id as contact_id", "c.name", "c.email", "c.external_id", "u.name as assignee_name", "last.author", "last.created_at as last_at", "last.body", "latest.status", "latest.subject"])
    .select((e) => e.exists(e.selectFrom("contact_identity as i").select("i.address").whereRef("i.tenant_id", "=", "v.tenant_id").whereRef("i.contact_id", "=", "v.contact_id").where("i.is_verified", "=", true)).as("is_verified"))
    .where("v.tenant_id", "=", tenantId);
}

type SummaryRow = Awaited<ReturnType<ReturnType<typeof summaries>["execute"]>>[number];

/** Newest activity first; visits without a message are left out. `query` looks in name, e-mail, subject. Throws `conversation.cursor_invalid`. */
export async function listConversations(database: Database, tenantId: string, filter: ConversationFilter): Promise<Page<ConversationSummary>> {
  let select = summaries(database, tenantId).where("v.last_seq", ">", 0).orderBy("v.updated_at", "desc").orderBy("v.id", "desc").limit(filter.limit + 1);
  if (filter.holder !== undefined) select = select.where("v.holder", "=", filter.holder);
  // A conversation has an open case exactly when one is current; asking the case itself would read every conversation's.
  if (filter.status !== undefined) select = select.where("v.current_case_id", filter.status === "open" ? "is not" : "is", null);
  if (filter.query !== undefined) {
    const like = `%${filter.query.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
    select = select.where((e) =>
      e.or([
        e("v.contact_id", "in", e.selectFrom("contact as f").select("f.id").where("f.tenant_id", "=", tenantId).where((inner) => inner.or([inner("f.name", "ilike", like), inner("f.email", "ilike", like)])).limit(SEARCH_LIMIT)),
        e("v.id", "in", e.selectFrom("support_case as f").select("f.conversation_id").where("f.tenant_id", "=", tenantId).where("f.subject", "ilike", like).limit(SEARCH_LIMIT)),
      ]),
    );
  }
  if (filter.cursor !== undefined) {
    const [at, id] = readTimeCursor(filter.cursor);
    select = select.where((e) => e.or([e("v.updated_at", "<", at), e.and([e("v.updated_at", "=", at), e("v.id", "<", id)])]));
  }
  const rows = await select.execute();
  const items = rows.slice(0, filter.limit).map(toSummary);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > filter.limit && last ? encodeCursor([last.updatedAt, last.id]) : null };
}

/** A cursor made of a time, exactly as we write it, and an id. Throws `conversation.cursor_invalid`. */
export function readTimeCursor(cursor: string): [string, string] {
  const [at, id] = decodeCursor(cursor) ?? [];
  if (typeof at !== "string" || typeof id !== "string" || !isIsoTime(at)) throw cursorInvalid();
  return [at, id.replaceAll("\u0000", "")];
}

/** Of the years 1 to 9999: JavaScript reads more than PostgreSQL takes. */
function isIsoTime(text: string): boolean {
  const time = new Date(text);
  return text.length === 24 && text >= "0001" && !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

export async function readConversation(database: Database, tenantId: string, id: string, viewerId: string | null): Promise<ConversationView | null> {
  const row = await summaries(database, tenantId).where("v.id", "=", id).executeTakeFirst();
  if (!row) return null;
  const cases = await database.of(tenantId).selectFrom("support_case").selectAll().where("tenant_id", "=", tenantId).where("conversation_id", "=", id).orderBy("opened_at", "desc").limit(50).execute();
  const draft = await findOpenDraft(database, tenantId, id);
  return { ...toSummary(row), cases: cases.map(toCase), handoff: await readHandoff(database, tenantId, { conversationId: id }), isMine: viewerId !== null && row.assignee_id === viewerId, draft: draft === null ? null : toDraftView(draft) };
}

/** A page of the thread in its order; `before` pages back, `after` forward. `nextCursor` is the older page's `before`. */
export async function readMessages(database: Database, tenantId: string, conversationId: string, range: { before?: number | undefined; after?: number | undefined; limit: number }): Promise<Page<MessageView>> {
  let select = database.of(tenantId).selectFrom("message").selectAll().where("tenant_id", "=", tenantId).where("conversation_id", "=", conversationId).limit(range.limit + 1);
  if (range.after !== undefined) {
    const rows = await select.where("seq", ">", range.after).orderBy("seq", "asc").execute();
    return { items: rows.slice(0, range.limit).map(toMessage), nextCursor: null };
  }
  if (range.before !== undefined) select = select.where("seq", "<", range.before);
  const rows = await select.orderBy("seq", "desc").execute();
  const items = rows.slice(0, range.limit).reverse().map(toMessage);
  return { items, nextCursor: rows.length > range.limit ? String(items[0]?.seq ?? 0) : null };
}

function toMessage(row: Selectable<Schema["message"]>): MessageView {
  return { id: row.id, seq: row.seq, conversationId: row.conversation_id, caseId: row.case_id, author: row.author, authorName: row.author_name, channel: row.channel, text: row.body, citations: row.citations, turnId: row.turn_id, createdAt: row.created_at };
}

const PREVIEW = 160;
const SEARCH_LIMIT = 1_000;

function toSummary(row: SummaryRow): ConversationSummary {
  return {
    id: row.id, holder: row.holder, assigneeName: row.assignee_name, caseStatus: row.status, subject: row.subject, messageCount: row.last_seq, createdAt: row.created_at, updatedAt: row.updated_at,
    contact: { id: row.contact_id, name: row.name, email: row.email, isVerified: row.is_verified === true, externalId: row.external_id },
    lastMessage: row.author === null || row.body === null || row.last_at === null ? null : { author: row.author, text: row.body.slice(0, PREVIEW), createdAt: row.last_at },
  };
}

function toCase(row: Selectable<Schema["support_case"]>): CaseView {
  return { id: row.id, subject: row.subject, intent: row.intent, status: row.status, openedAt: row.opened_at, resolvedAt: row.resolved_at };
}
