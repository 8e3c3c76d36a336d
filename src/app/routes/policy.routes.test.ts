import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTestApp, type TestApp } from "../../../test/start-test-app.ts";
import { policiesView, policyAnswers, policyTried } from "../../shapes/policy.ts";

describe("the policies over HTTP", () => {
  let app: TestApp;
  let staff: Record<string, string>;
  before(async () => {
    app = await startTestApp();
    staff = await app.signIn();
  });
  after(() => app[Symbol.asyncDispose]());
  const post = (path: string, body: unknown) => app.request(path, { method: "POST", headers: { "content-type": "application/json", ...staff }, body: JSON.stringify(body) });
  const told = async (path: string, body: unknown) => {
    const answer = await post(path, body);
    return `${answer.status} ${await answer.text()}`;
  };

  test("each policy is told with its place, its head and what it decided, and the schema's questions with what policies name", async () => {
    const visit = await app.visit("emma.larsson@example.com");
    await visit.ask("Where is my order 1049?");
    const view = policiesView.parse(await (await app.request("/api/policies", { headers: staff })).json());
    const find = (id: string) => view.rules.find((rule) => rule.id === id);
    const { text = "", ...limit } = find("refund.above_limit") ?? {};
    assert.match(text, /^@id\("refund.above_limit"\)[^]*HumanAgent };$/);
    assert.deepEqual({ ...limit, line: 0 }, { id: "refund.above_limit", effect: "forbid", reason: "Refunds above €150 are checked and released by a colleague.", needsPerson: false, approval: "role agent within 1 d", who: null, actions: ["useTool"], what: "Tool refund_order", isConditional: true, file: "policies/shop.cedar", line: 0, decided: 0 });
    assert.ok((find("tools.read")?.decided ?? 0) > 0, "the look-up was decided by it");
    assert.equal(find("articles.public")?.decided, null, "readings are not kept one by one");
    assert.deepEqual([find("policy.admin")?.who, find("approve.agent")?.isConditional], ["HumanAgent in Role admin", false]);
    const question = view.questions.find((each) => each.action === "useTool" && each.principal === "Contact");
    assert.ok(question?.resources.includes("refund_order"));
    assert.deepEqual(question?.fields.filter(({ path }) => ["context.facts.status", "principal.isVerified", "context.tool"].includes(path)), [
      { path: "context.facts.status", kind: "String", isRequired: false, values: ["processing", "delivered"] },
      { path: "principal.isVerified", kind: "Boolean", isRequired: true, values: [] },
    ]);
  });

  test("who may is answered as `baton policy query` answers it; a wrong question is told what is wrong", async () => {
    const { answers, gaps } = policyAnswers.parse(await (await post("/api/policies/queries", { action: "useTool", resource: "refund_order", where: "totalCents > 15000" })).json());
    const asked = { resource: "refund_order", groups: [], allow: [], approve: [{ rules: ["refund.above_limit", "refund.in_time"], by: "role agent within 1 d" }], isAlways: false };
    assert.deepEqual(gaps, []);
    assert.deepEqual(answers, ["Contact", "Employee", "HumanAgent", "AiAgent", "ApiKey"].map((principal) => (principal === "HumanAgent" ? { ...asked, principal, allow: ["refund.by_person", "refund.in_time"], approve: [] } : { ...asked, principal })));
    assert.match(await told("/api/policies/queries", { action: "fly" }), /^404 .*policy\.question_unknown.*There is no action/);
    assert.match(await told("/api/policies/queries", { action: "useTool", where: "colour == 3" }), /^422 .*policy\.question_invalid.*is no attribute/);
    assert.match(await told("/api/policies/queries", { action: "useTool", where: "channel ==" }), /^422 .*cannot be read/);
  });

  test("more questions than threads are asked to come again, and the server answers others meanwhile", async () => {
    const asked = Array.from({ length: 4 }, () => post("/api/policies/queries", { action: "useTool" }));
    assert.equal((await app.request("/api/health")).status, 200);
    const statuses = (await Promise.all(asked)).map((answer) => answer.status).sort((left, right) => left - right);
    assert.deepEqual(statuses, [200, 200, 503, 503]);
  });

  test("a decision is tried with what is known, and nothing is recorded by it", async () => {
    const decide = async (tried: object) => policyTried.parse(await (await post("/api/policies/decisions", { action: "useTool", principal: "AiAgent", resource: "refund_order", ...tried })).json());
    const known = { "context.channel": "web", "context.isVerified": true, "context.facts.status": "delivered", "context.facts.daysSinceDelivery": 3 };
    assert.deepEqual(await decide({ values: { ...known, "context.facts.totalCents": 4_000 } }), { effect: "allow", reason: null, needsPerson: false, approval: null, rules: ["refund.in_time"] });
    assert.deepEqual(await decide({ values: { ...known, "context.facts.totalCents": 40_000 } }), { effect: "approve", reason: "Refunds above €150 are checked and released by a colleague.", needsPerson: false, approval: "role agent within 1 d", rules: ["refund.above_limit", "refund.in_time"] });
    assert.equal((await decide({ action: "changePolicy", principal: "HumanAgent", resource: "shop", groups: ["Role admin"] })).effect, "allow");
    assert.equal((await decide({ action: "changePolicy", principal: "HumanAgent", resource: "shop" })).effect, "deny");
    assert.match(await told("/api/policies/decisions", { action: "useTool", principal: "AiAgent", resource: "refund_order" }), /^422 .*Say context\.channel, context\.isVerified, too/);
    assert.match(await told("/api/policies/decisions", { action: "useTool", principal: "AiAgent", resource: "refund_order", values: { ...known, "context.isVerified": "yes" } }), /^422 .*context\.isVerified is true or false/);
    assert.match(await told("/api/policies/decisions", { action: "useTool", principal: "AiAgent", resource: "no_such_tool", values: known }), /^404 /);
  });
});
