import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { startScriptedModel, type ScriptedModelServer } from "./scripted-model.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

const costView = z.object({ total: z.object({ calls: z.number() }), conversations: z.array(z.object({ name: z.string() })), byPurpose: z.array(z.object({ name: z.string() })), budgets: z.array(z.object({ spentMicroUsd: z.number() })) });
const QUESTION = "Can you tell me something nice about your shop's jackets?";

describe("a turn within a budget", () => {
  let server: ScriptedModelServer;
  let app: TestApp;
  let folder = "";
  before(async () => {
    server = await startScriptedModel(() => [{ text: "They are warm." }, { usage: { promptTokens: 900, completionTokens: 4 } }]);
    folder = await mkdtemp(join(tmpdir(), "baton-budget-"));
    await cp(new URL("../examples/shop", import.meta.url), folder, { recursive: true });
    await writeFile(join(folder, "models.yaml"), `
models:
  - { name: big, provider: openai-compatible, model: scripted, url: "${server.url}", handling: inside, price: { prompt: 1, completion: 5, source: a contract, readOn: 2026-11-21 } }
routes: { default: [big] }
budgets:
  - { name: each-case, scope: case, window: day, hard: 0.02, then: handoff }
`);
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await server.close();
    await rm(folder, { recursive: true });
  });

  test("its calls are charged to its case, and stand in the costs of its conversation; when the case's budget is used up, a person goes on", async () => {
    const visit = await app.visit();
    await visit.ask(QUESTION);
    const headers = await app.signIn();
    const costs = async () => costView.parse(await (await app.request("/api/costs?days=7", { headers })).json());
    await until(async () => (await costs()).total.calls > 0);
    const { conversations, budgets, byPurpose } = await costs();
    assert.equal(conversations[0]?.name, visit.conversationId);
    assert.equal(byPurpose[0]?.name, "reply");
    assert.ok((budgets[0]?.spentMicroUsd ?? 0) >= 920, JSON.stringify(budgets));

    const calls = server.requests.length;
    let reply = "";
    for (let turn = 0; turn < 30 && !reply.includes("passing you to a colleague"); turn += 1) reply = (await visit.ask(`${QUESTION} (${turn})`)).reply?.text ?? "";
    assert.match(reply, /passing you to a colleague/);
    assert.ok(server.requests.length - calls <= 20, "the provider is asked no more when there is no room");
    const list: unknown = await (await app.request("/api/handoffs", { headers })).json();
    assert.match(JSON.stringify(list), /"reason":"budget.used_up"/);
  });
});
