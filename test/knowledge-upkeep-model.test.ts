import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { gapView, healthView } from "../src/shapes/knowledge-upkeep.ts";
import { startScriptedModel, type ScriptedRules } from "./scripted-model.ts";
import { startTestApp, until } from "./start-test-app.ts";

const ARTICLE = { title: "Engraving trophies", body: "We engrave a zeppelin trophy for 12 euros." };

test("with a model a gap's draft is rewritten from redacted texts only, and what a model hands over is a gap too; without its answer the plain draft stays", async () => {
  let rules: ScriptedRules = () => [{ text: "not scripted" }];
  const model = await startScriptedModel((request) => rules(request));
  await using app = await startTestApp({ env: { OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url } });
  const sql = new pg.Client({ connectionString: app.databaseUrl });
  await sql.connect();
  try {
    const headers = { ...(await app.signIn()), "content-type": "application/json" };
    const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const answer = await app.request(`/api${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
      return answer.json();
    };
    const health = async () => healthView.parse(await ask("GET", "/knowledge/health"));
    const look = async () => {
      const before = (await health()).lastAt;
      await ask("POST", "/knowledge/upkeep");
      await until(async () => (await health()).lastAt !== before);
      assert.equal((await health()).error, null);
    };
    const gap = async () => z.object({ items: z.array(gapView) }).parse(await ask("GET", "/knowledge/gaps")).items[0];
    const reply = async (id: string, text: string) => ask("POST", `/conversations/${id}/replies`, { text });

    rules = ({ messages }) => (messages[0]?.text.startsWith("You turn what a colleague replied") === true ? { fault: "status", status: 400 } : [{ toolCall: { name: "handoff", arguments: { reason: "evidence.missing", summary: "Wants a trophy engraved." } } }]);
    const visit = await app.visit("emma.larsson@example.com");
    await visit.ask("Can you engrave my zeppelin trophy?");
    const [prompt] = model.requests;
    assert.match(prompt?.messages[0]?.text ?? "", /The search is not sure that the passages hold the answer/, "the model is told what the search found wanting");
    await ask("POST", `/conversations/${visit.conversationId}/takeover`);
    await reply(visit.conversationId, "Hello Emma Larsson,\n\nWe engrave a zeppelin trophy for 12 euros. I will write to emma.private@example.com.");
    await look();
    assert.equal((await gap())?.draft?.writer, "template", "a model that fails costs nothing but polish");

    model.requests.length = 0;
    rules = () => [{ text: JSON.stringify(ARTICLE) }];
    await reply(visit.conversationId, "A zeppelin trophy is engraved within 5 working days.");
    await look();
    const { draft, people } = gapView.parse(await gap());
    assert.deepEqual([draft?.title, draft?.body, people], [ARTICLE.title, ARTICLE.body, 1]);
    assert.match(draft?.writer ?? "", /gpt/);
    const rewrites = model.requests.map(({ raw }) => raw).filter((raw) => raw.includes("zeppelin trophy"));
    assert.equal(rewrites.length, 1);
    assert.match(rewrites[0] ?? "", /\[EMAIL_1\]/);
    assert.doesNotMatch(rewrites[0] ?? "", /emma|larsson/i, "nothing personal leaves");
    model.requests.length = 0;
    await look();
    assert.equal(model.requests.length, 0, "a draft is made once for the same replies");
  } finally {
    await sql.end();
    await model.close();
  }
});
