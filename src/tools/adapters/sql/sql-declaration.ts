import { z } from "zod";
import { jsonSchema } from "../../declared/argument-shape.ts";
import { secretReference } from "../../declared/secret-reference.ts";
import { toolRules } from "../../declared/tool-rules.ts";
import { readQuery, SQL_DIALECTS, type SqlDialect } from "./sql-query.ts";

const columnName = z.string().regex(/^[A-Za-z_]\w*$/, "a name such as order_number");

const sqlTool = z.strictObject({
  ...toolRules.shape,
  input: z.record(columnName, jsonSchema).default({}).describe("Each parameter of the query with its JSON Schema: `order_number: { type: integer }`. One with a `default`, or whose type may be null, need not be given."),
  query: z.string().min(1).max(20_000).describe("One statement; values by name, `:order_number`."),
  rows: z.enum(["one", "many", "changed"]).describe("`one`: the row, or not found; `many`: a list; `changed`: how many rows a statement without an answer has changed, none being not found."),
  output: z.record(z.string().min(1), jsonSchema).optional().describe("Each column with its JSON Schema. Without it columns may hold anything."),
  maxRows: z.number().int().min(1).max(10_000).default(100).describe("Rows of an answer; a statement that changes more is rolled back."),
  writes: z.boolean().default(false).describe("Without it the transaction is read-only in the database itself."),
  repeat: z.string().min(1).max(20_000).optional().describe("With `idempotency: { field: name }`: the query that reads what the first call made, by the key: `select ... where call_key = :name`."),
});
export type SqlTool = z.output<typeof sqlTool>;

/** `tools/*.yaml` of kind sql: one database, and the tools on it. */
export const sqlDeclaration = z
  .strictObject({
    kind: z.literal("sql"),
    database: z.enum(SQL_DIALECTS).describe("What it speaks: postgresql, mariadb or mysql."),
    connection: secretReference.describe("The secret that holds the database's URL, `${secret:shop_database}`."),
    connections: z.number().int().min(1).max(50).default(4).describe("Connections that this process keeps at most."),
    idempotencyTable: z.string().regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/, "a table's name").default("baton_calls").describe("Where tools with `idempotency: key` write down their calls."),
    tools: z.array(sqlTool).min(1),
  })
  .superRefine(({ database, tools }, context) => {
    for (const [index, tool] of tools.entries()) {
      for (const { path, message } of faultsOf(tool, database)) context.addIssue({ code: "custom", path: ["tools", index, ...path], message });
    }
  });
export type SqlDeclaration = z.output<typeof sqlDeclaration>;

type Fault = { path: string[]; message: string };

const READING = new Set(["select", "with", "values", "table"]);
const WRITING = new Set(["insert", "update", "delete", "merge", "replace", "with", "select"]);

function faultsOf(tool: SqlTool, dialect: SqlDialect): Fault[] {
  const faults: Fault[] = [];
  const say = (path: string, message: string) => faults.push({ path: [path], message });
  const known = new Set([...Object.keys(tool.input), ...Object.keys(tool.bind)]);
  const key = keyField(tool);
  if (key !== null && known.has(key)) say("idempotency", `"${key}" is set by Baton: take it out of input and bind.`);
  const used = new Set<string>();
  for (const [member, text] of [["query", tool.query], ["repeat", tool.repeat]] as const) {
    if (text === undefined) continue;
    const query = readQuery(text, dialect);
    if (query.kind === "faulty") {
      say(member, query.fault);
      continue;
    }
    const allowed = member === "query" && tool.writes ? WRITING : READING;
    if (!allowed.has(query.verb)) say(member, `A query that ${allowed === READING ? "reads" : "writes"} begins with ${[...allowed].join(", ")}, not with "${query.verb}".${allowed === READING && WRITING.has(query.verb) ? " One that changes something says writes: true." : ""}`);
    for (const name of query.names) {
      used.add(name);
      if (name !== key && !known.has(name)) say(member, `The query takes :${name}, which is not in input.`);
    }
  }
  for (const name of known) if (used.size > 0 && !used.has(name)) say(Object.hasOwn(tool.input, name) ? "input" : "bind", `"${name}" is not used by the query.`);
  if (key !== null && used.size > 0 && !used.has(key)) say("query", `The query does not use :${key}, which holds the call's key.`);
  return [...faults, ...ruleFaults(tool, key)];
}

function ruleFaults(tool: SqlTool, key: string | null): Fault[] {
  const faults: Fault[] = [];
  const say = (path: string, message: string) => faults.push({ path: [path], message });
  const { idempotency } = tool;
  if (tool.writes && tool.risk === "read") say("risk", "A tool that writes has another risk than read: write, money or irreversible.");
  if (!tool.writes && tool.rows === "changed") say("rows", "Only a tool that writes answers with how many rows were changed.");
  if (tool.rows === "changed" && tool.output !== undefined) say("output", "With rows: changed the output is { changed }; leave this out.");
  if (typeof idempotency === "object" && "header" in idempotency) say("idempotency", "A database has no headers: use key, natural, none, or { field: name }.");
  if (!tool.writes && idempotency !== undefined && idempotency !== "natural") say("idempotency", "A tool that only reads needs none: leave this out.");
  if (key !== null && tool.repeat === undefined) say("idempotency", "Say by `repeat:` which query reads what the first call made.");
  if (key === null && tool.repeat !== undefined) say("repeat", "This belongs to idempotency: { field: name }.");
  return faults;
}

/** The parameter that holds the call's key; null when the declaration names none. */
export function keyField({ idempotency }: Pick<SqlTool, "idempotency">): string | null {
  return typeof idempotency === "object" && "field" in idempotency ? idempotency.field : null;
}
