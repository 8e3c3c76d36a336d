import assert from "node:assert/strict";
import { test } from "node:test";
import { readQuery, type SqlDialect } from "./sql-query.ts";

const read = (text: string, dialect: SqlDialect = "postgresql") => {
  const query = readQuery(text, dialect);
  return query.kind === "read" ? [query.text, query.names] : query.fault;
};

test("parameters get the database's own places", () => {
  assert.deepEqual(read("select :a, :b, :a"), ["select $1, $2, $1", ["a", "b"]]);
  assert.deepEqual(read("select :a, :b, :a", "mariadb"), ["select ?, ?, ?", ["a", "b", "a"]]);
});

test("what looks like a parameter in texts, names, comments and casts is none", () => {
  for (const text of ["select ':a'", "select ''':a'", "select E'\\':a'", 'select ":a"', "select $$ :a $$", "select $x$ $$ :a $x$", "select 1 -- :a", "select /* :a /* :b */ :c */ 1", "select 1::int", "select a[1:2]", "select e':a'"]) assert.deepEqual(read(text), [text, []]);
  for (const text of ["select ':a'", "select '\\':a'", 'select "\\":a"', "select `:a`", "select 1 -- :a", "select 1 # :a", "select /* :a */ 1", "select @x := 1"]) assert.deepEqual(read(text, "mysql"), [text, []]);
});

test("a text ends where the database ends it", () => {
  assert.deepEqual(read("select '\\', :a"), ["select '\\', $1", ["a"]]);
  assert.deepEqual(read("select 1--:a", "mysql"), ["select 1--?", ["a"]]);
  assert.deepEqual(read("select /* /* */ :a", "mariadb"), ["select /* /* */ ?", ["a"]]);
  assert.deepEqual(read("select name'x' :a"), ["select name'x' $1", ["a"]]);
});

test("there is one statement, with at most one semicolon behind it", () => {
  assert.deepEqual(read("select 1; -- done\n"), ["select 1 -- done", []]);
  assert.deepEqual(read("select ';'"), ["select ';'", []]);
  for (const text of ["select 1; drop table x", "select 1;;", "select 1; 'x'"]) assert.match(String(read(text)), /one statement/);
  for (const text of ["", " -- nothing", ";"]) assert.match(String(read(text)), /no statement/);
});

test("what is left open, run in a comment or placed by number is refused", () => {
  for (const text of ["select 'x", 'select "x', "select $$ x", "select /* /* */ 1"]) assert.match(String(read(text)), /no end/);
  for (const text of ["select 'x\\'", "select `x", "select /* x"]) assert.match(String(read(text, "mysql")), /no end/);
  assert.match(String(read("select $1")), /by name/);
  assert.match(String(read("select ?", "mariadb")), /by name/);
  assert.match(String(read("select /*!50000 1 */", "mysql")), /run by the server/);
  assert.match(String(read("select /*M! 1 */", "mariadb")), /run by the server/);
  assert.match(String(read("select 1 into  outfile '/tmp/x'", "mariadb")), /may not write files/);
});

test("PostgreSQL's question marks are operators", () => {
  assert.deepEqual(read("select a ? :key from t"), ["select a ? $1 from t", ["key"]]);
});
