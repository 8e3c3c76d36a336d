import { z } from "zod";
import type { SqlClient, ToolContext, ToolResult } from "baton/tools";
import { factsOf, findOwnOrder, lockOwnOrder, type OwnOrder } from "./order.store.ts";
import { sayOrderNotFound } from "./wording.ts";

const facts = z.record(z.string(), z.union([z.string(), z.number()]));

const storedEffect = z.object({
  tool: z.string(),
  orderNumber: z.number().int(),
  result: z.object({ output: z.unknown(), say: z.string(), evidence: z.string().optional(), facts }),
});

type StoredEffect = z.output<typeof storedEffect>;

async function findEffect(sql: SqlClient, idempotencyKey: string): Promise<StoredEffect | null> {
  const [row] = await sql.query(`select tool, order_number as "orderNumber", result from shop.effects where idempotency_key = $1`, [idempotencyKey]);
  return row === undefined ? null : storedEffect.parse(row);
}

/**
 * What policies may ask about the order. Null: the contact has no such order.
 *
 * Replay: for a key whose effect has happened, the facts it was decided on, so that a call repeated after a crash is
 * decided the same way and not refused because of its own effect.
 */
export async function readFacts(context: ToolContext, orderNumber: number): Promise<Record<string, string | number> | null> {
  const order = await findOwnOrder(context.sql, context.contact, orderNumber);
  if (order === null) return null;
  const effect = await findEffect(context.sql, context.idempotencyKey);
  return effect?.orderNumber === orderNumber ? effect.result.facts : factsOf(order);
}

/**
 * Changes one order of the contact, once per idempotency key.
 *
 * One transaction: the order's row is locked, so calls about one order follow each other; a result stored under the key is
 * handed back as it was; otherwise `work` checks the order as it is now and changes it, and its result is stored with the
 * change. Refusals change nothing and are not stored.
 *
 * Errors: throws when the key was used for another tool or order.
 * Replay: the second call with a key returns the first call's result and changes nothing.
 */
export async function performOnce<Output extends z.ZodType>(
  context: ToolContext,
  call: { tool: string; orderNumber: number; output: Output },
  work: (client: SqlClient, order: OwnOrder) => Promise<ToolResult<z.output<Output>>>,
): Promise<ToolResult<z.output<Output>>> {
  return context.sql.transaction(async (client): Promise<ToolResult<z.output<Output>>> => {
    context.signal.throwIfAborted();
    const order = await lockOwnOrder(client, context.contact, call.orderNumber);
    if (order === null) return { kind: "not_found", say: sayOrderNotFound(call.orderNumber) };

    const stored = await findEffect(client, context.idempotencyKey);
    if (stored !== null) {
      if (stored.tool !== call.tool || stored.orderNumber !== call.orderNumber) throw new Error(`idempotency key already used by ${stored.tool}`);
      const { say, evidence } = stored.result;
      return { kind: "ok", output: call.output.parse(stored.result.output), say, ...(evidence === undefined ? {} : { evidence }) };
    }

    const result = await work(client, order);
    if (result.kind !== "ok") return result;
    const { output, say, evidence } = result;
    const inserted = await client.query(
      `insert into shop.effects (idempotency_key, tool, order_number, result) values ($1, $2, $3, $4::jsonb)
       on conflict do nothing returning idempotency_key`,
      [context.idempotencyKey, call.tool, call.orderNumber, JSON.stringify({ output, say, evidence, facts: factsOf(order) })],
    );
    // Only a key shared by two orders gets here; throwing rolls the change back.
    if (inserted.length === 0) throw new Error("idempotency key already used for another order");
    return result;
  });
}
