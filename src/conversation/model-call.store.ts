import { z } from "zod";
import type { SavedModelCall } from "../agents/agent.ts";
import { canonicalJson } from "../lib/canonical-json.ts";
import { sha256 } from "../lib/sha256.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { Database } from "../storage/database.ts";

const toolCall = z.object({ callId: z.string(), toolName: z.string(), arguments: z.unknown() });
const usage = z.object({ promptTokens: z.number(), completionTokens: z.number(), isEstimated: z.boolean() });
const message = z.union([
  z.object({ role: z.enum(["system", "user", "assistant"]), text: z.string() }),
  z.object({ role: z.literal("tool"), callId: z.string(), toolName: z.string(), text: z.string() }),
]);
const saved = z.object({
  modelId: z.string(), provider: z.string(), messages: z.array(message), text: z.string(), toolCalls: z.array(toolCall), finishReason: z.enum(["stop", "length", "tool_calls", "other", "failed"]),
  usage, costMicroUsd: z.number().nullable(), durationMs: z.number(),
});

/** Keeps a call, and records in the ledger what was asked and answered, as hashes of what is kept. `turnId`: of a turn, or of a run. */
export async function saveModelCall(database: Database, input: { tenantId: string; id: string; turnId: string; call: SavedModelCall; at: Date }): Promise<string> {
  const { tenantId, id, turnId, call, at } = input;
  const { modelId: model, provider, usage: { promptTokens, completionTokens } } = call;
  await database.transaction(tenantId, async (query) => {
    await query("insert into model_call (tenant_id, id, turn_id, model, record, created_at) values ($1, $2, $3, $4, $5, $6)", [tenantId, id, turnId, model, JSON.stringify(call), at]);
    const [of] = await query("select conversation_id, case_id from turn where tenant_id = $1 and id = $2 union all select conversation_id, case_id from workflow_run where tenant_id = $1 and id = $2 limit 1", [tenantId, turnId]);
    const text = (column: string) => (typeof of?.[column] === "string" ? of[column] : null);
    const body = { modelCallId: id, turnId, model, provider, promptSha256: sha256(canonicalJson(call.messages)), answerSha256: sha256(canonicalJson([call.text, call.toolCalls])), promptTokens, completionTokens, outcome: call.finishReason };
    await recordInLedger(query, tenantId, [{ kind: "model.asked", subjectId: text("conversation_id") ?? turnId, caseId: text("case_id"), actor: "ai:assistant", at, body }]);
  });
  return id;
}

/** What a replay reads instead of calling the model again. Throws when the record is gone: then the turn cannot go on. */
export async function loadModelCall(database: Database, tenantId: string, id: string): Promise<SavedModelCall> {
  const row = await database.of(tenantId).selectFrom("model_call").select("record").where("tenant_id", "=", tenantId).where("id", "=", id).executeTakeFirstOrThrow();
  return saved.parse(row.record);
}
