import { AppError } from "../../../lib/app-error.ts";
import { systemFault } from "../../tools.errors.ts";
import type { SqlDialect } from "./sql-query.ts";
import type { SqlSession } from "./sql-system.ts";

/** What the operator makes once in a business database, so that tools with `idempotency: key` have one effect a call. */
const ONCE_TABLE = "create table baton_calls (call_id varchar(255) primary key, tool varchar(63) not null, output text, made_at timestamp not null default current_timestamp)";

/**
 * Does `work` once per key, in the transaction of its effect: a second call, at the same time or after a crash, is given the
 * output of the first one.
 *
 * Throws `tools.system_fault` with the statement that makes the table, when it is not there; what `work` throws.
 */
export async function performOnce(session: SqlSession, { dialect, table, key, tool }: { dialect: SqlDialect; table: string; key: string; tool: string }, work: () => Promise<unknown>): Promise<unknown> {
  const [first, second] = dialect === "postgresql" ? ["$1", "$2"] : ["?", "?"];
  const run = (text: string, values: readonly unknown[]) => session.run({ text, values }, { isReading: false, maxRows: 1 });
  const isFirst = await isNew(() => run(`insert into ${table} (call_id, tool) values (${first}, ${second})${dialect === "postgresql" ? " on conflict (call_id) do nothing" : ""}`, [key, tool]), table);
  if (!isFirst) {
    const { rows } = await run(`select output from ${table} where call_id = ${first}`, [key]);
    const output: unknown = rows[0]?.["output"];
    return typeof output === "string" ? JSON.parse(output) : null;
  }
  const output = await work();
  await run(`update ${table} set output = ${first} where call_id = ${second}`, [JSON.stringify(output ?? null), key]);
  return output;
}

async function isNew(insert: () => Promise<{ changed: number }>, table: string): Promise<boolean> {
  try {
    return (await insert()).changed > 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.details["sql"] === "unique") return false;
    if (/42P01|ER_NO_SUCH_TABLE/.test(error.message)) throw systemFault({ message: `The database has no table ${table}, in which calls are kept so that none has a second effect. Make it: ${ONCE_TABLE.replace("baton_calls", table)}` });
    throw error;
  }
}
