import type { TransactionQuery } from "../../storage/database.ts";
import { REMEMBERED_MS } from "./webhook.ts";

const REMEMBER = `with over as (
    delete from webhook_digest where (tenant_id, system, digest) in (
      select tenant_id, system, digest from webhook_digest where tenant_id = $1 and taken_at < $5 order by taken_at limit 20 for update skip locked))
  insert into webhook_digest (tenant_id, system, digest, taken_at) values ($1, $2, $3, $4) on conflict do nothing returning digest`;

/**
 * Remembers a webhook by the digest of what was signed, in the transaction of what it sets off. Each new one forgets up to twenty that
 * are older than `REMEMBERED_MS`, so that the table needs no other cleaning. False: it was taken before, by any process.
 */
export async function rememberWebhook(query: TransactionQuery, tenantId: string, webhook: { system: string; digest: string; at: Date }): Promise<boolean> {
  return (await query(REMEMBER, [tenantId, webhook.system, webhook.digest, webhook.at, new Date(webhook.at.getTime() - REMEMBERED_MS)])).length > 0;
}
