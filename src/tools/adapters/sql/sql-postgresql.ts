import pg from "pg";
import { AppError } from "../../../lib/app-error.ts";
import type { Log } from "../../../lib/log.ts";
import type { SqlRow } from "../../../storage/sql-client.ts";
import { hearLosses, isConnectionError } from "../../../storage/database.ts";
import { systemAway } from "../../tools.errors.ts";
import { postgresqlTypes } from "./sql-postgresql-values.ts";
import { codeOf, columnNames, createByteCount, isAnswerTooLarge, sqlError, type SqlAnswer, type SqlSession, type SqlStatement, type SqlSystem } from "./sql-system.ts";

/** What every transaction says first. Texts are read as `readQuery` reads them, and values come as `postgresqlTypes` expects them. */
const SETTINGS = "set local standard_conforming_strings = on; set local datestyle = 'ISO'; set local intervalstyle = 'iso_8601'; set local timezone = 'UTC'; set local bytea_output = 'hex'";

/** PostgreSQL, and what speaks its protocol. See `SqlSystem`. */
export function openPostgresql(url: URL, options: { connections: number; connectMs: number; log: Log }): SqlSystem {
  const pool = new pg.Pool({ connectionString: url.href, max: options.connections, connectionTimeoutMillis: options.connectMs, idleTimeoutMillis: 30_000, application_name: "baton" });
  hearLosses(pool, options.log);
  return {
    async transaction({ isReadOnly, timeoutMs, maxBytes, signal }, work) {
      const client = await pool.connect().catch((error: unknown) => {
        throw toAppError(error);
      });
      let isReleased = false;
      const release = (isBroken: boolean) => {
        if (!isReleased) client.release(isBroken);
        isReleased = true;
      };
      // The database ends the statement by its own time limit; a transaction whose connection is gone is rolled back.
      const onAbort = () => release(true);
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        if (signal.aborted) throw systemAway({ message: "The call was given up." });
        await client.query(`begin transaction ${isReadOnly ? "read only" : "read write"}; set local statement_timeout = ${Math.max(1, Math.trunc(timeoutMs))}; ${SETTINGS}`);
        const outcome = await work(sessionOn(client, maxBytes));
        await client.query("commit");
        release(false);
        return outcome;
      } catch (error) {
        if (isAnswerTooLarge(error)) release(true);
        if (!isReleased) await client.query("rollback").then(() => release(false), () => release(true));
        throw toAppError(error);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    close: () => pool.end(),
  };
}

function sessionOn(client: pg.PoolClient, maxBytes: number): SqlSession {
  const count = createByteCount(maxBytes);
  return {
    async run({ text, values }, { isReading, maxRows }) {
      try {
        if (!isReading) return toAnswer(await stream(client, { text, values }, count), maxRows);
        // A cursor, so that the database stops at the rows we want and keeps the query's own order.
        await client.query(prepared({ text: `declare baton_rows no scroll cursor for ${text}`, values }));
        const answer = toAnswer(await stream(client, { text: `fetch ${maxRows + 1} from baton_rows`, values: [] }, count), maxRows);
        await client.query("close baton_rows");
        return answer;
      } catch (error) {
        throw toAppError(error);
      }
    },
  };
}

/** Prepared even without values: the database then takes one statement only. */
function prepared({ text, values }: SqlStatement) {
  return { text, values: values.map(toParameter), rowMode: "array" as const, types: postgresqlTypes, queryMode: "extended" as const };
}

/** An object is JSON; a list stays one, as `= any(:ids)` takes it. */
function toParameter(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? JSON.stringify(value) : value;
}

type Streamed = { rows: unknown[][]; fields: { name: string }[]; changed: number };

/** The rows one by one, so that an answer that is too large is given up before it is kept. */
function stream(client: pg.PoolClient, statement: SqlStatement, count: (values: readonly unknown[]) => void): Promise<Streamed> {
  return new Promise((resolve, reject) => {
    const rows: unknown[][] = [];
    const query = new pg.Query(prepared(statement));
    query.on("row", (row: unknown) => {
      if (!Array.isArray(row)) return;
      try {
        count(row);
        rows.push(row);
      } catch (error) {
        reject(error);
      }
    });
    query.on("error", reject);
    query.on("end", (result: pg.QueryArrayResult) => resolve({ rows, fields: result.fields, changed: result.rowCount ?? 0 }));
    client.query(query);
  });
}

function toAnswer({ rows, fields, changed }: Streamed, maxRows: number): SqlAnswer {
  const names = columnNames(fields);
  return { rows: rows.slice(0, maxRows).map((row): SqlRow => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]))), isCut: rows.length > maxRows, changed };
}

/** By SQLSTATE: https://www.postgresql.org/docs/18/errcodes-appendix.html. Messages of class 42 name what stands in the query, none of its values. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (!(error instanceof pg.DatabaseError)) return sqlError("postgresql", { kind: isConnectionError(error) || code === "unknown" ? "away" : "fault", code: code === "unknown" ? "no connection" : code });
  if (/^(08|40|53|57|58|55P03)/.test(code)) return sqlError("postgresql", { kind: "away", code });
  if (code === "23505") return sqlError("postgresql", { kind: "unique", code, ...(error.constraint === undefined ? {} : { message: error.constraint }) });
  if (code === "P0001") return sqlError("postgresql", { kind: "raised", code, message: error.message });
  if (/^(42|0A|25006)/.test(code)) return sqlError("postgresql", { kind: "fault", code, message: error.message });
  return sqlError("postgresql", { kind: "fault", code, ...(error.constraint === undefined ? {} : { message: error.constraint }) });
}
