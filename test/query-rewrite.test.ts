import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import type { Durable } from "../src/durable/durable.ts";
import { retrieveForTurn } from "../src/conversation/stages/retrieve.ts";
import type { Decision, TurnContext } from "../src/conversation/turn.ts";
import { makeDirectToolsShop } from "./direct-tools-shop.ts";
import { startScriptedModel, type ScriptedAnswer, type ScriptedModelServer, type ScriptedRequest } from "./scripted-model.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

const act = z.object({ stage: z.literal("act"), model: z.string().nullish(), costMicroUsd: z.number().nullish(), detail: z.object({ searchedFor: z.string().nullish(), rewrite: z.string().optional(), passages: z.array(z.object({ chunkId: z.string() })) }) });
const isRewrite = (request: ScriptedRequest) => request.messages[0]?.text.includes("into one search query") === true;
const QUERY = "How many working days does delivery to Norway take?";
const FOLLOW_UP = "and how long does it take?";

describe("a question that leans on the talk, with a model", () => {
  let app: TestApp;
  let model: ScriptedModelServer;
  let sql: pg.Client;
  let shop: Awaited<ReturnType<typeof makeDirectToolsShop>>;
  let rewriting: ScriptedAnswer = [];
  before(async () => {
    model = await startScriptedModel((request) => (isRewrite(request) ? rewriting : [{ text: "Yes, we ship to Norway [1]." }]));
    shop = await makeDirectToolsShop();
    app = await startTestApp({ env: { BATON_WORKSPACE: shop.folder, OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  beforeEach(() => {
    rewriting = [{ text: QUERY }];
    model.requests.length = 0;
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await model.close();
    await shop[Symbol.asyncDispose]();
  });
  const actOf = async (turnId: string | null | undefined) => {
    const { rows } = await sql.query<{ stages: unknown }>("select stages from turn where id = $1", [turnId]);
    return z.array(z.unknown()).parse(rows[0]?.stages).flatMap((stage) => (act.safeParse(stage).success ? [act.parse(stage)] : []))[0] ?? assert.fail("no stage act");
  };
  const rewrites = () => model.requests.filter(isRewrite);

  test("is searched for as the model puts it, from placeholders only; the trace tells how, and what it cost", async () => {
    const visit = await app.visit();
    await visit.ask("My mail is emma.private@example.com. Do you ship to Norway?");
    assert.equal(rewrites().length, 0, "a first question stands alone");
    const { reply } = await visit.ask(FOLLOW_UP);
    assert.equal(rewrites().length, 1);
    const sent = rewrites()[0]?.raw ?? "";
    assert.ok(sent.includes("Norway") && sent.includes("[EMAIL_1]") && !sent.includes("emma.private@example.com"));
    const stage = await actOf(reply?.turnId);
    assert.deepEqual([stage.detail.searchedFor, stage.detail.rewrite], [QUERY, "rewritten"]);
    assert.ok((stage.costMicroUsd ?? 0) > 0 && /gpt/.test(stage.model ?? ""));
    const written = model.requests.findLast((request) => !isRewrite(request));
    assert.match(written?.messages[0]?.text ?? "", /Norway/, "the model that answers sees what was found by it");
    await until(async () => (await sql.query("select 1 from model_use where purpose = 'rewrite' and turn_id = $1", [reply?.turnId])).rows.length === 1);
  });

  test("a model that fails, answers no query or takes too long costs the rewriting only: terms are carried over", async () => {
    const { rewriter } = app.running.app.turns;
    if (rewriter === null) return assert.fail("a model is set");
    rewriter.timeoutMs = 500;
    for (const [answer, reason] of [[{ fault: "hang" }, "longer than 500 ms"], [[{ text: "Sure! Here it is:\nNorway" }], "gave no query"], [{ fault: "status", status: 400 }, "models.rejected"]] as const) {
      rewriting = answer;
      const visit = await app.visit();
      await visit.ask("Do you ship to Norway?");
      const { reply } = await visit.ask(FOLLOW_UP);
      const { detail } = await actOf(reply?.turnId);
      assert.ok(detail.rewrite?.includes(reason), `${reason}: ${detail.rewrite ?? ""}`);
      assert.equal(detail.searchedFor, null);
      assert.ok(detail.passages.length > 0 && (reply?.text ?? "").includes("Norway"));
    }
  });

  test("a replayed turn asks nobody again and searches for the same", async () => {
    const { turns } = app.running.app;
    const visit = await app.visit();
    await visit.ask("Do you ship to Norway?");
    const { reply } = await visit.ask(FOLLOW_UP);
    const context: TurnContext = {
      tenantId: app.running.app.workspace.tenantId, conversationId: visit.conversationId, turnId: reply?.turnId ?? "", caseId: "", round: 0, untilSeq: 0, messages: [], earlier: [{ author: "contact", text: "Do you ship to Norway?" }],
      contact: { id: "contact_x", name: null, email: null, externalId: null, isVerified: false }, focus: { records: {}, pending: null }, placeholders: [], questions: [], text: FOLLOW_UP, channel: "web", receivedAtMs: Date.now(),
    };
    const decision: Decision = { parts: [{ kind: "agent" }], fallback: [], intent: null, confidence: 0, reason: "test", focus: context.focus, rights: { audiences: ["public"], mayUseRecords: false }, understanding: { language: "en", sentiment: { label: "neutral", score: 0 }, urgency: 0, risks: [] }, rewrites: true };
    const journal = new Map<string, string>();
    const durable: Pick<Durable, "step" | "signal"> = {
      signal: new AbortController().signal,
      async step<T>(name: string, work: (signal: AbortSignal) => Promise<T>) {
        const known = journal.get(name);
        if (known !== undefined) return JSON.parse(known);
        const made = await work(new AbortController().signal);
        journal.set(name, JSON.stringify(made));
        return made;
      },
    };
    const run = () => retrieveForTurn(turns, durable, context, decision, { text: FOLLOW_UP, history: context.earlier });
    const first = await run();
    rewriting = [{ text: "Something else about tents" }];
    const asked = model.requests.length;
    const again = await run();
    assert.deepEqual([...journal.keys()], ["rewrite", "search.rewritten"]);
    assert.ok(!(journal.get("rewrite") ?? "").includes("Norway"), "texts are not in the journal");
    assert.equal(model.requests.length, asked);
    assert.deepEqual([again.rewrite, again.passages.map(({ chunkId }) => chunkId)], [first.rewrite, first.passages.map(({ chunkId }) => chunkId)]);
    assert.equal(again.rewrite?.query, QUERY);
  });
});
