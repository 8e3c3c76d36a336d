import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { after, before, beforeEach, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { CONTRACT_INTENTS } from "../src/intelligence/understander.contract.ts";
import { understandingView } from "../src/shapes/understanding.ts";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "./scripted-model.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const bench = join(import.meta.dirname, "..", "bench");
const weights = join(bench, ".models", "all-MiniLM-L6-v2");
const peers = join(bench, "peers");
const hasWeights = existsSync(join(weights, "model.onnx")) && existsSync(join(peers, "node_modules", "onnxruntime-node"));

const DIMENSIONS = 16;
const SURE = "where is my refund";
const IN_OTHER_WORDS = "the parcel that I ordered never showed up";
/** Neither words nor meaning tell what it is. */
const ODD = "the floofle of my snorkbox is wobbly, I am at emma@example.com";

type Embeddings = { name: string; skip: string | false; /** What stands in `baton.yaml`, and the id of the understander that comes of it. */ settings(): Promise<{ value: unknown; id: RegExp }>; close(): void };

/** Each intent has a direction of its own; a text that stands nowhere lies in none of them. */
function meaningOf(text: string): number[] {
  const place = text === IN_OTHER_WORDS ? 0 : CONTRACT_INTENTS.findIndex(({ examples }) => examples.includes(text));
  return Array.from({ length: DIMENSIONS }, (_, at) => (at === (place === -1 ? DIMENSIONS - 1 : place) ? 1 : 0));
}

/** A server inside the house that speaks `/v1/embeddings`; its vectors are scripted. */
function overHttp(): Embeddings {
  let server: Server | null = null;
  const asked = z.object({ input: z.array(z.string()) });
  return {
    name: "an embedding server in the house", skip: false,
    async settings() {
      const made = createServer((request, response) => {
        void (async () => {
          const vectors = asked.parse(await json(request)).input.map(meaningOf);
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify({ object: "list", model: "meanings", data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: vector })) }));
        })();
      });
      server = made;
      await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
      const address = made.address();
      if (address === null || typeof address === "string") throw new Error("no port");
      return { value: { url: `http://127.0.0.1:${address.port}/v1`, model: "meanings", dimensions: DIMENSIONS }, id: /meanings/ };
    },
    close() {
      server?.closeAllConnections();
      server?.close();
    },
  };
}

const fromFolder: Embeddings = {
  name: "an ONNX model from a folder", skip: hasWeights ? false : "needs the model that `npm run prove -- understand` brings, and onnxruntime-node in bench/peers",
  settings: () => Promise.resolve({ value: { folder: weights, runtime: peers }, id: /^onnx\/all-MiniLM-L6-v2$/ }),
  close: () => undefined,
};

const reading = z.object({ by: z.string(), intents: z.array(z.object({ name: z.string(), confidence: z.number() })), steps: z.array(z.object({ by: z.string(), confidence: z.number(), failure: z.string().optional() })) });

for (const embeddings of [overHttp(), fromFolder]) {
  describe(`who reads a message, cheapest first, with ${embeddings.name} and an AI model`, { skip: embeddings.skip }, () => {
    let app: TestApp;
    let model: ScriptedModelServer;
    let sql: pg.Client;
    let folder = "";
    let id = /./;
    let rules: ScriptedRules = () => [{ text: "not scripted" }];
    before(async () => {
      const { value, id: expected } = await embeddings.settings();
      id = expected;
      model = await startScriptedModel((request) => rules(request));
      folder = await mkdtemp(join(tmpdir(), "baton-reading-"));
      for (const name of ["knowledge", "agents"]) await mkdir(join(folder, name));
      await writeFile(join(folder, "agents", "assistant.md"), "---\ntitle: Assistant\ndescription: Answers.\ntools: []\n---\nYou answer.\n");
      await writeFile(join(folder, "baton.yaml"), JSON.stringify({ tenant: { id: "order", name: "Order" }, channels: ["web"], embeddings: value, understanding: { askModelBelow: 0.5 } }));
      const intents = CONTRACT_INTENTS.filter(({ name }) => name !== "out_of_scope").map(({ name, examples }) => ({ name, description: name, action: { reply: `This is ${name}.` }, examples }));
      await writeFile(join(folder, "intents.yaml"), JSON.stringify({ intents, out_of_scope: CONTRACT_INTENTS.find(({ name }) => name === "out_of_scope")?.examples }));
      app = await startTestApp({ env: { BATON_WORKSPACE: folder, OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url } });
      sql = new pg.Client({ connectionString: app.databaseUrl });
      await sql.connect();
    });
    beforeEach(() => {
      model.requests.length = 0;
    });
    after(async () => {
      await sql.end();
      await app[Symbol.asyncDispose]();
      await model.close();
      embeddings.close();
      await rm(folder, { recursive: true });
    });
    const readers = () => model.requests.filter(({ raw }) => raw.includes("You read one message of a customer"));
    const ask = async (text: string) => {
      const { reply } = await (await app.visit()).ask(text);
      const { rows: [turn] } = await sql.query<{ stages: unknown }>("select stages from turn where id = $1", [reply?.turnId]);
      const read = reading.parse(z.array(z.object({ stage: z.string(), detail: z.unknown().optional() })).parse(turn?.stages).find((each) => each.stage === "understand")?.detail);
      return { ...read, askedInTurn: read.steps.map(({ by }) => by), reply: reply?.text ?? "" };
    };

    test("all three are there, in the order of what they cost", async () => {
      const { by } = understandingView.parse(await (await app.request("/api/understanding", { headers: await app.signIn() })).json());
      assert.equal(by.length, 3);
      assert.equal(by[0], "built-in");
      assert.match(by[1] ?? "", id);
      assert.match(by[2] ?? "", /^model\//);
    });

    test("a clear message is read without weights, and nobody else is asked", async () => {
      const read = await ask(SURE);
      assert.deepEqual([read.askedInTurn, read.intents[0]?.name, readers().length], [["built-in"], "refund_status", 0]);
    });

    test("a less clear one goes to the local model, and stays in the house when that is sure enough", async () => {
      const read = await ask(IN_OTHER_WORDS);
      assert.equal(read.askedInTurn.length, 2, JSON.stringify(read.steps));
      assert.match(read.askedInTurn[1] ?? "", id);
      assert.deepEqual([read.intents[0]?.name, readers().length], ["order_status", 0]);
    });

    test("what neither knows goes to the AI model, with placeholders for personal values, and its answer counts", async () => {
      rules = () => [{ text: JSON.stringify({ intents: [{ name: "return_item", certainty: "sure" }], language: "en", sentiment: "neutral", risks: [] }) }];
      const read = await ask(ODD);
      assert.equal(read.askedInTurn.length, 3, JSON.stringify(read.steps));
      assert.deepEqual([read.intents[0], read.by], [{ name: "return_item", confidence: 0.9 }, read.askedInTurn[2]]);
      assert.equal(readers().length, 1);
      assert.match(readers()[0]?.raw ?? "", /snorkbox is wobbly, I am at \[EMAIL_1\]/);
      assert.ok(!model.requests.some(({ raw }) => raw.includes("emma@example.com")));
      const { rows } = await sql.query<{ purpose: string }>("select distinct purpose from model_use");
      assert.ok(rows.some(({ purpose }) => purpose === "understand"), "the call is in the bill");
    });

    test("an AI model that fails is passed over by name, and the message is answered", async () => {
      rules = () => ({ fault: "status", status: 400 });
      const read = await ask("my quibbleflap is not quibbling");
      assert.equal(read.askedInTurn.length, 3, JSON.stringify(read.steps));
      assert.match(read.steps[2]?.failure ?? "", /^models\./);
      assert.notEqual(read.reply, "");
    });
  });
}
