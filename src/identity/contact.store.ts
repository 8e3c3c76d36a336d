import type { Database, TransactionQuery } from "../storage/database.ts";

export type ContactKey = { contactId: string; conversationId: string };

const INSERT_CONTACT = `insert into contact (tenant_id, id, name, email, external_id, created_at) values ($1, $2, $3, $4, $5, $6)`;
const INSERT_CONVERSATION = `insert into conversation (tenant_id, id, contact_id, created_at, updated_at) values ($1, $2, $3, $4, $4)`;

/** A contact and its lifelong conversation, in one transaction. */
export async function insertContact(query: TransactionQuery, input: { tenantId: string; contactId: string; conversationId: string; name: string | null; email: string | null; externalId: string | null; at: Date }): Promise<void> {
  await query(INSERT_CONTACT, [input.tenantId, input.contactId, input.name, input.email, input.externalId, input.at]);
  await query(INSERT_CONVERSATION, [input.tenantId, input.conversationId, input.contactId, input.at]);
}

/** Who holds this identity, or null. */
export async function findByIdentity(query: TransactionQuery, tenantId: string, kind: string, address: string): Promise<ContactKey | null> {
  const rows = await query(
    `select i.contact_id, c.id as conversation_id from contact_identity i join conversation c on c.tenant_id = i.tenant_id and c.contact_id = i.contact_id
     where i.tenant_id = $1 and i.kind = $2 and i.address = $3`,
    [tenantId, kind, address],
  );
  const row = rows[0];
  return row ? { contactId: String(row["contact_id"]), conversationId: String(row["conversation_id"]) } : null;
}

/** Serialises two first sign-ins of one identity, so that one contact is made. */
export async function lockIdentity(query: TransactionQuery, tenantId: string, kind: string, address: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`${tenantId}/${kind}/${address}`]);
}

export async function insertIdentity(query: TransactionQuery, input: { tenantId: string; kind: string; address: string; contactId: string; isVerified: boolean; proof: string; at: Date }): Promise<void> {
  await query(`insert into contact_identity (tenant_id, kind, address, contact_id, is_verified, proof, created_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, kind, address) do update set is_verified = contact_identity.is_verified or excluded.is_verified`, [input.tenantId, input.kind, input.address, input.contactId, input.isVerified, input.proof, input.at]);
}

export async function hasIdentity(query: TransactionQuery, tenantId: string, contactId: string): Promise<boolean> {
  return (await query("select 1 from contact_identity where tenant_id = $1 and contact_id = $2 limit 1", [tenantId, contactId])).length > 0;
}

export async function describeContact(query: TransactionQuery, input: { tenantId: string; contactId: string; name: string | null; email: string; externalId: string | null }): Promise<void> {
  await query("update contact set name = coalesce($3, name), email = $4, external_id = coalesce($5, external_id) where tenant_id = $1 and id = $2", [input.tenantId, input.contactId, input.name, input.email, input.externalId]);
}

export async function readContact(database: Database, tenantId: string, contactId: string) {
  const db = database.of(tenantId);
  const row = await db.selectFrom("contact").selectAll().where("tenant_id", "=", tenantId).where("id", "=", contactId).executeTakeFirst();
  if (!row) return null;
  const verified = await db.selectFrom("contact_identity").select("address").where("tenant_id", "=", tenantId).where("contact_id", "=", contactId).where("is_verified", "=", true).limit(1).executeTakeFirst();
  return { id: row.id, name: row.name, email: row.email, externalId: row.external_id, isVerified: verified !== undefined };
}

const IS_VERIFIED = {
  name: "contact_is_verified",
  textOf: () => `select i.ord, exists (select from contact_identity c where c.tenant_id = $1 and c.contact_id = i.contact_id and c.is_verified) as is_verified from jsonb_to_recordset($2::jsonb) as i(ord int, contact_id text)`,
};

export async function isContactVerified(database: Database, tenantId: string, contactId: string): Promise<boolean> {
  return (await database.batch(tenantId, IS_VERIFIED, { key: contactId, values: { contact_id: contactId } }))?.["is_verified"] === true;
}
