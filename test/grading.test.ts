import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { comparisonView, evaluationView } from "../src/shapes/grading.ts";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRequest } from "./scripted-model.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

const GOOD = "You can return unused items within 30 days of delivery [1].";
const POOR = "Please look at our site.";
const QUESTIONS = ["How long do I have to return something? My mail is jo.private@example.com", "How many days do I have to return an item?", "Until when can I return unused items?"];

describe("grading answers of models", () => {
  let server: ScriptedModelServer;
  let app: TestApp;
  let sql: pg.Client;
  let folder = "";
  const isJudge = (request: ScriptedRequest) => request.raw.includes("<answer_A>");
  let judged: (request: ScriptedRequest) => string = (request) => {
    const said = request.messages.at(-1)?.text ?? "";
    return JSON.stringify(Object.fromEntries(["A", "B"].map((letter) => [letter, said.includes(`<answer_${letter}>\n${GOOD}`) ? 9 : 2])));
  };
  before(async () => {
    server = await startScriptedModel((request) => [{ text: isJudge(request) ? judged(request) : request.model === "huge" ? GOOD : POOR }, { usage: { promptTokens: 1_000, completionTokens: 20 } }]);
    folder = await mkdtemp(join(tmpdir(), "baton-grading-"));
    await cp(new URL("../examples/shop", import.meta.url), folder, { recursive: true });
    await writeFile(join(folder, "models.yaml"), `
models:
  - { name: small, provider: openai-compatible, model: tiny, url: "${server.url}", handling: inside, price: { prompt: 0.1, completion: 0.5, source: a contract, readOn: 2026-11-21 } }
  - { name: big, provider: openai-compatible, model: huge, url: "${server.url}", handling: inside, abilities: [text, tools, json, stream], price: { prompt: 1, completion: 5, source: a contract, readOn: 2026-11-21 } }
routes: { default: [big, small] }
budgets:
  - { name: graders, scope: user, window: day, hard: 0.06 }
`);
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await server.close();
    await rm(folder, { recursive: true });
  });
  const send = async (method: string, path: string, body: unknown) => app.request(path, { method, headers: { "content-type": "application/json", ...(await app.signIn()) }, body: JSON.stringify(body) });
  const evaluate = async (body: unknown = {}) => evaluationView.parse(await (await send("POST", "/api/routes/evaluations", body)).json());
  const grades = async () => (await sql.query<{ model: string; quality: number; micro_usd: string | null; source: string; prompt: string; intent: string | null }>("select model, quality, micro_usd, source, prompt, intent from model_grade order by model, made_at, prompt_hash")).rows;

  test("before anything was answered there is nothing to grade, and that is said", async () => {
    for (const path of ["/api/routes/comparisons", "/api/routes/evaluations"]) {
      const answer = await send("POST", path, {});
      assert.equal(answer.status, 409);
      assert.match(await answer.text(), /models\.nothing_to_grade.*No reply waits to be graded/);
    }
  });

  test("a model grades answers of all models to the prompts of earlier replies, without personal values, within the budgets", async () => {
    for (const question of QUESTIONS) await (await app.visit()).ask(question);
    server.requests.length = 0;
    const made = await evaluate({ prompts: 2 });
    assert.deepEqual([made.judge, made.models, made.prompts, made.grades, made.failures, made.stopped], ["big", ["small", "big"], 2, 4, [], null]);
    assert.equal(server.requests.filter(isJudge).length, 2);
    assert.ok(server.requests.every(({ raw }) => !raw.includes("jo.private@example.com")));
    const rows = await grades();
    assert.deepEqual(rows.map(({ model, quality, source }) => `${model} ${quality} ${source}`), ["big 0.9 evaluation", "big 0.9 evaluation", "small 0.2 evaluation", "small 0.2 evaluation"]);
    assert.deepEqual([...new Set(rows.map(({ model, micro_usd: cost }) => `${model} ${cost}`))].sort(), ["big 1100", "small 110"]);
    assert.ok(rows.every(({ prompt }) => !prompt.includes("@")));
    assert.equal(made.microUsd, 2 * (1_100 + 110 + 1_100), "answers and judge");
    await until(async () => (await sql.query("select 1 from model_use where purpose = 'evaluate'")).rowCount === 6);
    const [entry] = (await sql.query<{ body: string }>("select body from ledger_entry where kind = 'routing.graded'")).rows;
    assert.partialDeepStrictEqual(JSON.parse(entry?.body ?? "{}"), { source: "evaluation", judge: "big", grades: 4, prompts: 2 });
    assert.equal((await evaluate()).prompts, 1, "what is graded is not asked again");
    assert.equal((await send("POST", "/api/routes/evaluations", {})).status, 409);
  });

  test("a person grades two answers side by side; the grade takes the place of the model's, and its cost stays", async () => {
    const compared = comparisonView.parse(await (await send("POST", "/api/routes/comparisons", {})).json());
    assert.deepEqual(compared.answers.map(({ model }) => model).sort(), ["big", "small"]);
    assert.equal(compared.answers.find(({ model }) => model === "big")?.text, GOOD);
    assert.equal((await send("PUT", "/api/routes/grades", { id: compared.id, grades: [{ model: "big", quality: 1 }, { model: "small", quality: 0.5 }] })).status, 200);
    const own = (await grades()).filter(({ prompt }) => prompt === compared.prompt);
    assert.deepEqual(own.map(({ model, quality, source, micro_usd: cost }) => `${model} ${quality} ${source} ${cost}`), ["big 1 person 1100", "small 0.5 person 110"]);
    const next = comparisonView.parse(await (await send("POST", "/api/routes/comparisons", { models: ["small", "big"] })).json());
    assert.notEqual(next.id, compared.id, "the next one that no person has graded");
    assert.match(await (await send("PUT", "/api/routes/grades", { id: "call_nothere", grades: [{ model: "big", quality: 1 }] })).text(), /models\.prompt_unknown/);
    assert.match(await (await send("PUT", "/api/routes/grades", { id: next.id, grades: [{ model: "other", quality: 1 }] })).text(), /models\.unknown/);
    assert.match(await (await send("POST", "/api/routes/evaluations", { judge: "other" })).text(), /models\.unknown/);
  });

  test("a judge that gives no grade grades nothing, and is counted", async () => {
    const usual = judged;
    judged = () => JSON.stringify({ A: 70, B: 2 });
    await (await app.visit()).ask("When can I return what I have not used?");
    const made = await evaluate();
    judged = usual;
    assert.deepEqual([made.prompts, made.grades, made.failures], [0, 0, [{ model: "big", reason: "no grade came", count: 1 }]]);
  });

  test("a budget that is used up ends the run; what was graded before is kept", async () => {
    for (let number = 0; number < 12; number += 1) await (await app.visit()).ask(`How long do I have to return item number ${number + 100}?`);
    const before = (await grades()).length;
    const made = await evaluate({ prompts: 50 });
    assert.match(made.stopped ?? "", /budget/i);
    assert.ok(made.prompts < 13 && made.failures.some(({ reason }) => reason === "models.over_budget"), JSON.stringify(made));
    assert.equal((await grades()).length, before + made.grades);
  });
});
