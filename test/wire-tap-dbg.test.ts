import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { startScriptedModel, type ScriptedAnswer, type ScriptedModelServer, type ScriptedRequest } from "./scripted-model.ts";
import { startTestApp, type TestApp, type Visit } from "./start-test-app.ts";
import { makeDay } from "./wire-tap-day.ts";

const MESSAGES = 240;
const VISITS = 24;
const AT_ONCE = 6;
const ARTICLE_VALUES = ["Solveig Torgersen", "solveig.torgersen@repairs.example", "+47 22 86 44 00"];
const ARTICLE = `---
title: Repairs of tents and jackets
audience: [public]
language: en
updated: 2026-05-05
---

## Who repairs

Repairs are done by Mrs. ${ARTICLE_VALUES[0]}. Ask about repairs at ${ARTICLE_VALUES[1]} or by phone at ${ARTICLE_VALUES[2]}. A repair takes two weeks.
`;
const orderRows = z.array(z.object({ order_number: z.number(), name: z.string(), email: z.string(), street: z.string(), shipping_address: z.string() }));

describe("a wire tap on all that leaves for a model", () => {
  let app: TestApp;
  let model: ScriptedModelServer;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-wire-tap-"));
    await cp("examples/shop", folder, { recursive: true });
    await writeFile(join(folder, "knowledge", "orders", "repairs.md"), ARTICLE);
    model = await startScriptedModel(answer);
    app = await startTestApp({ env: { BATON_WORKSPACE: folder, OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url } });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("a day of conversations leaves no personal value in any byte", async () => {
    const orders = await ordersIn(app.databaseUrl);
    const customers = ["emma.larsson@example.com", "jonas.weber@example.com"];
    const own = orders.filter(({ email }) => customers.includes(email));
    const day = makeDay({ seed: 7, messages: MESSAGES, visits: VISITS, customers, orders: own.map((order) => order.order_number) });
    await liveThrough(app, day);
    const wire = model.requests.map(({ path, raw, headers }) => `${path}\n${JSON.stringify(headers)}\n${raw}`).join("\n");
    assert.ok(model.requests.length > MESSAGES / 2, `the model was asked ${model.requests.length} times`);
    const personal = new Set([...day.flatMap((message) => message.personal), ...own.flatMap(({ name, street, shipping_address }) => [name, street, shipping_address]), ...customers, ...ARTICLE_VALUES]);
    const left = [...personal].filter((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)].some((written) => wire.includes(written)));
    for (const v of left.slice(0,4)) { const r = model.requests.find((q) => q.raw.includes(v)); const i = r?.raw.indexOf(v) ?? 0; console.log("LEFT", v, r?.raw.slice(0,60), "...", r?.raw.slice(Math.max(0, i-260), i+80)); }
    assert.deepEqual(left, []);
    for (const kind of ["NAME", "EMAIL", "PHONE", "CARD", "IBAN", "ADDRESS", "SECRET", "PASSPORT"]) assert.match(wire, new RegExp(`\\[${kind}_\\d+\\]`), `something of ${kind} was there to be hidden`);
    assert.ok(model.requests.some(({ messages }) => messages.some(({ role, text }) => role === "tool" && /\[ADDRESS_\d+\]/.test(text))), "results of tools were hidden too");
  });
});

/** Looks up the order a message names, then says something; repeats a placeholder, so that the way back is walked too. */
function answer(request: ScriptedRequest): ScriptedAnswer {
  const last = request.messages.at(-1);
  const order = /\b(1\d{3})\b/.exec(last?.text ?? "")?.[1];
  if (last?.role === "user" && order !== undefined && request.toolNames.includes("get_order")) return [{ toolCall: { name: "get_order", arguments: { order_number: Number(order) } } }];
  const token = /\[[A-Z_]+_\d+\]/.exec(last?.text ?? "")?.[0] ?? "";
  return [{ text: `Thank you. ${token}` }];
}

async function ordersIn(databaseUrl: string): Promise<z.infer<typeof orderRows>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return orderRows.parse((await client.query("select o.order_number, c.name, lower(c.email) as email, c.street, o.shipping_address from shop.orders o join shop.customers c using (customer_id)")).rows);
  } finally {
    await client.end();
  }
}

/** Each visit writes its messages one after another, some visits at a time. */
async function liveThrough(app: TestApp, day: ReturnType<typeof makeDay>): Promise<void> {
  const byVisit = Map.groupBy(day, ({ visit }) => visit);
  const waiting = [...byVisit.values()];
  const walk = async (): Promise<void> => {
    for (let messages = waiting.pop(); messages !== undefined; messages = waiting.pop()) {
      const visit: Visit = await app.visit(messages[0]?.email ?? undefined);
      for (const { text } of messages) await visit.ask(text);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
}
