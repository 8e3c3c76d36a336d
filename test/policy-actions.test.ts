import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { startDraftsShop, type DraftsShop, type Headers } from "./drafts-shop.ts";
import { until } from "./start-test-app.ts";

/** Nobody closes rungs by the API here, and only Anna decides about cancellations. */
const POLICIES = `
@id("nobody.changes") @reason("The ladder is changed by the change board.")
forbid (principal is HumanAgent, action == Action::"changePolicy", resource);

@id("cancel.asked") @reason("A colleague looks at every cancellation.") @approval("role:agent")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"cancel_order");

@id("cancel.not_admins") @reason("Cancellations are decided by agents.")
forbid (principal is HumanAgent in Role::"admin", action == Action::"approve", resource == Tool::"cancel_order");

@id("contacts.stay") @reason("What is stored of a person is given out by the privacy office.")
forbid (principal, action == Action::"export", resource == Dataset::"contact");
`;

const problem = z.object({ status: z.number(), code: z.string(), detail: z.string() });

describe("policies about what people do", () => {
  let shop: DraftsShop;
  let anna: Headers;
  before(async () => {
    shop = await startDraftsShop({ policies: POLICIES, ladder: "\nautonomy: { rules: [{ name: all, level: act }] }\n" });
    anna = await shop.agent("Anna");
  });
  after(() => shop[Symbol.asyncDispose]());
  const denials = async () => (await shop.sql.query<{ actor: string; body: string }>("select actor, body from ledger_entry where kind = 'policy.denied' order by at, id")).rows.map((row) => ({ by: row.actor.split(":")[0], ...z.object({ action: z.string(), rules: z.array(z.string()) }).parse(JSON.parse(row.body)) }));

  test("a policy keeps an admin from changing the ladder, says why, and the ledger has it", async () => {
    const answer = problem.parse(await (await shop.ladder("rules/all", { level: "draft", reason: "x" })).json());
    assert.deepEqual([answer.status, answer.code, answer.detail], [403, "identity.not_allowed", "The ladder is changed by the change board."]);
    assert.equal((await shop.ladder("switches", { rung: "all", isClosed: true, reason: "x" })).status, 403);
    assert.deepEqual(await denials(), [1, 2].map(() => ({ by: "user", action: "changePolicy", rules: ["nobody.changes"] })));
  });

  test("a policy keeps what is stored of a contact from being given out", async () => {
    const admin = { "content-type": "application/json", ...(await shop.app.signIn()) };
    await shop.app.visit("emma.larsson@example.com");
    const [contact] = (await shop.sql.query<{ id: string }>("select id from contact limit 1")).rows;
    const answer = problem.parse(await (await shop.app.request(`/api/privacy/contacts/${contact?.id}/export`, { method: "POST", headers: admin })).json());
    assert.deepEqual([answer.status, answer.detail], [403, "What is stored of a person is given out by the privacy office."]);
    assert.deepEqual((await denials()).at(-1), { by: "user", action: "export", rules: ["contacts.stay"] });
  });

  test("a policy says who decides about a call", async () => {
    const admin = { "content-type": "application/json", ...(await shop.app.signIn()) };
    const visit = await shop.app.visit("emma.larsson@example.com");
    await visit.ask("Please cancel order 1042");
    await visit.ask("yes");
    const waiting = async () => z.object({ items: z.array(z.object({ id: z.string(), callHash: z.string() })) }).parse(await (await shop.app.request("/api/approvals?status=waiting", { headers: admin })).json()).items;
    await until(async () => (await waiting()).length === 1);
    const [approval] = await waiting();
    const decide = (headers: Headers) => shop.app.request(`/api/approvals/${approval?.id}/decision`, { method: "POST", headers, body: JSON.stringify({ decision: "approved", callHash: approval?.callHash }) });
    const answer = problem.parse(await (await decide(admin)).json());
    assert.deepEqual([answer.status, answer.detail], [403, "Cancellations are decided by agents."]);
    assert.deepEqual((await denials()).at(-1), { by: "user", action: "approve", rules: ["cancel.not_admins"] });
    assert.equal((await decide(anna)).status, 200);
  });
});
