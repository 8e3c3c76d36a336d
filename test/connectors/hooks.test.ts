import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { rememberWebhook } from "../../src/tools/connectors/webhook-digest.store.ts";
import { purgeEvents } from "../../src/workflows/events/event.store.ts";
import { startTestApp, type TestApp } from "../start-test-app.ts";

const KEY = "key-of-the-helpdesk";

const WORKFLOW = `document: { dsl: '1.0.3', namespace: desk, name: told, version: '1.0.0' }
evaluate: { language: cel }
schedule:
  on:
    one:
      with: { type: 'zendesk.zen:event-type:ticket.created' }
do:
  - remember:
      set: { ticket: '\${ input[0].data.case.id }' }
`;

describe("webhooks of declared systems", () => {
  let app: TestApp;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-hooks-"));
    await cp("test/workflows/desk", folder, { recursive: true });
    await writeFile(join(folder, "tools", "helpdesk.yaml"), "kind: connector\nconnector: zendesk\nsubdomain: acme\nagent_email: bot@acme.com\nsecret: zendesk_token\nwebhookSecret: zendesk_hook\noperations: [my_ticket]\n");
    await writeFile(join(folder, "workflows", "told.yaml"), WORKFLOW);
    await writeFile(join(folder, "tools", "code.yaml"), "kind: connector\nconnector: github\nowner: acme\nrepository: shop\nsecret: github_token\nwebhookSecret: github_hook\noperations: [search_issues]\n");
    await writeFile(join(folder, "workflows", "issue.yaml"), WORKFLOW.replace("name: told", "name: issue").replace("zendesk.zen:event-type:ticket.created", "github.issues.closed"));
    process.env["BATON_SECRET_GITHUB_HOOK"] = KEY;
    process.env["BATON_SECRET_ZENDESK_HOOK"] = `an-older-key ${KEY}`;
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
  });
  after(async () => {
    for (const name of ["ZENDESK", "GITHUB"]) delete process.env[`BATON_SECRET_${name}_HOOK`];
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const body = JSON.stringify({ id: "evt-1", type: "zen:event-type:ticket.created", time: "2026-11-21T11:59:30Z", detail: { id: "12158", subject: "Grüße", status: "OPEN" } });
  const send = (name: string, text: string, key: string, more: Record<string, string> = {}) => {
    const timestamp = new Date().toISOString();
    const signature = createHmac("sha256", key).update(`${timestamp}${text}`).digest("base64");
    return app.request(`/hooks/${name}`, { method: "POST", headers: { "content-type": "application/json", "x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": timestamp, ...more }, body: text });
  };

  test("what a system tells starts a run, once however often it is sent", async () => {
    const first = await send("helpdesk", body, KEY);
    assert.deepEqual([first.status, await first.json()], [202, { events: 1, accepted: 1, seenBefore: 0 }]);
    const again = await send("helpdesk", body, KEY);
    assert.deepEqual([again.status, await again.json()], [200, { events: 1, accepted: 0, seenBefore: 1 }]);
    const staff = await app.signIn();
    const runs = JSON.stringify(await (await app.request("/api/runs", { headers: staff })).json());
    assert.match(runs, /"told"/);
  });

  const issue = (number: number) => JSON.stringify({ action: "closed", issue: { number, title: "Leak", state: "closed", updated_at: new Date().toISOString(), user: { id: 1 } }, sender: { id: 1 } });
  const deliver = (text: string, delivery: string, event = "issues") =>
    app.request("/hooks/code", { method: "POST", headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${createHmac("sha256", KEY).update(text).digest("hex")}`, "x-github-event": event, "x-github-delivery": delivery }, body: text });

  test("a signed request that is sent again under another delivery, as another event or after its event was forgotten sets off nothing", async () => {
    const text = issue(7);
    assert.equal((await deliver(text, "d-1")).status, 202);
    for (const again of [await deliver(text, "d-2"), await deliver(text, "d-3", "issue_comment")]) assert.deepEqual([again.status, await again.json()], [200, { events: 1, accepted: 0, seenBefore: 1 }]);
    const { database, workspace } = app.running.app;
    await purgeEvents(database, workspace.tenantId, new Date(Date.now() + 60_000));
    assert.equal((await deliver(text, "d-4")).status, 200);
    assert.equal((await deliver(issue(8), "d-5")).status, 202, "another body");
  });

  test("of eight at the same moment one is taken", async () => {
    const text = issue(9);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => deliver(text, `e-${index}`)));
    assert.deepEqual(answers.map((answer) => answer.status).sort((one, other) => one - other), [...Array.from({ length: 7 }, () => 200), 202]);
  });

  test("a webhook is remembered with what it sets off, or not at all, and forgotten after ninety days", async () => {
    const { database, workspace: { tenantId } } = app.running.app;
    const remember = (digest: string, at: Date) => database.transaction(tenantId, (query) => rememberWebhook(query, tenantId, { system: "github", digest, at }));
    await assert.rejects(database.transaction(tenantId, async (query) => {
      assert.equal(await rememberWebhook(query, tenantId, { system: "github", digest: "a", at: new Date() }), true);
      throw new Error("the process ends here");
    }));
    assert.deepEqual([await remember("a", new Date(0)), await remember("a", new Date(0))], [true, false]);
    assert.equal(await remember("b", new Date()), true);
    assert.equal(await remember("a", new Date()), true, "forgotten when b came");
  });

  test("what is not signed by it is not taken, and nobody else has an address here", async () => {
    for (const refused of [await send("helpdesk", body, "another"), await send("helpdesk", body, KEY, { "x-zendesk-webhook-signature": "" })]) assert.deepEqual([refused.status, Object(await refused.json()).code], [401, "events.signature_invalid"]);
    assert.equal((await send("nobody", body, KEY)).status, 404);
    assert.equal((await app.request("/hooks/helpdesk")).status, 404);
  });
});
