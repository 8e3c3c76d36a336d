import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
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
    process.env["BATON_SECRET_ZENDESK_HOOK"] = `an-older-key ${KEY}`;
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
  });
  after(async () => {
    delete process.env["BATON_SECRET_ZENDESK_HOOK"];
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
    assert.deepEqual([first.status, await first.json()], [202, { events: 1, accepted: 1 }]);
    const again = await send("helpdesk", body, KEY);
    assert.deepEqual([again.status, await again.json()], [200, { events: 1, accepted: 0 }]);
    const staff = await app.signIn();
    const runs = JSON.stringify(await (await app.request("/api/runs", { headers: staff })).json());
    assert.match(runs, /"told"/);
  });

  test("what is not signed by it is not taken, and nobody else has an address here", async () => {
    for (const refused of [await send("helpdesk", body, "another"), await send("helpdesk", body, KEY, { "x-zendesk-webhook-signature": "" })]) assert.deepEqual([refused.status, Object(await refused.json()).code], [401, "events.signature_invalid"]);
    assert.equal((await send("nobody", body, KEY)).status, 404);
    assert.equal((await app.request("/hooks/helpdesk")).status, 404);
  });
});
