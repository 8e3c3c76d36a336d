import type { Database } from "../storage/database.ts";

/** SQL of users, sessions, keys, secrets. Every call names its tenant. */

export async function findUserByEmail(database: Database, tenantId: string, email: string) {
  return database.of(tenantId).selectFrom("user_account").selectAll().where("tenant_id", "=", tenantId).where("email", "=", email).executeTakeFirst();
}

export async function countUsers(database: Database, tenantId: string): Promise<number> {
  const row = await database.of(tenantId).selectFrom("user_account").select((e) => e.fn.countAll<number>().as("count")).where("tenant_id", "=", tenantId).executeTakeFirstOrThrow();
  return row.count;
}

export async function insertUser(database: Database, user: { tenantId: string; id: string; email: string; name: string; role: "admin" | "agent"; passwordHash: string; at: Date }): Promise<boolean> {
  const result = await database.of(user.tenantId).insertInto("user_account")
    .values({ tenant_id: user.tenantId, id: user.id, email: user.email, name: user.name, role: user.role, password_hash: user.passwordHash, created_at: user.at })
    .onConflict((conflict) => conflict.columns(["tenant_id", "email"]).doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function insertSession(database: Database, session: { tenantId: string; id: string; userId: string; secretHash: string; createdAt: Date; expiresAt: Date }): Promise<void> {
  await database.of(session.tenantId).insertInto("user_session")
    .values({ tenant_id: session.tenantId, id: session.id, user_id: session.userId, secret_hash: session.secretHash, created_at: session.createdAt, expires_at: session.expiresAt }).execute();
}

export async function findSession(database: Database, tenantId: string, id: string) {
  return database.of(tenantId).selectFrom("user_session").innerJoin("user_account", (join) => join.onRef("user_account.tenant_id", "=", "user_session.tenant_id").onRef("user_account.id", "=", "user_session.user_id"))
    .select(["user_session.secret_hash", "user_session.expires_at", "user_account.id as user_id", "user_account.name", "user_account.email", "user_account.role"])
    .where("user_session.tenant_id", "=", tenantId).where("user_session.id", "=", id).executeTakeFirst();
}

export async function deleteSession(database: Database, tenantId: string, id: string): Promise<void> {
  await database.of(tenantId).deleteFrom("user_session").where("tenant_id", "=", tenantId).where("id", "=", id).execute();
}

export async function findKey(database: Database, tenantId: string, id: string) {
  return database.of(tenantId).selectFrom("api_key").selectAll().where("tenant_id", "=", tenantId).where("id", "=", id).where("revoked_at", "is", null).executeTakeFirst();
}

export async function insertKey(database: Database, key: { tenantId: string; id: string; name: string; secretHash: string; scopes: string[] | null; at: Date }): Promise<void> {
  await database.of(key.tenantId).insertInto("api_key").values({ tenant_id: key.tenantId, id: key.id, name: key.name, secret_hash: key.secretHash, created_at: key.at, revoked_at: null, scopes: key.scopes }).execute();
}

/** The tenant's secret of that name; the first caller's proposal is kept, whoever else proposes at the same time. Null: no such tenant. */
export async function ensureSecret(database: Database, tenantId: string, name: string, proposal: string): Promise<string | null> {
  await database.of(tenantId).insertInto("tenant_secret").columns(["tenant_id", "name", "value"])
    .expression((e) => e.selectFrom("tenant").select(["id", e.val(name).as("name"), e.val(proposal).as("value")]).where("id", "=", tenantId))
    .onConflict((conflict) => conflict.columns(["tenant_id", "name"]).doNothing()).execute();
  const row = await database.of(tenantId).selectFrom("tenant_secret").select("value").where("tenant_id", "=", tenantId).where("name", "=", name).executeTakeFirst();
  return row?.value ?? null;
}

export async function ensureTenant(database: Database, tenantId: string, name: string): Promise<void> {
  await database.of(tenantId).insertInto("tenant").values({ id: tenantId, name }).onConflict((conflict) => conflict.column("id").doUpdateSet({ name })).execute();
}
