import { AppError } from "../../lib/app-error.ts";
import { argumentShape } from "../declared/argument-shape.ts";
import { needsOf } from "../declared/tool-needs.ts";
import { makeTool } from "../declared/make-tool.ts";
import type { ToolSource } from "../declared/tool-source.ts";
import type { ToolContext } from "../tool.ts";
import { declarationInvalid, systemFault } from "../tools.errors.ts";
import { createSqlConnection, type SqlConnection } from "./sql/sql-connection.ts";
import { keyField, sqlDeclaration, type SqlDeclaration, type SqlTool } from "./sql/sql-declaration.ts";
import { performOnce } from "./sql/sql-once.store.ts";
import { readQuery, type SqlDialect } from "./sql/sql-query.ts";
import { outputShape, shapeRow, valueOf } from "./sql/sql-shapes.ts";
import type { SqlAnswer, SqlSession } from "./sql/sql-system.ts";

/** Queries on PostgreSQL, MariaDB and MySQL as tools. */
export const sqlSource: ToolSource<SqlDeclaration> = {
  kind: "sql",
  declaration: sqlDeclaration,
  open(declared, place, { secrets, log }) {
    const { database: dialect, connections, idempotencyTable: table } = declared;
    const connection = createSqlConnection({ dialect, secret: declared.connection, tenantId: place.tenantId, connections, secrets, log });
    const tools = declared.tools.map((tool, index) => {
      const statements = { query: statementOf(tool.query, dialect), repeat: tool.repeat === undefined ? null : statementOf(tool.repeat, dialect) };
      if (statements.query === null) throw declarationInvalid({ message: `${place.at(["tools", index, "query"])}: This is not one statement.` });
      const call = createCall({ connection, dialect, table, tool, query: statements.query, repeat: statements.repeat });
      return makeTool(tool, { system: declared.connection, input: argumentShape(tool), output: outputShape(tool), call }, ["tools", index]);
    });
    return Promise.resolve({ tools, needs: needsOf({ secrets: [declared.connection] }), [Symbol.asyncDispose]: () => connection.close() });
  },
};

type Statement = { text: string; names: readonly string[] };
type Parts = { connection: SqlConnection; dialect: SqlDialect; table: string; tool: SqlTool; query: Statement; repeat: Statement | null };
type Answer = { output: unknown } | { refused: string } | null;

function statementOf(text: string, dialect: SqlDialect): Statement | null {
  const read = readQuery(text, dialect);
  return read.kind === "read" ? read : null;
}

function createCall({ connection, dialect, table, tool, query, repeat }: Parts) {
  const key = keyField(tool);
  return async (input: Readonly<Record<string, unknown>>, { idempotencyKey, signal }: ToolContext): Promise<Answer> => {
    const system = await connection.system();
    const bind = ({ text, names }: Statement) => ({ text, values: names.map((name) => (name === key ? idempotencyKey : valueOf(tool.input[name], input[name]))) });
    const limits = { timeoutMs: tool.timeoutMs, maxBytes: 2 * tool.maxOutputBytes + 65_536, signal };
    const maxRows = tool.rows === "one" ? 1 : tool.maxRows;
    const read = (statement: Statement) => system.transaction({ ...limits, isReadOnly: true }, (session) => session.run(bind(statement), { isReading: true, maxRows }));
    const write = async (session: SqlSession) => toWritten(tool, await session.run(bind(query), { isReading: false, maxRows }), maxRows);
    if (!tool.writes) return toAnswer(toOutput(tool, await read(query)));
    try {
      return toAnswer(await system.transaction({ ...limits, isReadOnly: false }, (session) => (tool.idempotency === "key" ? performOnce(session, { dialect, table, key: idempotencyKey, tool: tool.name }, () => write(session)) : write(session))));
    } catch (error) {
      const kind = error instanceof AppError ? error.details["sql"] : undefined;
      const words = error instanceof AppError ? error.details["say"] : undefined;
      if (kind === "raised" && typeof words === "string") return { refused: words };
      // Nothing under this key: it was another unique key of the table.
      const made = kind === "unique" && repeat !== null ? await read(repeat) : null;
      if (made === null || made.rows.length === 0) throw error;
      return toAnswer(toOutput(tool, made));
    }
  };
}

function toAnswer(output: unknown): Answer {
  return output === null ? null : { output };
}

/** Null: there is no such record. Throws `tools.system_fault`. */
function toOutput(tool: SqlTool, { rows, isCut, changed }: SqlAnswer): unknown {
  if (tool.rows === "changed") return changed === 0 ? null : { changed };
  const shaped = rows.map((row) => shapeRow(row, tool.output));
  if (tool.rows === "many") return { rows: shaped, isCut, note: isCut ? `There are more than ${tool.maxRows} rows; only the first ${tool.maxRows} are given. Ask for something narrower.` : null };
  if (isCut) throw systemFault({ message: `The query of "${tool.name}" gave more than one row. Say rows: many, or make it find one.` });
  return shaped[0] ?? null;
}

/** Rolls back what changes more than it may. */
function toWritten(tool: SqlTool, answer: SqlAnswer, maxRows: number): unknown {
  if (answer.isCut || answer.changed > maxRows) throw systemFault({ message: `"${tool.name}" would have changed more than ${maxRows} ${maxRows === 1 ? "row" : "rows"}, and was rolled back.` });
  return toOutput(tool, answer);
}
