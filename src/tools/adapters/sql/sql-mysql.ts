import type { FieldPacket, PoolConnection, ResultSetHeader } from "mysql2";
import mysql from "mysql2";
import { AppError } from "../../../lib/app-error.ts";
import { isConnectionError } from "../../../storage/database.ts";
import { systemAway } from "../../tools.errors.ts";
import type { SqlDialect } from "./sql-query.ts";
import { readMysqlValue, toMysqlParameter } from "./sql-mysql-values.ts";
import { codeOf, columnNames, createByteCount, isAnswerTooLarge, sqlError, type SqlAnswer, type SqlSession, type SqlStatement, type SqlSystem } from "./sql-system.ts";

type Dialect = Exclude<SqlDialect, "postgresql">;

/** MariaDB and MySQL. See `SqlSystem`. */
export function openMysql(url: URL, options: { connections: number; connectMs: number; dialect: Dialect }): SqlSystem {
  const socketPath = url.searchParams.get("socket");
  const sslMode = url.searchParams.get("sslmode") ?? "disable";
  const pool = mysql.createPool({
    ...(socketPath === null ? { host: url.hostname, port: url.port === "" ? 3_306 : Number(url.port) } : { socketPath }),
    user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), database: decodeURIComponent(url.pathname.slice(1)),
    ...(sslMode === "disable" ? {} : { ssl: { rejectUnauthorized: sslMode !== "no-verify" } }),
    connectionLimit: options.connections, maxIdle: options.connections, idleTimeout: 30_000, connectTimeout: options.connectMs, queueLimit: 100,
    charset: "utf8mb4", timezone: "Z", dateStrings: true, supportBigNumbers: true, multipleStatements: false, flags: ["-LOCAL_FILES"],
  });
  const toError = (error: unknown) => toAppError(options.dialect, error);
  return {
    async transaction({ isReadOnly, timeoutMs, maxBytes, signal }, work) {
      const connection = await new Promise<PoolConnection>((resolve, reject) => pool.getConnection((error, opened) => (error === null ? resolve(opened) : reject(toError(error)))));
      let isReleased = false;
      const release = (isBroken: boolean) => {
        if (!isReleased) connection[isBroken ? "destroy" : "release"]();
        isReleased = true;
      };
      const givenUp = Promise.withResolvers<never>();
      // A transaction whose connection is gone is rolled back. The driver tells a statement under way nothing of it.
      const onAbort = () => {
        release(true);
        givenUp.reject(systemAway({ message: "The call was given up." }));
      };
      signal.addEventListener("abort", onAbort, { once: true });
      const attempt = async () => {
        await say(connection, settings(options.dialect, timeoutMs));
        await say(connection, `start transaction ${isReadOnly ? "read only" : "read write"}`);
        const outcome = await work(sessionOn(connection, maxBytes, toError));
        await say(connection, "commit");
        release(false);
        return outcome;
      };
      try {
        if (signal.aborted) onAbort();
        return await Promise.race([givenUp.promise, attempt()]);
      } catch (error) {
        if (isAnswerTooLarge(error)) release(true);
        if (!isReleased) await say(connection, "rollback").then(() => release(false), () => release(true));
        throw toError(error);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    close: () => new Promise((resolve) => pool.end(() => resolve())),
  };
}

/** Texts are read as `readQuery` reads them, times are in UTC, and nothing waits longer than the call. */
function settings(dialect: Dialect, timeoutMs: number): string {
  const limit = dialect === "mariadb" ? `max_statement_time = ${timeoutMs / 1_000}` : `max_execution_time = ${Math.trunc(timeoutMs)}`;
  return `set session sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', session time_zone = '+00:00', session innodb_lock_wait_timeout = ${Math.max(1, Math.ceil(timeoutMs / 1_000))}, session sql_select_limit = default, session ${limit}`;
}

function say(connection: PoolConnection, text: string): Promise<void> {
  return new Promise((resolve, reject) => void connection.query(text, (error) => (error === null ? resolve() : reject(error))));
}

function sessionOn(connection: PoolConnection, maxBytes: number, toError: (error: unknown) => AppError): SqlSession {
  const count = createByteCount(maxBytes);
  return {
    async run(statement, { isReading, maxRows }) {
      try {
        // The server itself stops at one row more than wanted.
        if (isReading) await say(connection, `set session sql_select_limit = ${maxRows + 1}`);
        return toAnswer(await stream(connection, statement, count, maxRows), maxRows);
      } catch (error) {
        throw toError(error);
      }
    },
  };
}

type Streamed = { rows: unknown[][]; fields: FieldPacket[]; seen: number; changed: number };

/** The rows one by one, so that an answer that is too large is given up before it is kept. */
function stream(connection: PoolConnection, { text, values }: SqlStatement, count: (values: readonly unknown[]) => void, maxRows: number): Promise<Streamed> {
  return new Promise((resolve, reject) => {
    const rows: unknown[][] = [];
    let fields: FieldPacket[] = [];
    let changed = 0;
    let seen = 0;
    const query = connection.execute({ sql: text, values: values.map(toMysqlParameter), rowsAsArray: true });
    query.on("fields", (given: FieldPacket[] | undefined) => (fields = given ?? []));
    query.on("result", (row: unknown) => {
      if (!Array.isArray(row)) {
        if (isHeader(row)) changed = row.affectedRows;
        return;
      }
      seen += 1;
      try {
        count(row);
        if (seen <= maxRows) rows.push(row);
      } catch (error) {
        reject(error);
      }
    });
    query.on("error", reject);
    query.on("end", () => {
      resolve({ rows, fields, seen, changed: fields.length > 0 ? seen : changed });
    });
  });
}

function toAnswer({ rows, fields, seen, changed }: Streamed, maxRows: number): SqlAnswer {
  const names = columnNames(fields);
  return { rows: rows.map((row) => Object.fromEntries(names.map((name, index) => [name, readMysqlValue(row[index], fields[index])]))), isCut: seen > maxRows, changed };
}

function isHeader(value: unknown): value is ResultSetHeader {
  return typeof value === "object" && value !== null && "affectedRows" in value && typeof value.affectedRows === "number";
}

const AWAY = new Set(["PROTOCOL_CONNECTION_LOST", "ER_LOCK_WAIT_TIMEOUT", "ER_LOCK_DEADLOCK", "ER_STATEMENT_TIMEOUT", "ER_QUERY_TIMEOUT", "ER_QUERY_INTERRUPTED", "ER_CON_COUNT_ERROR", "ER_SERVER_SHUTDOWN", "ER_OUT_OF_RESOURCES", "ER_NEW_ABORTING_CONNECTION", "ER_CONNECTION_KILLED"]);
/** These name what stands in the query, none of its values. */
const TOLD = new Set(["ER_PARSE_ERROR", "ER_BAD_FIELD_ERROR", "ER_NO_SUCH_TABLE", "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION", "ER_SP_DOES_NOT_EXIST", "ER_NON_UNIQ_ERROR"]);

function toAppError(dialect: Dialect, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const message = error instanceof Error && "sqlMessage" in error && typeof error.sqlMessage === "string" ? error.sqlMessage : null;
  if (code === "ER_DUP_ENTRY") return sqlError(dialect, { kind: "unique", code });
  if (code === "ER_SIGNAL_EXCEPTION") return sqlError(dialect, { kind: "raised", code, ...(message === null ? {} : { message }) });
  if (AWAY.has(code) || message === null || isConnectionError(error)) return sqlError(dialect, { kind: "away", code: code === "unknown" ? "no connection" : code });
  return sqlError(dialect, { kind: "fault", code, ...(TOLD.has(code) ? { message } : {}) });
}
