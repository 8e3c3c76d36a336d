import type { Database, Row } from "../../storage/database.ts";

/** SQL of a case's account: what was recorded, and what is still stored of it. */

export type CaseRow = { conversationId: string; contactId: string; contactName: string | null; subject: string | null; status: "open" | "resolved"; openedAt: string; resolvedAt: string | null; isHeld: boolean };
export type EntryRow = { id: string; seq: number | null; kind: string; subjectId: string; actor: string; at: string; body: string };
export type MessageRow = { id: string; author: string; authorName: string | null; body: string; citations: { title: string; heading: string; quote: string }[] };
export type RunRow = { id: string; name: string; version: string; hash: string };

const text = (row: Row, name: string): string | null => (typeof row[name] === "string" ? row[name] : null);

export async function readCase(database: Database, tenantId: string, caseId: string): Promise<CaseRow | null> {
  const [row] = await database.query(
    tenantId,
    {
      name: "account_case",
      text: `select s.conversation_id, s.subject, s.status, s.opened_at, s.resolved_at, c.id as contact_id, coalesce(c.name, c.email) as contact_name, is_held($1, c.id, s.conversation_id, s.id) as is_held
        from support_case s join conversation v on v.tenant_id = $1 and v.id = s.conversation_id join contact c on c.tenant_id = $1 and c.id = v.contact_id where s.tenant_id = $1 and s.id = $2`,
    },
    [tenantId, caseId],
  );
  if (row === undefined) return null;
  return {
    conversationId: String(row["conversation_id"]), contactId: String(row["contact_id"]), contactName: text(row, "contact_name"), subject: text(row, "subject"), status: row["status"] === "open" ? "open" : "resolved",
    openedAt: String(row["opened_at"]), resolvedAt: text(row, "resolved_at"), isHeld: row["is_held"] === true,
  };
}

/** The oldest first. */
export async function listCaseEntries(database: Database, tenantId: string, caseId: string, limit: number): Promise<EntryRow[]> {
  const rows = await database.query(
    tenantId,
    { name: "account_entries", text: "select e.id, e.kind, e.subject_id, e.actor, e.at, e.body, l.seq from ledger_entry e left join ledger_link l on l.tenant_id = e.tenant_id and l.entry_id = e.id where e.tenant_id = $1 and e.case_id = $2 order by e.at, l.seq, e.id limit $3" },
    [tenantId, caseId, limit],
  );
  return rows.map((row) => ({ id: String(row["id"]), seq: row["seq"] === null ? null : Number(row["seq"]), kind: String(row["kind"]), subjectId: String(row["subject_id"]), actor: String(row["actor"]), at: String(row["at"]), body: String(row["body"]) }));
}

export async function readMessages(database: Database, tenantId: string, ids: readonly string[]): Promise<MessageRow[]> {
  return database.of(tenantId).selectFrom("message").select(["id", "author", "author_name as authorName", "body", "citations"]).where("tenant_id", "=", tenantId).where("id", "in", ids.length === 0 ? [""] : [...ids]).execute();
}

/** What tools were called with, by the call's id. */
export async function readCallArguments(database: Database, tenantId: string, ids: readonly string[]): Promise<{ id: string; arguments: Record<string, unknown> }[]> {
  return database.of(tenantId).selectFrom("tool_call").select(["id", "arguments"]).where("tenant_id", "=", tenantId).where("id", "in", ids.length === 0 ? [""] : [...ids]).execute();
}

export async function readRuns(database: Database, tenantId: string, ids: readonly string[]): Promise<RunRow[]> {
  return database.of(tenantId).selectFrom("workflow_run").select(["id", "name", "version", "hash"]).where("tenant_id", "=", tenantId).where("id", "in", ids.length === 0 ? [""] : [...ids]).execute();
}
