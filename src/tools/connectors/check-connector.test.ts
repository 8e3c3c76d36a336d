import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { AppError } from "../../lib/app-error.ts";
import { loadConnectors, readConnector } from "./load-connectors.ts";

test("every file of connectors/ is a connector of that name", () => {
  assert.deepEqual([...loadConnectors().keys()], readdirSync("connectors").map((file) => file.replace(/\.yaml$/, "")).sort());
});

const faultsOf = (operation: string, more = ""): string => {
  try {
    readConnector("x.yaml", `name: desk\ntitle: Desk\nabout: x\ndocumentation: https://example.com\ncategory: helpdesk\nurl: https://{shop}.example.com\nparameters: { shop: { description: x, example: acme, pattern: "\\\\w+" } }\nsecret: x\nauthentications: { key: { about: x, use: { bearer: { token: "{secret}" } } } }\nlimits: { about: x }\n${more}operations:\n  act: { purpose: x, risk: read, method: GET, path: /x, ${operation} }\n`);
    return "";
  } catch (error) {
    return error instanceof AppError ? error.message : String(error);
  }
};

test("what does not go together in a connector is named", () => {
  assert.equal(faultsOf("output: { id: { type: string } }"), "");
  const cases: [string, RegExp][] = [
    ["query: { a: '{nobody}' }", /operations\.act: it takes "\{nobody\}", which nobody gives/], ["input: { id: { type: string } }", /"id" is not used/], ["input: { shop: { type: string } }, query: { a: '{shop}' }", /"shop" is a parameter and an argument/],
    ["many: true", /a list says by `output`/], ["pages: { by: link }", /`pages` belongs to `many`/], ["query: { a: '{idempotencyKey}' }", /idempotency: key and \{idempotencyKey\} go together/], ["undo: { operation: back }", /there is no operation "back"/],
    ["answers: [{ at: x, matches: '(', means: away }]", /is no regular expression/], ["answers: [{ means: away }]", /Say by status, header or at/], ["first: [{ as: a, method: DELETE, path: /y }]", /first \(a\) changes something/],
  ];
  for (const [operation, expected] of cases) assert.match(faultsOf(operation), expected);
});
