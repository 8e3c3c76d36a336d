import { AppError } from "../../../lib/app-error.ts";
import type { SqlRow } from "../../../storage/sql-client.ts";
import { systemAway, systemFault } from "../../tools.errors.ts";
import type { SqlDialect } from "./sql-query.ts";

export type SqlStatement = { text: string; values: readonly unknown[] };

/**
 * The rows as JSON has them, at most `maxRows`; `changed`: how many rows a statement that writes has touched.
 *
 * Values: whole numbers as numbers while they are exact, else as text; decimals as text, exact; dates `2026-01-31`; points in time
 * `2026-01-31T09:00:00Z`, without the Z when the column knows no zone; binary as base64; JSON as what it holds.
 */
export type SqlAnswer = { rows: SqlRow[]; isCut: boolean; changed: number };

/** `isReading`: the rows of a query, of which no more are fetched than asked for. */
export type SqlSession = { run(statement: SqlStatement, options: { isReading: boolean; maxRows: number }): Promise<SqlAnswer> };

/** `timeoutMs`: for each statement, held by the database itself where it can; `maxBytes`: of all rows, as they come. */
export type SqlTransaction = { isReadOnly: boolean; timeoutMs: number; maxBytes: number; signal: AbortSignal };

/**
 * A business database. Statements are prepared: one at a time, values apart from the text.
 *
 * Throws `tools.system_away` (no connection, time is up, locks) and `tools.system_fault`, whose `details.sql` is `unique` when a
 * unique key stood against it and `raised` when a function of the database refused it in its own words (`details.say`). Neither
 * holds a value or anything of the connection's address.
 */
export type SqlSystem = {
  /** Committed when `work` resolves, rolled back when it throws; read-only transactions are so in the database itself. */
  transaction<T>(options: SqlTransaction, work: (session: SqlSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** The names of columns, each once. Throws `tools.system_fault`. */
export function columnNames(fields: readonly { name: string }[]): string[] {
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw systemFault({ message: `Two columns of the query are called "${twice}": name them apart by "as".` });
  return names;
}

/** Counts what comes in; throws `tools.system_fault` beyond the limit, before more is kept. */
export function createByteCount(maxBytes: number): (values: readonly unknown[]) => void {
  let bytes = 0;
  return (values) => {
    for (const value of values) bytes += typeof value === "string" || Buffer.isBuffer(value) ? value.length : 8;
    if (bytes > maxBytes) throw systemFault({ message: "The system's answer is too large.", details: { sql: "large" } });
  };
}

/** Whether rows are still to come, so that the connection is of no further use. */
export function isAnswerTooLarge(error: unknown): boolean {
  return error instanceof AppError && error.details["sql"] === "large";
}

export type SqlFailure = { kind: "away" | "fault" | "unique" | "raised"; code: string; /** Without any value. */ message?: string };

/** The error for what a database said. Its own error is not kept as the cause: details and messages of databases hold values. */
export function sqlError(dialect: SqlDialect, { kind, code, message }: SqlFailure): AppError {
  const words = message === undefined ? "" : `: ${message}`;
  if (kind === "away") return systemAway({ message: `The database gave no answer (${code})${words}.` });
  if (kind === "unique") return systemFault({ message: `A unique key of the database stands against it (${code})${words}.`, details: { sql: "unique" } });
  if (kind === "raised") return systemFault({ message: `The database refused it (${code}).`, details: { sql: "raised", say: message ?? "" } });
  return systemFault({ message: `The ${dialect} database did not take the statement (${code})${words}.` });
}

/** A database's name for an error: `42703`, `ER_DUP_ENTRY`, `ECONNREFUSED`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code !== "" ? error.code : "unknown";
}
