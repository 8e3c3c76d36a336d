import assert from "node:assert/strict";
import { test } from "node:test";
import { fillTemplates, quoted, type RequestTemplates } from "./fill-templates.ts";

const templates = (more: Partial<RequestTemplates>): RequestTemplates => ({ method: "POST", path: "/x", query: {}, headers: {}, form: false, graphql: undefined, variables: undefined, body: undefined, ...more });
const fill = (more: Partial<RequestTemplates>, values: Record<string, unknown>, addition: Parameters<typeof fillTemplates>[2] = null) => fillTemplates(templates(more), { value: (path) => values[path], secret: () => "" }, addition);

test("parts of a join stand there when their arguments were given", () => {
  const query = { q: { join: " AND ", of: ["type = 'ticket'", "status = {status}", "owner = {owner} {status}"] }, none: { join: ",", of: ["{nobody}"] } };
  assert.deepEqual(fill({ query }, { status: "open" }).query, [["q", "type = 'ticket' AND status = open"]]);
  assert.deepEqual(fill({ query }, {}).query, [["q", "type = 'ticket'"]]);
  // What looks like a place in a value is text.
  assert.deepEqual(fill({ query }, { status: "{owner}", owner: "x" }).query, [["q", "type = 'ticket' AND status = {owner} AND owner = x {owner}"]]);
});

test("a GraphQL document is sent as it stands, beside its variables", () => {
  const graphql = "query A($id: ID!) { order(id: $id) {id} }";
  assert.deepEqual(fill({ graphql, variables: { id: "{id}", gone: "{nobody}" } }, { id: "gid" }).body, { query: graphql, variables: { id: "gid" } });
  assert.deepEqual(fill({ graphql, variables: { id: "{id}" } }, { id: "gid" }, { in: "variables", name: "after", value: "c1" }).body, { query: graphql, variables: { id: "gid", after: "c1" } });
});

test("a further page is asked for in its place", () => {
  assert.deepEqual(fill({ query: { page: 1, q: "a" } }, {}, { in: "query", name: "page", value: 2 }).query, [["q", "a"], ["page", "2"]]);
  assert.deepEqual(fill({ body: { q: "a" } }, {}, { in: "body", name: "after", value: "c" }).body, { q: "a", after: "c" });
  const { path, query } = fill({ query: { q: "a" } }, {}, { path: "/x?page=2" });
  assert.deepEqual([path, query], ["/x?page=2", []]);
});

test("no value leaves its quotes", () => {
  assert.equal(quoted("o'neil@example.com' OR id > 0 --", "single"), "'o\\'neil@example.com\\' OR id > 0 --'");
  assert.equal(quoted('a\\" OR "b', "double"), '"a\\\\\\" OR \\"b"');
  assert.equal(quoted('a" requester:eve\\', "plain"), '"a  requester:eve"');
  assert.equal(quoted("a\nb\u0000c", "single"), "'a b c'");
});
