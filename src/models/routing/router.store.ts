import { z } from "zod";
import { routerReport, type RouterReport } from "../../shapes/routing.ts";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";

/** A trained router. `trainedOn`: hash of the grades, models and floor. `at` ISO 8601. */
export type RouterVersion = { number: number; cases: number; trainedOn: string; by: string; at: string; report: RouterReport };

const row = z.object({ number: z.coerce.number(), cases: z.number(), trained_on: z.string(), report: routerReport, made_by: z.string(), made_at: z.coerce.date().transform((at) => at.toISOString()) });
const bytes = z.object({ model: z.instanceof(Uint8Array) });
const version = z.object({ version: z.coerce.number().nullable() });

const FIELDS = "number, cases, trained_on, report, made_by, made_at";
const LIST = { name: "model_routers", text: `select ${FIELDS} from model_router where tenant_id = $1 order by number desc limit 50` };
const ONE = { name: "model_router", text: `select ${FIELDS} from model_router where tenant_id = $1 and number = $2` };
const BYTES = { name: "model_router_bytes", text: "select model from model_router where tenant_id = $1 and number = $2" };
const ACTIVE = { name: "model_router_active", text: "select version from model_router_use where tenant_id = $1 order by number desc limit 1" };

/** Newest first, 50 at most. */
export async function listRouters(database: Database, tenantId: string): Promise<RouterVersion[]> {
  return (await database.query(tenantId, LIST, [tenantId])).map(toVersion);
}

export async function readRouter(database: Database, tenantId: string, number: number): Promise<RouterVersion | null> {
  const [found] = await database.query(tenantId, ONE, [tenantId, number]);
  return found === undefined ? null : toVersion(found);
}

export async function readRouterBytes(database: Database, tenantId: string, number: number): Promise<Uint8Array | null> {
  const [found] = await database.query(tenantId, BYTES, [tenantId, number]);
  return found === undefined ? null : bytes.parse(found).model;
}

/** The router in use; null: none. */
export async function readActiveRouter(database: Database, tenantId: string): Promise<number | null> {
  const [found] = await database.query(tenantId, ACTIVE, [tenantId]);
  return found === undefined ? null : version.parse(found).version;
}

/** One training or change of use at a time, until the transaction ends. */
export async function lockRouters(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended($1, 23))", [tenantId]);
}

/** Returns its number. */
export async function insertRouter(query: TransactionQuery, tenantId: string, made: Omit<RouterVersion, "number" | "at"> & { model: Uint8Array }, at: Date): Promise<number> {
  const [found] = await query(
    `insert into model_router (tenant_id, number, cases, trained_on, report, model, made_by, made_at)
     select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7 from model_router where tenant_id = $1 returning number`,
    [tenantId, made.cases, made.trainedOn, JSON.stringify(made.report), Buffer.from(made.model), made.by, at],
  );
  return Number(found?.["number"]);
}

/** False when there is no such router. */
export async function hasRouter(query: TransactionQuery, tenantId: string, number: number): Promise<boolean> {
  return (await query("select 1 from model_router where tenant_id = $1 and number = $2", [tenantId, number])).length > 0;
}

export async function readActiveLocked(query: TransactionQuery, tenantId: string): Promise<number | null> {
  const [found] = await query("select version from model_router_use where tenant_id = $1 order by number desc limit 1", [tenantId]);
  return found === undefined ? null : version.parse(found).version;
}

/** The newest router before this one that was ever in use; null: none. */
export async function readUsedBefore(query: TransactionQuery, tenantId: string, number: number): Promise<number | null> {
  const [found] = await query("select max(version) as version from model_router_use where tenant_id = $1 and version < $2", [tenantId, number]);
  return found === undefined ? null : version.parse(found).version;
}

export async function insertUse(query: TransactionQuery, tenantId: string, used: { version: number | null; by: string }, at: Date): Promise<void> {
  await query("insert into model_router_use (tenant_id, number, version, made_by, made_at) select $1, coalesce(max(number), 0) + 1, $2, $3, $4 from model_router_use where tenant_id = $1", [tenantId, used.version, used.by, at]);
}

function toVersion(given: Row): RouterVersion {
  const { number, cases, trained_on: trainedOn, report, made_by: by, made_at: at } = row.parse(given);
  return { number, cases, trainedOn, by, at, report };
}
