import assert from "node:assert/strict";
import { test } from "node:test";
import { permitsSomebody } from "./default-permits.ts";

const schema = 'entity Person; entity Workspace; action administrate; action changePolicy in [administrate] appliesTo { principal: Person, resource: Workspace }; action export appliesTo { principal: Person, resource: Workspace };';
const source = (text: string) => ({ files: [{ file: "policies/a.cedar", text }], schema });

test("an action counts as permitted by its name, by a group it is in, and by a policy for all actions", () => {
  assert.equal(permitsSomebody(source('permit (principal, action == Action::"changePolicy", resource);'), "changePolicy"), true);
  assert.equal(permitsSomebody(source('permit (principal, action in Action::"administrate", resource);'), "changePolicy"), true);
  assert.equal(permitsSomebody(source('permit (principal, action in [Action::"administrate"], resource);'), "changePolicy"), true);
  assert.equal(permitsSomebody(source("permit (principal, action, resource);"), "changePolicy"), true);
});

test("a policy for other actions, and one that forbids, permits it to nobody", () => {
  assert.equal(permitsSomebody(source('permit (principal, action in Action::"administrate", resource);'), "export"), false);
  assert.equal(permitsSomebody(source('forbid (principal, action == Action::"export", resource);'), "export"), false);
});
