import { z } from "zod";
import { sha256 } from "../lib/sha256.ts";
import type { Database } from "../storage/database.ts";
import type { PolicyDecision, PolicyRequest } from "./policy.ts";

export type SeenRequest = { request: PolicyRequest; decision: PolicyDecision; policyHash: string; times: number };
/** As it was decided the last time. */
export type RecordedRequest = { request: PolicyRequest; effect: PolicyDecision["effect"]; rules: string[]; seen: number; lastAt: string };

const ref = z.object({ type: z.string(), id: z.string() });
const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.strictObject({ entity: ref })]);
const entity = ref.extend({ attributes: z.record(z.string(), value).exactOptional(), parents: z.array(ref).exactOptional() });
export const policyRequest: z.ZodType<PolicyRequest> = z.object({ principal: entity, action: z.string(), resource: entity, context: z.record(z.string(), z.unknown()) });
const row = z.object({ request: policyRequest, effect: z.enum(["allow", "approve", "deny"]), rules: z.array(z.string()), seen: z.number(), last_at: z.string() });

const SAVE = {
  name: "policy_request_save",
  text: `insert into policy_request (tenant_id, id, request, effect, rules, policy_hash, seen, first_at, last_at)
    select $1, item->>'id', item->'request', item->>'effect', array(select jsonb_array_elements_text(item->'rules')), item->>'policyHash', (item->>'times')::bigint, $3, $3 from jsonb_array_elements($2::jsonb) as item
    on conflict (tenant_id, id) do update set effect = excluded.effect, rules = excluded.rules, policy_hash = excluded.policy_hash, seen = policy_request.seen + excluded.seen, last_at = excluded.last_at`,
};

/** Each different request once; one that is known is counted. */
export async function saveRequests(database: Database, tenantId: string, seen: readonly SeenRequest[], at: Date): Promise<void> {
  // In one order, so that two processes never wait for each other.
  const items = seen.map(({ request, decision, policyHash, times }) => ({ id: sha256(JSON.stringify(request)), request, effect: decision.effect, rules: decision.rules, policyHash, times })).sort((left, right) => (left.id < right.id ? -1 : 1));
  await database.query(tenantId, SAVE, [tenantId, JSON.stringify(items), at]);
}

const PRUNE = {
  name: "policy_request_prune",
  text: "delete from policy_request where tenant_id = $1 and (last_at < $2 or last_at < (select last_at from policy_request where tenant_id = $1 order by last_at desc offset $3 limit 1))",
};

/** Removes what was not seen since `before`, and the oldest above `keep`. */
export async function pruneRequests(database: Database, tenantId: string, limits: { before: Date; keep: number }): Promise<void> {
  await database.query(tenantId, PRUNE, [tenantId, limits.before, limits.keep]);
}

const LIST = { name: "policy_request_list", text: "select request, effect, rules, seen, last_at from policy_request where tenant_id = $1 order by last_at desc, id limit $2" };

/** The most recent first. */
export async function listRequests(database: Database, tenantId: string, limit: number): Promise<RecordedRequest[]> {
  const rows = await database.query(tenantId, LIST, [tenantId, limit]);
  return rows.map((each) => {
    const { last_at: lastAt, ...rest } = row.parse(each);
    return { ...rest, lastAt };
  });
}
