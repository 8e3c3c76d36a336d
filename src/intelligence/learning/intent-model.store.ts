import { z } from "zod";
import { intentReport, type IntentReport } from "../../shapes/understanding.ts";
import type { Database } from "../../storage/database.ts";

/** Models kept of a tenant: what runs, what an undone training goes back to, and those of other versions of the workspace. */
const KEPT = 12;

const row = z.object({ model: z.instanceof(Uint8Array) });
const MODEL = { name: "intent_model", text: "select model from intent_model where tenant_id = $1 and hash = $2" };
const REPORT = { name: "intent_report", text: "select report from intent_model where tenant_id = $1 and hash = $2 and report is not null" };
const PUT_REPORT = { name: "intent_report_put", text: "update intent_model set report = $3 where tenant_id = $1 and hash = $2" };

export async function readModel(database: Database, tenantId: string, hash: string): Promise<Uint8Array | null> {
  const [found] = await database.query(tenantId, MODEL, [tenantId, hash]);
  return found === undefined ? null : row.parse(found).model;
}

/** Another process may have stored the same already. The oldest of many go. */
export async function putModel(database: Database, tenantId: string, hash: string, model: Uint8Array, at: Date): Promise<void> {
  await database.transaction(tenantId, async (query) => {
    await query("insert into intent_model (tenant_id, hash, model, made_at) values ($1, $2, $3, $4) on conflict (tenant_id, hash) do nothing", [tenantId, hash, Buffer.from(model), at]);
    await query("delete from intent_model where tenant_id = $1 and hash not in (select hash from intent_model where tenant_id = $1 order by made_at desc limit $2)", [tenantId, KEPT]);
  });
}

export async function readReport(database: Database, tenantId: string, hash: string): Promise<IntentReport | null> {
  const [found] = await database.query(tenantId, REPORT, [tenantId, hash]);
  return found === undefined ? null : intentReport.parse(found["report"]);
}

export async function putReport(database: Database, tenantId: string, hash: string, report: IntentReport): Promise<void> {
  await database.query(tenantId, PUT_REPORT, [tenantId, hash, JSON.stringify(report)]);
}
