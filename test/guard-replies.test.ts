import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { makeDirectToolsShop } from "./direct-tools-shop.ts";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRequest, type ScriptedRules } from "./scripted-model.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const stages = z.array(z.looseObject({ stage: z.string(), reason: z.string(), result: z.string().default("ok"), costMicroUsd: z.number().optional(), detail: z.record(z.string(), z.unknown()).default({}) }));
const GUARD = `
guard:
  judge: language-model
  replies:
    neverPromise:
      - { name: compensation, words: [voucher, compensation] }
    tone: { emoji: false }
`;
const QUESTION = "How long do I have to return something?";
const isJudging = (request: ScriptedRequest) => request.messages[0]?.text.startsWith("You check the numbered sentences") === true;

describe("what a reply may say", () => {
  let app: TestApp;
  let model: ScriptedModelServer;
  let sql: pg.Client;
  let shop: Awaited<ReturnType<typeof makeDirectToolsShop>>;
  let write: ScriptedRules = () => [{ text: "not scripted" }];
  let label = "supported";
  before(async () => {
    model = await startScriptedModel((request) => {
      if (!isJudging(request)) return write(request);
      const sentences = [...(request.messages.at(-1)?.text ?? "").matchAll(/^(\d+)\. /gm)].map(([, number]) => ({ number: Number(number), label }));
      return [{ text: JSON.stringify({ sentences }) }];
    });
    shop = await makeDirectToolsShop();
    await appendFile(join(shop.folder, "baton.yaml"), GUARD);
    app = await startTestApp({ env: { BATON_WORKSPACE: shop.folder, OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  beforeEach(() => {
    model.requests.length = 0;
    label = "supported";
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await model.close();
    await shop[Symbol.asyncDispose]();
  });
  const verifiedIn = async (turnId: string | null | undefined) => {
    const { rows: [turn] } = await sql.query<{ stages: unknown }>("select stages from turn where id = $1", [turnId]);
    return stages.parse(turn?.stages).filter(({ stage }) => stage === "verify");
  };

  test("a prohibited promise is repaired once, and the trace names the rule", async () => {
    write = (request) => [{ text: request.messages.at(-1)?.text.includes("Check by the house") === true ? "You can return unused items within 30 days of delivery [1]." : "We will send you a voucher for your trouble." }];
    const { reply } = await (await app.visit()).ask(QUESTION);
    assert.match(reply?.text ?? "", /30 days/);
    const [refused, kept] = await verifiedIn(reply?.turnId);
    assert.deepEqual([refused?.reason, refused?.result, refused?.detail["rules"], kept?.result], ["rule.promise.compensation", "refused", ["promise.compensation"], "ok"]);
    assert.match(model.requests.find((request) => request.raw.includes("Check by the house"))?.raw ?? "", /promise\.compensation/);
  });

  test("a reply that breaks a rule twice is not sent; what no article answers goes to a person", async () => {
    write = () => [{ text: "We will give you compensation 😀" }];
    const visit = await app.visit();
    const { reply } = await visit.ask("Do you sell submarines to astronauts?");
    assert.doesNotMatch(reply?.text ?? "", /compensation/);
    assert.equal((await sql.query<{ holder: string }>("select holder from conversation where id = $1", [visit.conversationId])).rows[0]?.holder, "queue");
  });

  test("a forbidden sentence is not shown while the answer is written", async () => {
    write = () => [{ text: "You can return unused items within 30 days of delivery [1]. We will send you a voucher. " }, { waitMs: 50 }];
    const visit = await app.visit();
    const shown: string[] = [];
    const stop = app.running.app.live.onConversation("shop", visit.conversationId, (event) => void (event.kind === "delta" && shown.push(event.text)));
    await visit.ask(QUESTION);
    stop();
    assert.doesNotMatch(shown.join(""), /voucher/);
  });

  test("the judge of the workspace decides, its cost is in the trace, and it is asked once a draft", async () => {
    write = () => [{ text: "A month is yours to bring things back that you never used [1]." }];
    const { reply } = await (await app.visit()).ask(QUESTION);
    assert.match(reply?.text ?? "", /A month is yours/);
    const [verified] = await verifiedIn(reply?.turnId);
    assert.equal(verified?.result, "ok");
    assert.ok((verified?.costMicroUsd ?? 0) > 0);
    assert.match(String(verified?.detail["by"]), /^model\//);
    assert.equal(model.requests.filter(isJudging).length, 1);
    assert.match(model.requests.find(isJudging)?.raw ?? "", /json_schema/);
  });

  test("what the judge does not find is repaired, and then the article itself answers", async () => {
    label = "unsupported";
    write = () => [{ text: "A month is yours to bring things back that you never used [1]." }];
    const { reply } = await (await app.visit()).ask(QUESTION);
    assert.match(reply?.text ?? "", /30 days/);
    const verdicts = await verifiedIn(reply?.turnId);
    assert.deepEqual(verdicts.map(({ result }) => result), ["refused", "refused", "ok"]);
    assert.deepEqual(verdicts[0]?.detail["faults"], ["the model does not find it in the evidence"]);
  });

  test("what the judge reads leaves the house with placeholders", async () => {
    write = () => [{ text: "I will write to [EMAIL_1]. A month is yours to bring things back that you never used [1]." }];
    await (await app.visit()).ask(`${QUESTION} My mail is emma.private@example.com.`);
    assert.ok(model.requests.some(isJudging));
    assert.ok(!model.requests.some((request) => request.raw.includes("emma.private")));
  });

  test("an effect that only a text wants is put to the contact first, and done when they agree", async () => {
    write = (request) => [request.messages.at(-1)?.role === "tool" ? { text: "Done." } : { toolCall: { name: "cancel_order", arguments: { order_number: 1042 } } }];
    const visit = await app.visit("emma.larsson@example.com");
    const { reply } = await visit.ask("How do I wash a down jacket?");
    assert.match(reply?.text ?? "", /Shall I do this for you\? .*1042.* Please answer "yes" or "no"/);
    const effects = async () => (await sql.query("select 1 from shop.effects where order_number = 1042")).rows.length;
    assert.equal(await effects(), 0);
    await visit.ask("yes");
    assert.equal(await effects(), 1);
  });
});
