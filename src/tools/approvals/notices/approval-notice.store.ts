import { z } from "zod";
import type { ApprovalRule } from "../../../policy/policy.ts";
import type { Database } from "../../../storage/database.ts";

const DUE = {
  name: "approval_notice_claim",
  text: `update approval set notice_due_at = $2::timestamptz + make_interval(secs => 30 * power(2, least(notice_attempts, 8))), notice_attempts = notice_attempts + 1
    where tenant_id = $1 and id in (select id from approval where tenant_id = $1 and notice_due_at <= $2 and status = 'waiting' order by notice_due_at limit $3 for update skip locked) returning id, notice_number, notice_attempts`,
};

const due = z.object({ id: z.string(), notice_number: z.number(), notice_attempts: z.number() });

/** Notices to be sent now; each is due again later unless `markNoticed` says that it was sent. `number` counts the occasions of one approval. */
export async function claimNotices(database: Database, tenantId: string, at: Date, limit: number): Promise<{ id: string; number: number; attempt: number }[]> {
  return (await database.query(tenantId, DUE, [tenantId, at, limit])).map((row) => due.parse(row)).map((row) => ({ id: row.id, number: row.notice_number, attempt: row.notice_attempts }));
}

export async function markNoticed(database: Database, tenantId: string, notice: { id: string; number: number }): Promise<void> {
  await database.query(tenantId, { name: "approval_noticed", text: "update approval set notice_due_at = null where tenant_id = $1 and id = $2 and notice_number = $3" }, [tenantId, notice.id, notice.number]);
}

const PEOPLE = {
  name: "approval_people",
  text: `select distinct coalesce(p.email, u.email) as email, coalesce(p.name, u.name) as name from user_account u
    left join approval_deputy d on d.tenant_id = $1 and d.user_id = u.id and d.until_at > $4 left join user_account p on p.tenant_id = $1 and p.id = d.deputy_id
    where u.tenant_id = $1 and (u.role = any($2::text[]) or u.id = any($3::text[]) or u.email = any($3::text[])) order by 1 limit 100`,
};

/** Who is meant by these groups, or stands in for them while they are away. */
export async function listPeopleOf(database: Database, tenantId: string, groups: ApprovalRule["groups"], at: Date): Promise<{ email: string; name: string }[]> {
  const meant = groups.flatMap((group) => group.anyOf);
  const roles = meant.flatMap((each) => (each.kind === "role" ? [each.role] : []));
  const users = meant.flatMap((each) => (each.kind === "user" ? [each.user] : []));
  return (await database.query(tenantId, PEOPLE, [tenantId, roles, users, at])).map((row) => ({ email: String(row["email"]), name: String(row["name"]) }));
}
