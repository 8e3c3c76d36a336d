import { z } from "zod";
import type { Database, Row, TransactionQuery } from "../../../storage/database.ts";
import type { Person } from "../fill-places.ts";

/** One person's yes to the call of one hash, in one revision of the request. `standsFor`: whose place they took. */
export type Vote = { approvalId: string; callHash: string; revision: number; person: Person; standsFor: Person | null; comment: string | null; at: string };

const voteRow = z.object({ approval_id: z.string(), call_hash: z.string(), revision: z.number(), user_id: z.string(), email: z.string(), role: z.string(), for_user_id: z.string().nullable(), for_email: z.string().nullable(), for_role: z.string().nullable(), comment: z.string().nullable(), at: z.string() });

function toVote(given: Row): Vote {
  const row = voteRow.parse(given);
  const { for_user_id: userId, for_email: email, for_role: role } = row;
  return { approvalId: row.approval_id, callHash: row.call_hash, revision: row.revision, person: { userId: row.user_id, email: row.email, role: row.role }, standsFor: userId === null ? null : { userId, email: email ?? "", role: role ?? "" }, comment: row.comment, at: row.at };
}

/** Whose right each vote uses: the voter's own, or that of whom they stand in for. */
export function rightsUsed(votes: readonly Vote[]): Person[] {
  return votes.map((vote) => vote.standsFor ?? vote.person);
}

export async function insertVote(query: TransactionQuery, tenantId: string, vote: Omit<Vote, "at"> & { at: Date }): Promise<void> {
  const { person, standsFor } = vote;
  await query("insert into approval_vote (tenant_id, approval_id, call_hash, user_id, email, role, for_user_id, for_email, for_role, comment, at, revision) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing", [
    tenantId, vote.approvalId, vote.callHash, person.userId, person.email, person.role, standsFor?.userId ?? null, standsFor?.email ?? null, standsFor?.role ?? null, vote.comment, vote.at, vote.revision,
  ]);
}

const VOTES = "select approval_id, call_hash, revision, user_id, email, role, for_user_id, for_email, for_role, comment, at from approval_vote where tenant_id = $1 and approval_id = any($2::text[]) order by at, user_id";

/** What a yes has to be to, in order to count. */
type Asked = { id: string; call_hash: string; revision: number };

/** Those that count for the call as it stands. Pure. */
export function votesFor(approval: Asked, votes: readonly Vote[]): Vote[] {
  return votes.filter((vote) => vote.approvalId === approval.id && vote.callHash === approval.call_hash && vote.revision === approval.revision);
}

/** Whatever they were said to; `votesFor` takes those that count. */
export async function listVotes(database: Database, tenantId: string, approvalIds: readonly string[]): Promise<Vote[]> {
  return (await database.query(tenantId, { name: "approval_votes", text: VOTES }, [tenantId, [...approvalIds]])).map(toVote);
}

/** For the call as it stands, under the approval's row lock. */
export async function readVotes(query: TransactionQuery, tenantId: string, approval: Asked): Promise<Vote[]> {
  return votesFor(approval, (await query(VOTES, [tenantId, [approval.id]])).map(toVote));
}

const STANDS_FOR = `select u.id as user_id, u.email, u.role from approval_deputy d join user_account u on u.tenant_id = $1 and u.id = d.user_id where d.tenant_id = $1 and d.deputy_id = $2 and d.until_at > $3 order by u.id`;
const person = z.object({ user_id: z.string(), email: z.string(), role: z.string() });

/** The people this one decides for while they are away. */
export async function listAbsent(database: Database, tenantId: string, deputyId: string, at: Date): Promise<Person[]> {
  return (await database.query(tenantId, { name: "approval_stands_for", text: STANDS_FOR }, [tenantId, deputyId, at])).map((row) => toPerson(row));
}

function toPerson(row: Row): Person {
  const read = person.parse(row);
  return { userId: read.user_id, email: read.email, role: read.role };
}

export type Deputy = { deputyId: string; email: string; name: string; untilAt: string };

export async function setDeputy(database: Database, tenantId: string, input: { userId: string; deputyId: string; untilAt: Date; at: Date }): Promise<void> {
  await database.query(tenantId, { name: "approval_deputy_set", text: "insert into approval_deputy (tenant_id, user_id, deputy_id, until_at, set_at) values ($1, $2, $3, $4, $5) on conflict (tenant_id, user_id) do update set deputy_id = excluded.deputy_id, until_at = excluded.until_at, set_at = excluded.set_at" }, [tenantId, input.userId, input.deputyId, input.untilAt, input.at]);
}

export async function endDeputy(database: Database, tenantId: string, userId: string): Promise<void> {
  await database.query(tenantId, { name: "approval_deputy_end", text: "delete from approval_deputy where tenant_id = $1 and user_id = $2" }, [tenantId, userId]);
}

const DEPUTY = "select d.deputy_id, u.email, u.name, d.until_at from approval_deputy d join user_account u on u.tenant_id = $1 and u.id = d.deputy_id where d.tenant_id = $1 and d.user_id = $2 and d.until_at > $3";
const deputy = z.object({ deputy_id: z.string(), email: z.string(), name: z.string(), until_at: z.string() });

export async function findDeputy(database: Database, tenantId: string, userId: string, at: Date): Promise<Deputy | null> {
  const row = (await database.query(tenantId, { name: "approval_deputy_find", text: DEPUTY }, [tenantId, userId, at]))[0];
  if (row === undefined) return null;
  const read = deputy.parse(row);
  return { deputyId: read.deputy_id, email: read.email, name: read.name, untilAt: read.until_at };
}
