import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { createKey } from "../src/identity/authenticate.ts";
import { startTestApp, until, type TestApp, type Visit } from "./start-test-app.ts";

const cited = z.object({ author: z.string(), text: z.string(), citations: z.array(z.object({ documentId: z.string(), title: z.string(), quote: z.string() })) });
const thread = z.object({ items: z.array(cited) });
const answered = z.object({ message: z.unknown(), reply: cited.extend({ turnId: z.string() }) });
const sync = z.object({ id: z.string(), status: z.string() });

const QUESTION = "How many hours does the harbour lantern burn on one charge?";
const FACT = "41 hours";

describe("a citation in an older message, whose article was closed to the reader or removed since", () => {
  let app: TestApp;
  let visit: Visit;
  let staff: Record<string, string>;
  let key: Record<string, string>;
  let documentId = "";
  let quote = "";
  let turnId = "";

  const read = async (path: string, headers: Record<string, string>, body?: unknown): Promise<unknown> => {
    const answer = await app.request(path, { headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json", prefer: "wait=20" }) }, ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }) });
    return answer.status === 404 ? null : answer.json();
  };
  const change = async (method: string, path: string, body?: unknown) => {
    const text = typeof body === "string" ? body : body === undefined ? undefined : JSON.stringify(body);
    const answer = await app.request(`/api/knowledge/sources/${path}`, { method, headers: { ...staff, ...(text === undefined ? {} : { "content-type": typeof body === "string" ? "text/markdown" : "application/json" }) }, ...(text === undefined ? {} : { body: text }) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.json();
  };
  const synced = async (begun: unknown) => {
    const { id } = sync.parse(begun);
    await until(async () => sync.parse(await read(`/api/knowledge/syncs/${id}`, staff)).status === "done");
  };
  /** Whoever may see it: a group that nobody is in closes the article to everybody. */
  const setAudience = async (audience: string) => {
    await change("PUT", "lanterns", { kind: "upload", defaults: { audience: [audience] } });
    await synced(await change("POST", "lanterns/syncs", {}));
  };
  const quoted = (messages: z.output<typeof cited>[]) => messages.find(({ author, text }) => author === "ai" && text.includes(FACT)) ?? assert.fail("the message is gone");
  const lastEvent = async (): Promise<unknown> => {
    const leaving = new AbortController();
    const answer = await app.request("/api/chat/events", { headers: visit.headers, signal: leaving.signal });
    let text = "";
    for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      const data = /event: message\ndata: (\{[^\n]*"author":"ai"[^\n]*\})\n/.exec(text)?.[1];
      if (data === undefined) continue;
      leaving.abort();
      return JSON.parse(data);
    }
    return assert.fail("no message came");
  };

  /** The message with its citations, by every route that shows it. */
  const ROUTES: Readonly<Record<string, () => Promise<z.output<typeof cited>>>> = {
    "the console's thread": async () => quoted(thread.parse(await read(`/api/conversations/${visit.conversationId}/messages`, staff)).items),
    "the thread over the API": async () => quoted(thread.parse(await read(`/api/conversations/${visit.conversationId}/messages`, key)).items),
    "the customer's page": async () => quoted(thread.parse(await read("/api/chat/messages", visit.headers)).items),
    "the customer's live thread": async () => cited.parse(await lastEvent()),
    "the customer's message sent again": async () => answered.parse(await read("/api/chat/messages", visit.headers, { id: "first-message", text: QUESTION })).reply,
    "the message of another system sent again": async () => answered.parse(await read("/api/messages", key, { id: "from-erp", contact: { email: "emma.larsson@example.com" }, text: QUESTION })).reply,
  };

  before(async () => {
    app = await startTestApp();
    staff = await app.signIn();
    const { identity, workspace } = app.running.app;
    key = { authorization: `Bearer ${await createKey(identity, workspace.tenantId, "erp")}` };
    await app.request("/api/knowledge/sources", { method: "POST", headers: { ...staff, "content-type": "application/json" }, body: JSON.stringify({ name: "lanterns", kind: "upload", defaults: { audience: ["public"] } }) });
    await synced(await change("PUT", "lanterns/files/harbour.md", `# Harbour lantern\n\nThe harbour lantern burns for ${FACT} on one charge.\n`));
    visit = await app.visit();
    const { reply } = await visit.ask(QUESTION, "first-message");
    [documentId, quote, turnId] = [reply?.citations[0]?.documentId ?? "", reply?.citations[0]?.quote ?? "", reply?.turnId ?? ""];
    await read("/api/messages", key, { id: "from-erp", contact: { email: "emma.larsson@example.com" }, text: QUESTION });
  });
  after(() => app[Symbol.asyncDispose]());

  const DOCUMENTS = { "opened by staff": () => read(`/api/documents/${documentId}?quote=${encodeURIComponent(quote)}`, staff), "opened over the API": () => read(`/api/documents/${documentId}?quote=${encodeURIComponent(quote)}`, key), "opened by the customer": () => read(`/api/chat/documents/${documentId}?quote=${encodeURIComponent(quote)}`, visit.headers) };

  for (const [route, show] of Object.entries(ROUTES)) {
    test(`${route}: shown while the article is open, not while it is closed, and again when it is opened`, async () => {
      const asSaid = await show();
      assert.deepEqual(asSaid.citations.map((citation) => citation.documentId), [documentId]);
      await setAudience("board");
      const closed = await show();
      assert.deepEqual([closed.text, closed.citations], [asSaid.text, []], "what was said stays; where it stands is not told");
      await setAudience("public");
      assert.deepEqual(await show(), asSaid);
    });
  }

  for (const [route, open] of Object.entries(DOCUMENTS)) {
    test(`the article ${route}: as it is while open, not there while closed`, async () => {
      assert.match(JSON.stringify(await open()), /41 hours/);
      await setAudience("board");
      assert.equal(await open(), null);
      await setAudience("public");
    });
  }

  test("the trace and the ledger hold ids of passages and no words of them", async () => {
    const trace = JSON.stringify(await read(`/api/turns/${turnId}`, staff));
    assert.match(trace, /"chunkId":"chunk_/);
    const ledger = JSON.stringify(await read("/api/ledger?limit=200", staff));
    for (const words of [FACT, "Harbour lantern", quote]) assert.ok(!trace.includes(words) && !ledger.includes(words), words);
  });

  test("an article that was removed while it was open is still quoted; one that was closed first is not, by any route", async () => {
    await synced(await change("DELETE", "lanterns/files/harbour.md"));
    for (const [route, show] of Object.entries(ROUTES)) assert.equal((await show()).citations.length, 1, route);
    for (const [route, open] of Object.entries(DOCUMENTS)) assert.match(JSON.stringify(await open()), /"isCurrent":false/, route);
    await synced(await change("PUT", "lanterns/files/harbour.md", `# Harbour lantern\n\nThe harbour lantern burns for ${FACT} on one charge.\n`));
    await setAudience("board");
    await synced(await change("DELETE", "lanterns/files/harbour.md"));
    for (const [route, show] of Object.entries(ROUTES)) assert.equal((await show()).citations.length, 0, route);
    for (const [route, open] of Object.entries(DOCUMENTS)) assert.equal(await open(), null, route);
  });
});
