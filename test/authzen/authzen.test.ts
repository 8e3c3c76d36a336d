import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { createKey } from "../../src/identity/authenticate.ts";
import { startTestApp, type TestApp } from "../start-test-app.ts";

const file = join(resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data"), "authzen", "decisions-1_0.json");
const skip = existsSync(file) ? false : "the data set authzen is not here; set BATON_DATA_SETS";
const interop = z.object({ evaluation: z.array(z.object({ request: z.record(z.string(), z.unknown()), expected: z.boolean() })) });
const single = z.object({ decision: z.boolean(), context: z.object({ rules: z.array(z.string()), reason: z.string().optional() }) });
const many = z.object({ evaluations: z.array(single) });

describe("AuthZEN 1.0", () => {
  let app: TestApp;
  let key: Record<string, string>;
  before(async () => {
    app = await startTestApp({ env: { BATON_WORKSPACE: "test/authzen/workspace" } });
    key = { authorization: `Bearer ${await createKey(app.running.app.identity, "todo", "a gateway")}` };
  });
  after(() => app[Symbol.asyncDispose]());

  const ask = (path: string, body: unknown, headers: Record<string, string> = key) => app.request(path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  const question = (subject: string, owner: string) => ({ subject: { type: "user", id: subject }, action: { name: "can_update_todo" }, resource: { type: "todo", id: "1", properties: { ownerID: owner } } });
  const morty = "morty@the-citadel.com";
  const rick = "rick@the-citadel.com";

  test("all 40 decisions of the interoperability scenario are as expected, one by one and together", { skip }, async () => {
    const { evaluation } = interop.parse(JSON.parse(readFileSync(file, "utf8")));
    assert.equal(evaluation.length, 40);
    const wanted = evaluation.map((each) => each.expected);
    const alone = await Promise.all(evaluation.map(async ({ request }) => single.parse(await (await ask("/access/v1/evaluation", request)).json()).decision));
    assert.deepEqual(alone, wanted);
    const together = many.parse(await (await ask("/access/v1/evaluations", { evaluations: evaluation.map((each) => each.request) })).json());
    assert.deepEqual(together.evaluations.map((each) => each.decision), wanted);
  });

  test("a decision names its rules, and a no says why", async () => {
    assert.deepEqual(await (await ask("/access/v1/evaluation", question(morty, morty))).json(), { decision: true, context: { rules: ["change.own.morty"] } });
    assert.deepEqual(await (await ask("/access/v1/evaluation", question(morty, rick))).json(), { decision: false, context: { rules: [], reason: "No policy allows this.", needs_person: true } });
  });

  test("evaluations take what they leave out from the top, and end where they are told to", async () => {
    const { resource, ...shared } = question(morty, morty);
    const list = (semantic?: string) => ask("/access/v1/evaluations", { ...shared, evaluations: [{ resource }, { resource: question(morty, rick).resource }, { resource, subject: { type: "user", id: rick } }], ...(semantic === undefined ? {} : { options: { evaluations_semantic: semantic } }) });
    const decisions = async (semantic?: string) => many.parse(await (await list(semantic)).json()).evaluations.map((each) => each.decision);
    assert.deepEqual(await decisions(), [true, false, true]);
    assert.deepEqual(await decisions("deny_on_first_deny"), [true, false]);
    assert.deepEqual(await decisions("permit_on_first_permit"), [true]);
    assert.equal(single.parse(await (await ask("/access/v1/evaluations", question(morty, morty))).json()).decision, true);
  });

  test("a question that is not one is refused by its place, and nobody asks without a key", async () => {
    for (const [path, body] of [["evaluation", {}], ["evaluation", { ...question(morty, morty), resource: { type: "todo" } }], ["evaluations", { ...question(morty, morty), evaluations: [{ subject: { type: "user" } }] }], ["evaluations", { ...question(morty, morty), options: { evaluations_semantic: "some" } }]] as const) {
      const answer = await ask(`/access/v1/${path}`, body);
      assert.equal(answer.status, 400);
      assert.equal(z.object({ code: z.string() }).parse(await answer.json()).code, "policy.access_request_invalid");
    }
    assert.equal((await ask("/access/v1/evaluation", question(morty, morty), {})).status, 401);
  });

  test("a subject with roles and groups is in them, where the schema knows them", async () => {
    const decide = async (name: string, id: string, properties: Record<string, unknown>, type = "user") =>
      single.parse(await (await ask("/access/v1/evaluation", { subject: { type, id, properties }, action: { name }, resource: { type: "todo", id: "1" } })).json());
    assert.deepEqual(await decide("can_delete_todo", "jerry", { roles: ["viewer", "archivist"] }), { decision: true, context: { rules: ["delete.archivist"] } });
    for (const roles of [[], ["viewer"], "viewer", [7], { id: "archivist" }]) assert.equal((await decide("can_delete_todo", "jerry", { roles })).decision, false);
    assert.equal((await decide("can_delete_todo", "jerry", { roles: "archivist" })).decision, true);
    assert.equal((await decide("can_delete_todo", "jerry", { groups: ["archivist"] })).decision, false, "a group is no role");
    assert.equal((await decide("can_delete_todo", "jerry", { roles: ["archivist"] }, "robot")).decision, false, "the schema lets only users be in roles");
    assert.deepEqual(await decide("can_create_todo", "morty@the-citadel.com", { groups: ["interns"] }), { decision: false, context: { rules: ["create.interns"], reason: "Interns read only." } });
  });

  test("the configuration names the endpoints, and the asker's request id comes back", async () => {
    const answer = await app.request("/.well-known/authzen-configuration");
    assert.equal(answer.status, 200);
    const configuration = z.object({ policy_decision_point: z.url(), access_evaluation_endpoint: z.url(), access_evaluations_endpoint: z.url() }).parse(await answer.json());
    assert.ok(configuration.access_evaluation_endpoint === `${configuration.policy_decision_point}/access/v1/evaluation` && configuration.access_evaluations_endpoint === `${configuration.policy_decision_point}/access/v1/evaluations`);
    assert.equal((await ask("/access/v1/evaluation", question(morty, morty), { ...key, "x-request-id": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716" })).headers.get("x-request-id"), "bfe9eb29-ab87-4ca3-be83-a1d5d8305716");
  });
});
