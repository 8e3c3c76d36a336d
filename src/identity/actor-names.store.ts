import type { Database } from "../storage/database.ts";

const NAMES = {
  name: "actor_names",
  text: `select 'user:' || id as actor, name from user_account where tenant_id = $1 and id = any($2::text[])
    union all select 'key:' || id, name from api_key where tenant_id = $1 and id = any($3::text[])
    union all select 'contact:' || id, coalesce(name, email) from contact where tenant_id = $1 and id = any($4::text[])`,
};

/** The names of people and keys as they are now, for actors as the ledger names them (`user:…`, `key:…`, `contact:…`). Those nobody knows are left out. */
export async function readActorNames(database: Database, tenantId: string, actors: readonly string[]): Promise<{ actor: string; name: string }[]> {
  const idsOf = (kind: string) => actors.filter((actor) => actor.startsWith(`${kind}:`)).map((actor) => actor.slice(kind.length + 1));
  const rows = await database.query(tenantId, NAMES, [tenantId, idsOf("user"), idsOf("key"), idsOf("contact")]);
  return rows.flatMap((row) => (typeof row["name"] === "string" ? [{ actor: String(row["actor"]), name: row["name"] }] : []));
}
