import assert from "node:assert/strict";
import { test } from "node:test";
import { readField, SOURCE_FIELDS, writeField } from "./source-fields.ts";

const field = (kind: string, path: string) => {
  const found = SOURCE_FIELDS[kind]?.find((each) => each.path === path);
  assert.ok(found);
  return found;
};

test("a field is written where it stands, and what the form does not know stays", () => {
  const given = { tool: "list_tickets", arguments: { status: "solved" }, fields: { id: "id", title: "subject", body: ["a"], uri: "url" } };
  const body = field("records", "fields.body");
  const written = writeField(given, body, "description\n comments.body \n");
  assert.deepEqual(written, { ...given, fields: { ...given.fields, body: ["description", "comments.body"] } });
  assert.equal(readField(written, body), "description\ncomments.body");
});

test("an emptied field is left to its default", () => {
  assert.deepEqual(writeField({ url: "https://a.example", maxPages: 5 }, field("web", "maxPages"), " "), { url: "https://a.example" });
  assert.deepEqual(writeField({ redact: true }, field("records", "redact"), ""), {});
});

test("numbers are numbers", () => {
  assert.deepEqual(writeField({}, field("web", "delayMs"), "250"), { delayMs: 250 });
});
