export const SQL_DIALECTS = ["postgresql", "mariadb", "mysql"] as const;
export type SqlDialect = (typeof SQL_DIALECTS)[number];

/** `text` with the database's own places for values, `names` in their order; `verb` is the first word, in small letters. */
export type ReadQuery = { kind: "read"; text: string; names: string[]; verb: string } | { kind: "faulty"; fault: string };

type Rule = { kind: "skip" | "parameter" | "end" | "refused" | "word"; pattern: RegExp; fault?: string };

const PARAMETER: Rule = { kind: "parameter", pattern: /:([A-Za-z_]\w*)/y };
const COMMON: readonly Rule[] = [{ kind: "end", pattern: /;/y }, { kind: "word", pattern: /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y }];

const POSTGRESQL: readonly Rule[] = [
  { kind: "skip", pattern: /--[^\n]*|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|::|:=/y },
  { kind: "refused", pattern: /\$\d/y, fault: "Values are written by name, `:order_number`, not by number." },
  PARAMETER, ...COMMON,
];

const MYSQL: readonly Rule[] = [
  { kind: "refused", pattern: /\/\*M?!/y, fault: "A comment that begins with /*! is run by the server: leave it out." },
  { kind: "skip", pattern: /--(?=\s|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|:=/y },
  { kind: "refused", pattern: /\?/y, fault: "Values are written by name, `:order_number`, not by a question mark." },
  { kind: "refused", pattern: /into\s+(?:outfile|dumpfile)\b/iy, fault: "A query may not write files on the database's machine." },
  PARAMETER, ...COMMON,
];

/**
 * Reads one statement with named parameters, `:order_number`, as the database itself would: what stands in texts, quoted names
 * and comments is none. A value never becomes part of the text.
 *
 * Faults: more than one statement, something left open, places for values of another style. Replay: pure.
 */
export function readQuery(query: string, dialect: SqlDialect): ReadQuery {
  const rules = dialect === "postgresql" ? POSTGRESQL : MYSQL;
  const names: string[] = [];
  let text = "";
  let verb = "";
  let isEnded = false;
  for (let at = 0; at < query.length; ) {
    const { rule, found } = tokenAt(query, at, rules, dialect);
    at += found.length;
    if (rule?.kind === "refused") return faulty(rule.fault ?? "");
    const isNothing = /^(?:\s|--|#|\/\*)/.test(found) && (rule === null ? found.trim() === "" : rule.kind === "skip");
    if (isEnded && !isNothing) return faulty("A query is one statement; there is another one behind the semicolon.");
    if (rule === null && /^['"`$]/.test(found) && !(dialect === "postgresql" && found === "`")) return faulty(`There is no end to what begins with ${found} in the query.`);
    if (rule === null && found === "/" && query[at] === "*") return faulty("There is no end to a comment in the query.");
    if (rule?.kind === "word" && verb === "") verb = found.toLowerCase();
    if (rule?.kind === "end") isEnded = true;
    else text += rule?.kind === "parameter" ? placeOf(found.slice(1), names, dialect) : found;
  }
  return verb === "" ? faulty("There is no statement.") : { kind: "read", text: text.trim(), names, verb };
}

function tokenAt(query: string, at: number, rules: readonly Rule[], dialect: SqlDialect): { rule: Rule | null; found: string } {
  if (dialect === "postgresql" && query.startsWith("/*", at)) {
    const length = lengthOfComment(query, at);
    if (length !== null) return { rule: { kind: "skip", pattern: /\/\*/y }, found: query.slice(at, at + length) };
  }
  for (const rule of rules) {
    rule.pattern.lastIndex = at;
    const found = rule.pattern.exec(query)?.[0];
    if (found !== undefined && found !== "") return { rule, found };
  }
  return { rule: null, found: query.charAt(at) };
}

/** PostgreSQL's comments stand in each other; null: there is no end. */
function lengthOfComment(query: string, from: number): number | null {
  let depth = 0;
  for (const mark of query.slice(from).matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.index + 2;
  }
  return null;
}

/** `$1`, the same for the same name; MariaDB and MySQL know a place for each value only. */
function placeOf(name: string, names: string[], dialect: SqlDialect): string {
  if (dialect !== "postgresql") {
    names.push(name);
    return "?";
  }
  if (!names.includes(name)) names.push(name);
  return `$${names.indexOf(name) + 1}`;
}

function faulty(fault: string): ReadQuery {
  return { kind: "faulty", fault };
}
