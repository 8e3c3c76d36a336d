import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect as connectSocket } from "node:net";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { z } from "zod";
import type { App } from "../src/app/app.ts";
import { createHttpApp } from "../src/app/http-app.ts";
import { listen, type Listening } from "../src/app/listen.ts";
import { storeInbound } from "../src/channels/inbox.store.ts";
import { preferredWaitMs } from "../src/app/wait-for-reply.ts";
import { createKey } from "../src/identity/authenticate.ts";
import { ensureTenant } from "../src/identity/identity.store.ts";
import { openVisit } from "../src/identity/open-visit.ts";
import { createFakeClock } from "../src/lib/clock.ts";
import { newId } from "../src/lib/ids.ts";
import { createLog } from "../src/lib/log.ts";
import type { Live } from "../src/observe/live.ts";
import { messageView } from "../src/shapes/conversation.ts";
import { startTestApp, until, type TestApp, type Visit } from "./start-test-app.ts";

type Headers = Record<string, string>;
type Http = ReturnType<typeof createHttpApp>;

const QUESTION = "How long do I have to return something?";
const problem = z.object({ type: z.url(), title: z.string().min(1), status: z.number(), detail: z.string().min(1), code: z.string(), requestId: z.string().startsWith("req_") });
const thread = z.object({ items: z.array(messageView) });

/** Counts who listens to live events, so that one who stays behind is seen. */
function countListeners(live: Live): Live & { listeners(): number } {
  let listeners = 0;
  const counted = (stop: () => void) => {
    listeners += 1;
    return () => {
      listeners -= 1;
      stop();
    };
  };
  return { ...live, onConversation: (...given) => counted(live.onConversation(...given)), onTenant: (...given) => counted(live.onTenant(...given)), listeners: () => listeners };
}

const toJson = (body: unknown, headers: Headers = {}): RequestInit => ({ method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

async function problemOf(response: Response): Promise<z.infer<typeof problem>> {
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const read = problem.parse(await response.json());
  assert.equal(read.status, response.status);
  return read;
}

const codeOf = async (response: Response) => `${response.status} ${(await problemOf(response)).code}`;

describe("bad input", () => {
  const lines: { level: string; event: string; status?: unknown; path?: unknown; code?: unknown }[] = [];
  let app: TestApp;
  let http: Http;
  let live: ReturnType<typeof countListeners>;
  let server: Listening;
  let base: string;
  let sql: pg.Client;
  let staff: Headers;
  let key: Headers;

  before(async () => {
    app = await startTestApp({ log: createLog({ level: "info", isPretty: false, write: (line) => void lines.push(JSON.parse(line)) }) });
    live = countListeners(app.running.app.live);
    const watched: App = { ...app.running.app, live, receive: { ...app.running.app.receive, live } };
    http = createHttpApp(watched);
    server = await listen(http.fetch, { host: "127.0.0.1", port: 0, canMove: false });
    base = `http://127.0.0.1:${server.port}`;
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
    staff = await app.signIn();
    key = { authorization: `Bearer ${await createKey(watched.identity, watched.workspace.tenantId, "a test")}` };
  });
  after(async () => {
    await sql.end();
    await server[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
  });

  const rows = async (text: string, values: unknown[] = []) => (await sql.query<Record<string, unknown>>(text, values)).rows;
  const send = (visit: Visit, text: unknown, id: unknown = randomUUID(), headers: Headers = {}) => Promise.resolve(http.request("/api/chat/messages", toJson({ id, text }, { ...visit.headers, ...headers })));
  const read = async (visit: Visit) => thread.parse(await (await http.request("/api/chat/messages?limit=200", { headers: visit.headers })).json()).items;

  /** A visit whose messages are stored but not answered, since a person is awaited. */
  async function quietVisit(): Promise<Visit> {
    const visit = await app.visit();
    await http.request("/api/chat/handoff", { method: "POST", headers: visit.headers });
    return visit;
  }

  async function isWell(): Promise<void> {
    assert.equal((await fetch(`${base}/api/health`)).status, 200);
    assert.ok((await (await app.visit()).ask(QUESTION)).reply);
  }

  describe("of who asks", () => {
    test("an unknown, forged or foreign sign-in is refused, and the refusal is in the log", async () => {
      const { token } = await app.visit();
      const [, , payload, signature] = token.split(".");
      const other = Buffer.from(JSON.stringify({ contact: "cont_1", conversation: "conv_1", expires: 9e15 })).toString("base64url");
      const visitors = ["x", "bv", "bv.shop", "bv.shop.e30.e30", `bv.shop.${other}.${signature}`, `bv.other.${payload}.${signature}`, `bv.nobody.${payload}.${signature}`, `${token}x`, token.slice(0, -1), "bv..x.x", "bv.SHOP.x.x", "é", "a".repeat(5_000)];
      const people = ["x", "bs.shop.sess_1.guess", "bk.nobody.key_1.guess", "bs.shop..", "bs.shop.sess_1.guess.more", "bs.shop.sess_1' or 1=1--.x", token];
      lines.length = 0;
      for (const each of visitors) assert.match(await codeOf(await http.request("/api/chat/session", { headers: { authorization: `Bearer ${each}` } })), /^401 identity\.token_invalid/, each);
      for (const each of people) assert.match(await codeOf(await http.request("/api/status", { headers: { authorization: `Bearer ${each}` } })), /^401 identity\.token_invalid/, each);
      for (const each of people) assert.match(await codeOf(await http.request("/api/status", { headers: { cookie: `baton_session=${encodeURIComponent(each)}` } })), /^401 identity\.token_invalid/, each);
      const refusals = lines.filter((line) => line.event === "http.refused");
      assert.equal(refusals.length, visitors.length + 2 * people.length);
      assert.ok(refusals.every((line) => line.status === 401 && line.code === "identity.token_invalid"));
      assert.ok(!JSON.stringify(lines).includes(payload ?? "?"), "no token is in the log");
    });

    test("what belongs to another tenant, to nobody or to another kind is not found", async () => {
      const { database, identity } = app.running.app;
      await ensureTenant(database, "other", "Other");
      const { actor, token } = await openVisit(identity, { tenantId: "other" });
      const otherKey = await createKey(identity, "other", "their system");
      assert.equal(await codeOf(await http.request("/api/messages", toJson({ id: "other-1", contact: { email: "emma.larsson@example.com" }, text: "where is order 1043?" }, { authorization: `Bearer ${otherKey}` }))), "401 identity.token_invalid", "another tenant's key does not reach our tools");
      assert.equal(await codeOf(await http.request("/api/chat/session", { headers: { authorization: `Bearer ${token}` } })), "401 identity.token_invalid");
      await rows("insert into turn (tenant_id, id, conversation_id, status, until_seq, started_at) values ('other', 'turn_other', $1, 'silent', 1, now())", [actor.conversationId]);
      await rows("insert into handoff (tenant_id, id, conversation_id, status, reason, summary, tried, requested_at) values ('other', 'hand_other', $1, 'waiting', 'x', '{}', '[]', now())", [actor.conversationId]);
      await rows("insert into document (tenant_id, id, from_version, source_id, item, path, title, language, audience, body, format, revision, updated_at) values ('other', 'doc_other', 1, 'knowledge', 'x', 'x', 'x', 'en', '{public}', 'x', 'markdown', 'x', now())");
      const visit = await app.visit();
      for (const id of [actor.conversationId, "conv_unknown", "turn_other", "cont_1"]) {
        for (const path of ["", "/messages", "/turns", "/records"]) assert.equal((await problemOf(await http.request(`/api/conversations/${id}${path}`, { headers: staff }))).status, 404, `${id}${path}`);
        for (const path of ["takeover", "handback", "resolve"]) assert.equal((await problemOf(await http.request(`/api/conversations/${id}/${path}`, { method: "POST", headers: staff }))).status, 404, `${id}/${path}`);
        assert.equal((await problemOf(await http.request(`/api/conversations/${id}/replies`, toJson({ text: "hello" }, staff)))).status, 404);
      }
      for (const path of ["/api/turns/turn_other", "/api/turns/conv_1", "/api/handoffs/hand_other", "/api/handoffs/hand_unknown", "/api/documents/doc_other"]) assert.equal((await problemOf(await http.request(path, { headers: staff }))).status, 404, path);
      assert.equal((await problemOf(await http.request("/api/chat/documents/doc_other", { headers: visit.headers }))).status, 404);
      assert.deepEqual(await rows("select holder from conversation where id = $1", [actor.conversationId]), [{ holder: "ai" }]);
      assert.ok(!JSON.stringify(await (await http.request("/api/conversations?limit=200", { headers: staff })).json()).includes(actor.conversationId));
    });

    test("a visitor never reads an article that is not for customers", async () => {
      const visit = await app.visit("emma.larsson@example.com");
      const inside = await rows("select id from document where audience = '{employee}' and tenant_id = 'shop'");
      assert.ok(inside.length > 0);
      for (const { id } of inside) assert.equal(await codeOf(await http.request(`/api/chat/documents/${String(id)}`, { headers: visit.headers })), "404 knowledge.document_not_found");
    });
  });

  describe("in texts", () => {
    test("control characters, lone surrogates and NUL are taken out or replaced before storing", async () => {
      const visit = await quietVisit();
      const cases: [string, string][] = [
        ["a\u0000b", "ab"], ["\u001b[31mred\u001b[0m", "[31mred[0m"], ["x\ud800y", "x\ufffdy"], ["\udc00x", "\ufffdx"], ["\u202egnp.exe", "gnp.exe"], ["\u2066a\u2069", "a"], ["one\r\ntwo\rthree", "one\ntwo\nthree"], ["cafe\u0301", "caf\u00e9"],
        ["\ufeffhi", "hi"], [" \t hi \n", "hi"], ["a\tb", "a\tb"], ["\u0085\u009fok", "ok"], ["👩‍👩‍👧", "👩‍👩‍👧"], ["עברית العربية", "עברית العربية"], ["'; drop table message; --", "'; drop table message; --"], ["<script>alert(1)</script>", "<script>alert(1)</script>"], ["${7*7} {{7*7}} %00 \\u0000", "${7*7} {{7*7}} %00 \\u0000"],
      ];
      for (const [raw, stored] of cases) {
        const response = await send(visit, raw);
        assert.equal(response.status, 202);
        assert.equal(messageView.parse(await response.json()).text, stored);
      }
      assert.deepEqual((await read(visit)).filter((message) => message.author === "contact").map((message) => message.text), cases.map(([, stored]) => stored));
    });

    test("a text with nothing in it is refused", async () => {
      const visit = await quietVisit();
      for (const text of ["", " ", "\n\t ", "\u0000", "\u0007\u001b", "\u202e\u2066", "\ufeff"]) assert.equal(await codeOf(await send(visit, text)), "422 channels.message_empty", JSON.stringify(text));
      assert.deepEqual(await rows("select 1 from inbox where conversation_id = $1", [visit.conversationId]), []);
    });

    test("16,000 characters are taken, one more is refused, and a megabyte is not even read", async () => {
      const visit = await quietVisit();
      for (const text of ["a".repeat(16_000), "👋".repeat(8_000)]) assert.equal((await send(visit, text)).status, 202);
      for (const text of ["a".repeat(16_001), "👋".repeat(8_001), "\ufb2c".repeat(15_999), "a".repeat(100_000)]) assert.equal(await codeOf(await send(visit, text)), "422 channels.message_too_long");
      assert.equal(await codeOf(await send(visit, "a".repeat(1_000_000))), "413 request.too_large");
      assert.equal((await read(visit)).filter((message) => message.author === "contact").length, 2);
    });

    test("a megabyte over a real connection is answered too, with and without its length said first", async () => {
      const visit = await quietVisit();
      const init = toJson({ id: randomUUID(), text: "a".repeat(1_000_000) }, visit.headers);
      for (let round = 0; round < 5; round += 1) assert.equal(await codeOf(await fetch(`${base}/api/chat/messages`, init)), "413 request.too_large");
      const parts = () => new ReadableStream({ start: (controller) => { for (let part = 0; part < 16; part += 1) controller.enqueue(new Uint8Array(65_536).fill(97)); controller.close(); } });
      for (let round = 0; round < 5; round += 1) {
        const response = await fetch(`${base}/api/chat/messages`, { method: "POST", headers: { "content-type": "application/json", ...visit.headers }, body: parts(), duplex: "half" });
        assert.equal(await codeOf(response), "413 request.too_large");
      }
    });

    test("replies of people are held to the same", async () => {
      const visit = await quietVisit();
      await http.request(`/api/conversations/${visit.conversationId}/takeover`, { method: "POST", headers: staff });
      const reply = (text: unknown) => Promise.resolve(http.request(`/api/conversations/${visit.conversationId}/replies`, toJson({ text }, staff)));
      assert.equal(messageView.parse(await (await reply("o\u0000k\ud800")).json()).text, "ok\ufffd");
      assert.equal(await codeOf(await reply("\u0000")), "422 channels.message_empty");
      assert.equal(await codeOf(await reply("a".repeat(16_001))), "422 channels.message_too_long");
    });
  });

  describe("in bodies", () => {
    test("what is not UTF-8, not JSON, of another type or shape is told apart", async () => {
      const visit = await quietVisit();
      const post = (body: string | Uint8Array<ArrayBuffer> | null, type: string | null = "application/json") => Promise.resolve(http.request("/api/chat/messages", { method: "POST", headers: { ...visit.headers, ...(type === null ? {} : { "content-type": type }) }, body }));
      const bytes = (...parts: (string | number[])[]) => new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part)))));
      const good = JSON.stringify({ id: randomUUID(), text: "hello" });
      const cases: [string, Response | Promise<Response>, string][] = [
        ["a lone continuation byte", post(bytes('{"id":"abcdefgh","text":"', [0x80], '"}')), "400 request.not_utf8"],
        ["an overlong NUL", post(bytes('{"id":"abcdefgh","text":"', [0xc0, 0x80], '"}')), "400 request.not_utf8"],
        ["a surrogate in bytes", post(bytes('{"id":"abcdefgh","text":"', [0xed, 0xa0, 0x80], '"}')), "400 request.not_utf8"],
        ["Latin-1", post(bytes('{"id":"abcdefgh","text":"caf', [0xe9], '"}')), "400 request.not_utf8"],
        ["UTF-16", post(new Uint8Array(Buffer.from(good, "utf16le"))), "400 request.not_json"],
        ["half a body", post(good.slice(0, -3)), "400 request.not_json"],
        ["single quotes", post("{'id':'abcdefgh','text':'x'}"), "400 request.not_json"],
        ["NaN", post('{"id":"abcdefgh","text":NaN}'), "400 request.not_json"],
        ["two documents", post(`${good}${good}`), "400 request.not_json"],
        ["a NUL outside a string", post(`${good}\u0000`), "400 request.not_json"],
        ["a form", post("id=abcdefgh&text=x", "application/x-www-form-urlencoded"), "415 request.wrong_type"],
        ["plain text", post(good, "text/plain"), "415 request.wrong_type"],
        ["no type", post(bytes(good), null), "415 request.wrong_type"],
        ["a type that is nearly right", post(good, "application/jsonp"), "415 request.wrong_type"],
        ["no body", post(null, null), "422 request.invalid"],
        ["no body of a type", post(""), "400 request.refused"],
        ...["null", "[]", '["a"]', "1", '"text"', "true", "{}", '{"id":"abcdefgh"}', '{"text":"x"}', '{"id":1,"text":"x"}', '{"id":"short","text":"x"}', '{"id":"abc/../defgh","text":"x"}', '{"id":"abcdefgh","text":null}', '{"id":"abcdefgh","text":["x"]}', '{"id":"abcdefgh","text":{"toString":"x"}}', `${"[".repeat(50_000)}${"]".repeat(50_000)}`, `${'{"text":'.repeat(20_000)}1${"}".repeat(20_000)}`]
          .map((body): [string, Promise<Response>, string] => [body.slice(0, 40), post(body), "422 request.invalid"]),
      ];
      for (const [name, response, expected] of cases) assert.equal(await codeOf(await response), expected, name);
      assert.deepEqual(await rows("select 1 from inbox where conversation_id = $1", [visit.conversationId]), []);
      for (const type of ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]) assert.equal((await post(JSON.stringify({ id: randomUUID(), text: "hello" }), type)).status, 202, type);
    });

    test("keys that mean something to JavaScript mean nothing to us", async () => {
      const visit = await quietVisit();
      const body = `{"__proto__":{"polluted":true,"text":"from the prototype"},"constructor":{"prototype":{"polluted":true}},"id":"${randomUUID()}","text":"hello","hasOwnProperty":1}`;
      const response = await http.request("/api/chat/messages", { method: "POST", headers: { "content-type": "application/json", ...visit.headers }, body });
      assert.equal(messageView.parse(await response.json()).text, "hello");
      assert.equal(await codeOf(await http.request("/api/chat/messages", { method: "POST", headers: { "content-type": "application/json", ...visit.headers }, body: '{"__proto__":{"id":"abcdefgh","text":"x"}}' })), "422 request.invalid");
      await http.request("/api/conversations?__proto__=1&__proto__=2&constructor[prototype][polluted]=1", { headers: staff });
      assert.equal("polluted" in {}, false);
    });

    test("a NUL is refused wherever a text is stored or searched as it comes", async () => {
      const contact = { email: "nul@example.com" };
      for (const [path, init] of [
        ["/api/messages", toJson({ id: "a\u0000b", contact, text: "x" }, key)], ["/api/messages", toJson({ id: "nul-1", contact: { ...contact, name: "\u0000" }, text: "x" }, key)], ["/api/messages", toJson({ id: "nul-2", contact: { ...contact, externalId: "\u0000" }, text: "x" }, key)],
        ["/api/session", toJson({ email: "a\u0000", password: "x" }, { "x-baton-request": "1" })], ["/api/conversations?query=%00", { headers: staff }], ["/api/ledger?caseId=%00", { headers: staff }], ["/api/conversations/conv_%00", { headers: staff }],
      ] as const) assert.equal(await codeOf(await http.request(path, init)), "422 request.invalid", path);
    });
  });

  describe("in repetitions", () => {
    /** The message as it was stored; its case is known once a turn has begun. */
    const stored = async (response: Response | Promise<Response>) => ({ ...messageView.parse(await (await response).json()), caseId: null });

    test("the same id with the same text is the same message, also many times at once", async () => {
      const visit = await quietVisit();
      const id = randomUUID();
      const views = await Promise.all(Array.from({ length: 8 }, () => stored(send(visit, "hello", id))));
      for (const view of views) assert.deepEqual(view, views[0]);
      assert.deepEqual(await stored(send(visit, "  hello\u0000 ", id)), views[0], "what is stored counts, not the bytes");
      assert.equal((await read(visit)).filter((message) => message.author === "contact").length, 1);
    });

    test("the same id with another text is refused, and of many at once one is stored", async () => {
      const visit = await quietVisit();
      const id = randomUUID();
      const answers = await Promise.all(Array.from({ length: 8 }, (_, place) => send(visit, `text ${place}`, id)));
      assert.deepEqual(answers.map((answer) => answer.status).sort((a, b) => a - b), [202, ...Array.from({ length: 7 }, () => 409)]);
      for (const answer of answers.filter((each) => each.status === 409)) assert.equal((await problemOf(answer)).code, "channels.message_conflict");
      assert.equal(await codeOf(await send(visit, "another text", id, { prefer: "wait=5" })), "409 channels.message_conflict");
      assert.equal((await read(visit)).filter((message) => message.author === "contact").length, 1);
    });

    test("one visitor's ids do not meet another's", async () => {
      const [one, two] = [await quietVisit(), await quietVisit()];
      for (const [visit, text] of [[one, "of one"], [two, "of two"]] as const) assert.equal(messageView.parse(await (await send(visit, text, "the-same-id")).json()).text, text);
    });

    test("a message handed in by API is held to its id over all contacts", async () => {
      const hand = (email: string, text: string) => Promise.resolve(http.request("/api/messages", toJson({ id: "ticket-1", contact: { email }, text }, key)));
      const first = await stored(hand("ida@example.com", "hello"));
      assert.deepEqual(await stored(hand("IDA@example.com", "hello")), first);
      assert.equal(await codeOf(await hand("ida@example.com", "other words")), "409 channels.message_conflict");
      assert.equal(await codeOf(await hand("otto@example.com", "hello")), "409 channels.message_conflict");
    });

    test("an idempotency key with another reply is refused, and one that is no key too", async () => {
      const visit = await quietVisit();
      await http.request(`/api/conversations/${visit.conversationId}/takeover`, { method: "POST", headers: staff });
      const reply = (text: string, idempotencyKey: string) => Promise.resolve(http.request(`/api/conversations/${visit.conversationId}/replies`, toJson({ text }, { ...staff, "idempotency-key": idempotencyKey })));
      const [one, two] = await Promise.all([reply("hello", "a-key-of-mine"), reply("hello", "a-key-of-mine")]);
      assert.deepEqual(await one.json(), await two.json());
      assert.equal(await codeOf(await reply("goodbye", "a-key-of-mine")), "409 channels.message_conflict");
      for (const bad of ["", "short", "k".repeat(201)]) assert.equal(await codeOf(await reply("hello", bad)), "422 request.invalid");
    });
  });

  describe("in queries", () => {
    const lists = async () => {
      const { conversationId } = await app.visit();
      return ["/api/conversations", "/api/handoffs", "/api/ledger", `/api/conversations/${conversationId}/turns`, `/api/conversations/${conversationId}/messages`];
    };

    test("a limit that is none is refused", async () => {
      for (const path of await lists()) for (const limit of ["0", "-1", "1e9", "201", "1.5", "NaN", "Infinity", "", "abc", "5&limit=6", "0x1F4", "1%00", "９"]) assert.equal(await codeOf(await http.request(`${path}?limit=${limit}`, { headers: staff })), "422 request.invalid", `${path}?limit=${limit}`);
    });

    test("a cursor that is not ours is refused", async () => {
      const encode = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString("base64url");
      const times = ["", "2020", "now", "infinity", "2020-02-31T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "+275760-09-13T00:00:00.000Z", "-000001-01-01T00:00:00.000Z", "2020-01-01T25:00:00.000Z", "2020-01-01 00:00 GMT+99", "Jan 1 2020 (x)", "2020-01-01T00:00:00.000Z'--"];
      const shapes: unknown[] = [null, {}, [], [1, 2], ["2020-01-01T00:00:00.000Z"], ["2020-01-01T00:00:00.000Z", 5], [["2020-01-01T00:00:00.000Z"], "x"], "text", ...times.map((time) => [time, "conv_1"])];
      for (const path of (await lists()).filter((each) => !each.endsWith("/messages"))) {
        for (const cursor of [...shapes.map(encode), "abc", "%20", "a".repeat(201), "é", "../../etc", "e30", "_-_-"]) assert.match(await codeOf(await http.request(`${path}?cursor=${cursor}`, { headers: staff })), /^(400 conversation\.cursor_invalid|422 request\.invalid)$/, `${path} ${cursor}`);
        const strange = ["x", "", "'; drop table conversation; --", "\u0000", "\ud800", "z".repeat(100)].map((id) => encode(["2020-01-01T00:00:00.000Z", id]));
        for (const cursor of strange) assert.equal((await http.request(`${path}?cursor=${cursor}`, { headers: staff })).status, 200, "an id that is not there only says where to go on");
      }
    });

    test("a place in a thread that is none is refused", async () => {
      const visit = await app.visit();
      for (const query of ["before=0", "before=-1", "before=x", "after=-1", "after=9007199254740993", "before=1e400", "after=", "after=1&after=2"]) {
        const response = await http.request(`/api/chat/messages?${query}`, { headers: visit.headers });
        if (query === "after=") assert.equal(response.status, 200, "an empty place is the beginning");
        else assert.equal(await codeOf(response), "422 request.invalid", query);
      }
      for (const query of ["before=9007199254740991", "after=9007199254740991", "limit=200&limitless=1"]) assert.equal((await http.request(`/api/chat/messages?${query}`, { headers: visit.headers })).status, 200);
    });

    test("a visit with a field that there is not is refused, instead of an anonymous one", async () => {
      const answer = await http.request("/api/chat/session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ identity: "a.b.c" }) });
      assert.equal(answer.status, 422);
      assert.match(await answer.text(), /request\.invalid.*identity/);
    });

    test("a filter that is none is refused", async () => {
      for (const query of ["holder=x", "holder=", "status=x", "status=open&status=resolved", `query=${"a".repeat(201)}`]) assert.equal(await codeOf(await http.request(`/api/conversations?${query}`, { headers: staff })), "422 request.invalid", query);
      for (const query of ["query=%ff%fe", "query=%E0%A4%A", "query=%F0%9F%91%8B", "query='%20or%201=1--", "query=\\", "unknown=1", "[]=1", "a[b][c]=1", "&&&=", "%"]) assert.equal((await http.request(`/api/conversations?${query}`, { headers: staff })).status, 200, query);
    });
  });

  describe("of clients that vanish", () => {
    /** The messages of a stream in the order they came, until `count` are there. */
    async function readStream(visit: Visit, lastEventId: number, count: number): Promise<{ id: string; text: string }[]> {
      const leave = new AbortController();
      const response = await fetch(`${base}/api/chat/events`, { headers: { ...visit.headers, "last-event-id": String(lastEventId) }, signal: AbortSignal.any([leave.signal, AbortSignal.timeout(10_000)]) });
      const seen: { id: string; text: string }[] = [];
      let rest = "";
      const decoder = new TextDecoder();
      for await (const part of response.body ?? []) {
        const events = (rest + decoder.decode(part, { stream: true })).split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events) {
          const id = /^id: (.*)$/m.exec(event)?.[1];
          if (id !== undefined) seen.push({ id, text: z.object({ text: z.string() }).parse(JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "{}")).text });
        }
        if (seen.length >= count) break;
      }
      leave.abort();
      return seen.slice(0, count);
    }

    test("a stream that is left takes its listener along, and a later one goes on without loss or repetition", async () => {
      const visit = await quietVisit();
      const texts = Array.from({ length: 12 }, (_, place) => `line ${place}`);
      for (const text of texts.slice(0, 4)) await send(visit, text);
      const first = await readStream(visit, 0, 3);
      for (const text of texts.slice(4, 8)) await send(visit, text);
      const second = readStream(visit, Number(first.at(-1)?.id), 10);
      for (const text of texts.slice(8)) await send(visit, text);
      const seen = [...first, ...(await second)];
      assert.deepEqual(seen.map((message) => message.id), (await read(visit)).map((message) => String(message.seq)).slice(0, seen.length));
      assert.deepEqual(seen.map((message) => message.text).slice(1), texts);
      await until(() => live.listeners() === 0);
    });

    test("a hundred streams that come and go leave nothing behind", async () => {
      const visit = await quietVisit();
      for (let round = 0; round < 4; round += 1) {
        const leave = new AbortController();
        const opened = await Promise.all(Array.from({ length: 25 }, (_, place) => fetch(`${base}${place % 2 === 0 ? "/api/chat/events" : "/api/events"}`, { headers: place % 2 === 0 ? visit.headers : staff, signal: leave.signal })));
        assert.ok(opened.every((response) => response.status === 200));
        await until(() => live.listeners() === 25);
        leave.abort();
        await Promise.all(opened.map((response) => response.text().catch(() => "")));
        await until(() => live.listeners() === 0);
      }
      await isWell();
    });

    test("who asks for a reply and does not wait for it loses nothing", async () => {
      const visit = await app.visit();
      const goOn = app.holdTurns();
      const leave = new AbortController();
      const asked = Array.from({ length: 8 }, (_, place) => fetch(`${base}/api/chat/messages`, { ...toJson({ id: `vanishing-${place}`, text: place === 7 ? QUESTION : `Hello ${place}.` }, { ...visit.headers, prefer: "wait=30" }), signal: leave.signal }).catch(() => null));
      await until(async () => (await rows("select 1 from inbox where conversation_id = $1", [visit.conversationId])).length === 8 && live.listeners() === 8);
      leave.abort();
      assert.deepEqual(await Promise.all(asked), Array.from({ length: 8 }, () => null));
      await until(() => live.listeners() === 0);
      goOn();
      await until(async () => (await rows("select 1 from conversation where id = $1 and pending_count = 0 and running_turn_id is null", [visit.conversationId])).length === 1);
      const list = await read(visit);
      assert.equal(list.filter((message) => message.author === "contact").length, 8);
      assert.ok(list.some((message) => message.author === "ai"));
      const repeated = await send(visit, QUESTION, "vanishing-7", { prefer: "wait=5" });
      assert.equal(z.object({ reply: messageView }).parse(await repeated.json()).reply.author, "ai", "sent again, it finds its answer");
    });

    test("who waits in vain is told so in time, by either door", async () => {
      const visit = await quietVisit();
      const answered = z.object({ message: messageView, reply: z.null() });
      const email = "patience@example.com";
      const handed = messageView.parse(await (await http.request("/api/messages", toJson({ id: "patience-1", contact: { email }, text: "I want to talk to a person" }, key))).json());
      await until(async () => (await rows("select 1 from conversation where id = $1 and holder = 'queue'", [handed.conversationId])).length === 1);
      const from = performance.now();
      const answers = await Promise.all([send(visit, "anybody?", randomUUID(), { prefer: "respond-async, wait=1" }), http.request("/api/messages", toJson({ id: "patience-2", contact: { email }, text: "anybody?" }, { ...key, prefer: "wait=1" }))]);
      for (const answer of answers) answered.parse(await answer.json());
      assert.ok(performance.now() - from < 6_000);
      assert.deepEqual(["wait=1000", "wait=61", "wait=0", "wait=-1", "", undefined].map(preferredWaitMs), [60_000, 60_000, 0, 0, 0, 0]);
    });

    test("half a request stores nothing and is no fault of ours", async () => {
      const visit = await quietVisit();
      const body = JSON.stringify({ id: randomUUID(), text: "never sent in full" });
      lines.length = 0;
      await Promise.all(Array.from({ length: 10 }, (_, place) => raw([`POST /api/chat/messages HTTP/1.1\r\nhost: x\r\nauthorization: ${visit.headers["authorization"]}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`, body.slice(0, place * 3)], 40)));
      await isWell();
      assert.deepEqual(await rows("select 1 from inbox where conversation_id = $1", [visit.conversationId]), []);
      assert.deepEqual(lines.filter((line) => line.level === "error"), []);
    });

    test("a request that was sent in full counts, whether or not anybody waits for the answer", async () => {
      const visit = await quietVisit();
      const sent = Array.from({ length: 6 }, (_, place) => JSON.stringify({ id: `unheard-${place}`, text: `unheard ${place}` }));
      await Promise.all(sent.map((body) => raw([`POST /api/chat/messages HTTP/1.1\r\nhost: x\r\nauthorization: ${visit.headers["authorization"]}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`], 5)));
      for (const body of sent) assert.equal((await fetch(`${base}/api/chat/messages`, { method: "POST", headers: { "content-type": "application/json", ...visit.headers }, body })).status, 202);
      assert.deepEqual((await read(visit)).filter((message) => message.author === "contact").map((message) => message.text).sort(), sent.map((_, place) => `unheard ${place}`));
    });
  });

  /** Sends bytes over a socket, and returns what came back when the other side closes or the time is over. */
  function raw(parts: string[], leaveAfterMs: number): Promise<string> {
    return new Promise((resolve) => {
      const socket = connectSocket(server.port, "127.0.0.1");
      let answer = "";
      socket.setEncoding("latin1").on("data", (text: string) => (answer += text)).on("error", () => {});
      for (const part of parts) socket.write(part, "latin1");
      const leave = setTimeout(() => socket.destroy(), leaveAfterMs);
      socket.on("close", () => {
        clearTimeout(leave);
        resolve(answer);
      });
    });
  }

  test("what is hardly HTTP is refused or dropped, and the server stays well", async () => {
    const heads = [
      "GARBAGE\r\n\r\n", "\r\n\r\n\r\n", "GET\r\n\r\n", "GET /api/health HTTP/9.9\r\nhost: x\r\n\r\n", "GET /api/health HTTP/1.1\r\n\r\n", "GET /api/health HTTP/1.1\r\nhost: a b\r\n\r\n", "GET /api/health HTTP/1.1\r\nhost: [::1\r\n\r\n", "GET /api/health HTTP/1.1\r\nhost: x/../y?z#\r\n\r\n", "GET /api/status HTTP/1.1\r\nhost: \r\n\r\n",
      "GET http://evil.example/api/status HTTP/1.1\r\nhost: x\r\n\r\n", "GET * HTTP/1.1\r\nhost: x\r\n\r\n", "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", "TRACE /api/health HTTP/1.1\r\nhost: x\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n", "PROPFIND /api/status HTTP/1.1\r\nhost: x\r\n\r\n", "GET //evil.example/%2e%2e HTTP/1.1\r\nhost: x\r\n\r\n", "GET /% HTTP/1.1\r\nhost: x\r\n\r\n", "GET /api/status?%=%&=&?? HTTP/1.1\r\nhost: x\r\n\r\n", "GET /\u00e9\u00ff HTTP/1.1\r\nhost: x\r\n\r\n",
      `GET /${"a".repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, `GET /api/status HTTP/1.1\r\nhost: x\r\nx-huge: ${"a".repeat(20_000)}\r\n\r\n`, `GET /api/status HTTP/1.1\r\nhost: x\r\n${"x-many: 1\r\n".repeat(3_000)}\r\n`, `GET /api/status HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${"\u00ff".repeat(500)}\r\n\r\n`, "GET /api/status HTTP/1.1\r\nhost: x\r\nx-nul: a\u0000b\r\n\r\n", "GET /api/status HTTP/1.1\r\nhost: x\r\n: nameless\r\n\r\n",
      "POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n", "POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}", "POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: gzip\r\n\r\n",
      "GET /api/status HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001",
    ];
    const answers = await Promise.all(heads.map((head) => raw([head], 400)));
    for (const [place, answer] of answers.entries()) assert.match(answer, /^($|HTTP\/1\.1 [24]\d\d )/, `${heads[place]?.slice(0, 60)} → ${answer.slice(0, 80)}`);
    assert.ok(answers.filter((answer) => answer.startsWith("HTTP/1.1 431")).length >= 2, "headers without end are cut off");
    await isWell();
  });

  describe("at random", () => {
    const operations = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
    let unsafe: { method: string; path: string }[];
    let reads: string[];
    let visit: Visit;
    before(async () => {
      const { paths } = operations.parse(await (await http.request("/api/openapi.json")).json());
      const all = Object.entries(paths).filter(([path]) => path.startsWith("/api/")).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })));
      // Signing out would end the session that the others need.
      unsafe = all.filter((route) => route.method !== "GET" && !(route.method === "DELETE" && route.path === "/api/session"));
      reads = all.filter((route) => route.method === "GET").map((route) => route.path);
      visit = await quietVisit();
      assert.ok(unsafe.length >= 9 && reads.length >= 15);
    });

    const valid: Record<string, Record<string, unknown>> = {
      "/api/session": { email: "admin@baton.local", password: "wrong" },
      "/api/chat/session": { identityToken: "a.b.c" },
      "/api/chat/messages": { id: "random-id-1", text: "hello" },
      "/api/messages": { id: "random-1", contact: { email: "random@example.com", name: "N", externalId: "1" }, text: "hello", channel: "api" },
      "/api/conversations/{id}/replies": { text: "hello" },
    };
    const names = [...new Set(Object.values(valid).flatMap((body) => Object.keys(body))), "__proto__", "constructor", "prototype", "toString", "", "\u0000"];
    const oddText = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ unit: "grapheme", maxLength: 20 }), fc.constantFrom("\u0000", "\ud800", "\udfff x", "' or 1=1 --", "__proto__", "${x}", "%00", "../..", "a".repeat(20_000), "\u202e", "NaN", "-1", "1e309"));
    const oddValue: fc.Arbitrary<unknown> = fc.oneof({ weight: 3, arbitrary: oddText }, { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) }, { weight: 1, arbitrary: fc.constantFrom(null, -1, 1e308, true, [], {}, [[]], { toString: 1 }) });

    /** A body that this route takes, with a thing or two changed. */
    const mutated = (path: string) =>
      fc.array(fc.tuple(fc.constantFrom(...names), oddValue, fc.constantFrom("set", "drop", "nest")), { maxLength: 3 }).map((changes) => {
        const body: Record<string, unknown> = { ...valid[path] };
        for (const [name, value, how] of changes) {
          if (how === "drop") delete body[name];
          else Object.defineProperty(body, name, { value: how === "nest" ? { [name]: value } : value, enumerable: true, configurable: true, writable: true });
        }
        return JSON.stringify(body);
      });
    const bodyOf = (path: string) =>
      fc.oneof(
        { weight: 4, arbitrary: mutated(path) },
        { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
        { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
        { weight: 2, arbitrary: fc.uint8Array({ maxLength: 80 }) },
        { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.constantFrom("[", '{"a":', '[{"id":')).map(([depth, open]) => open.repeat(depth)) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 9_000 }).map((depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`) },
        { weight: 1, arbitrary: fc.tuple(mutated(path), fc.nat(), fc.integer({ min: 0, max: 255 })).map(([text, place, byte]) => Buffer.from(text).fill(byte, place % text.length, (place % text.length) + 1)) },
        { weight: 1, arbitrary: fc.constantFrom("", "null", "\ufeff{}", '{"id":"aaaaaaaa","id":"bbbbbbbb","text":"x","text":"y"}') },
      );
    const headerText = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f).map((code) => String.fromCharCode(code)), maxLength: 30 });
    const contentType = fc.oneof({ weight: 8, arbitrary: fc.constant("application/json") }, { weight: 1, arbitrary: fc.constantFrom("application/json; charset=utf-16", "application/json;;;", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/xml", "") }, { weight: 1, arbitrary: headerText });
    const extraHeaders = fc.record({ "idempotency-key": headerText, prefer: fc.constantFrom("wait=0", "wait=", "wait=-5", "respond-async", "wait=abc"), accept: headerText, "last-event-id": headerText, "x-forwarded-host": headerText, "accept-language": headerText }, { requiredKeys: [] });
    const pathId = fc.oneof(
      { weight: 2, arbitrary: fc.constant("conv_0123456789") },
      { weight: 2, arbitrary: oddText.map((text) => encodeURIComponent(text.toWellFormed())) },
      { weight: 1, arbitrary: fc.constantFrom("%", "%zz", "%00", "%c3%28", "..", ".", "conv_%00", "conv_1%2Fmessages", "conv_1'", "__proto__", "a".repeat(3_000)) },
    );
    const who = fc.constantFrom("staff", "visitor", "key", "nobody");
    const headersOf = (name: string): Headers => (name === "staff" ? staff : name === "key" ? key : name === "visitor" ? visit.headers : {});

    async function check(path: string, init: RequestInit): Promise<void> {
      const response = await http.request(path, init);
      if (response.headers.get("content-type")?.startsWith("text/event-stream")) return response.body?.cancel();
      assert.ok(response.status < 500, `${response.status} ${await response.clone().text()}`);
      if (response.status >= 400) await problemOf(response);
      else await response.arrayBuffer();
    }

    test("thousands of malformed bodies on every unsafe route: never a fault, always a problem document", async () => {
      for (const route of unsafe) {
        await fc.assert(fc.asyncProperty(who, pathId, contentType, extraHeaders, bodyOf(route.path), async (name, id, type, extra, body) => {
          await check(route.path.replace("{id}", id), { method: route.method, headers: { ...headersOf(name), ...extra, ...(type === "" ? {} : { "content-type": type }) }, body: typeof body === "string" ? body : new Uint8Array(body) });
        }), { numRuns: route.path === "/api/session" ? 60 : 80 });
      }
      await isWell();
    });

    test("random paths, queries and headers on every route that reads: never a fault", async () => {
      const parameter = fc.tuple(fc.constantFrom("limit", "cursor", "before", "after", "holder", "status", "query", "caseId", "__proto__", "constructor", "a[b]"), oddText, fc.boolean()).map(([name, value, isRaw]) => `${name}=${isRaw ? value.replace(/[#\s]/g, "").toWellFormed() : encodeURIComponent(value.toWellFormed())}`);
      const goodId = fc.oneof({ weight: 3, arbitrary: pathId }, { weight: 1, arbitrary: fc.constantFrom("known") });
      for (const path of reads) {
        await fc.assert(fc.asyncProperty(who, goodId, fc.array(parameter, { maxLength: 4 }), extraHeaders, async (name, id, query, extra) => {
          await check(`${path.replace("{id}", id === "known" ? visit.conversationId : id)}?${query.join("&")}`, { headers: { ...headersOf(name), ...extra } });
        }), { numRuns: 110 });
      }
      await until(() => live.listeners() === 0);
      await isWell();
    });

    test("nothing of all this was a fault in the log", () => {
      assert.deepEqual(lines.filter((line) => line.level === "error"), []);
    });
  });
});

describe("a clock that jumps", () => {
  const clock = createFakeClock(Date.now());
  const HOUR_MS = 3_600_000;
  const DAY_MS = 24 * HOUR_MS;
  let app: TestApp;
  let sql: pg.Client;

  before(async () => {
    app = await startTestApp({ overrides: { clock } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
  });

  test("keeps every thread in its order, and every message is answered", async () => {
    const visit = await app.visit("emma.larsson@example.com");
    const jumps = [0, 10 * DAY_MS, -20 * DAY_MS, 365 * DAY_MS, -400 * DAY_MS, 45 * DAY_MS, 1];
    for (const jump of jumps) {
      clock.advance(jump);
      // Signed anew each time, as a page does whose token has expired.
      const again = await app.visit("emma.larsson@example.com");
      assert.equal(again.conversationId, visit.conversationId);
      assert.ok((await again.ask(QUESTION)).reply, `after a jump of ${jump / DAY_MS} days`);
    }
    const { rows } = await sql.query<{ seq: number; author: string }>("select seq::int, author from message where conversation_id = $1 order by seq", [visit.conversationId]);
    assert.deepEqual(rows, jumps.flatMap((_, place) => [{ seq: 2 * place + 1, author: "contact" }, { seq: 2 * place + 2, author: "ai" }]));
    const staff = await app.signIn();
    const turns = z.object({ items: z.array(z.object({ id: z.string(), durationUs: z.number().nonnegative() })) }).parse(await (await app.request(`/api/conversations/${visit.conversationId}/turns`, { headers: staff })).json());
    assert.equal(turns.items.length, jumps.length);
    for (const { id } of turns.items) {
      const { stages } = z.object({ stages: z.array(z.object({ offsetUs: z.number().nonnegative(), durationUs: z.number().nonnegative() })) }).parse(await (await app.request(`/api/turns/${id}`, { headers: staff })).json());
      assert.equal(stages.length, 11);
    }
    await until(async () => z.object({ ok: z.boolean() }).parse(await (await app.request("/api/ledger/verify", { headers: staff })).json()).ok);
    assert.equal((await sql.query("select 1 from message where author = 'ai'")).rowCount, jumps.length, "no sweep answered twice");
  });

  test("in the middle of a turn changes nothing about it", async () => {
    const visit = await app.visit();
    const goOn = app.holdTurns();
    const asked = visit.ask(QUESTION);
    await until(async () => (await sql.query("select 1 from conversation where id = $1 and running_turn_id is not null", [visit.conversationId])).rowCount === 1);
    clock.advance(-3 * HOUR_MS);
    goOn();
    assert.ok((await asked).reply);
    clock.advance(3 * HOUR_MS);
    assert.equal((await sql.query("select 1 from message where conversation_id = $1 and author = 'ai'", [visit.conversationId])).rowCount, 1);
  });

  test("ends and revives sign-ins by the time it shows, and no other way", async () => {
    const [visit, staff] = [await app.visit(), await app.signIn()];
    const status = async () => [(await app.request("/api/chat/session", { headers: visit.headers })).status, (await app.request("/api/session", { headers: staff })).status];
    assert.deepEqual(await status(), [200, 200]);
    clock.advance(15 * DAY_MS);
    assert.deepEqual(await status(), [200, 401]);
    clock.advance(16 * DAY_MS);
    assert.deepEqual(await status(), [401, 401]);
    assert.equal(problem.parse(await (await app.request("/api/chat/session", { headers: visit.headers })).json()).code, "identity.token_expired");
    clock.advance(-31 * DAY_MS);
    assert.deepEqual(await status(), [200, 200]);
  });

  test("leaves no message behind that was stored before the clock was set back", async () => {
    const { database, workspace } = app.running.app;
    const visits = [await app.visit(), await app.visit()];
    // As when the engine was away: stored, but no turn was started. One before, one after the clock was a day ahead.
    for (const [place, visit] of visits.entries()) {
      const at = new Date(Date.now() + (place === 0 ? DAY_MS : -HOUR_MS));
      const contactId = String((await sql.query<{ contact_id: string }>("select contact_id from conversation where id = $1", [visit.conversationId])).rows[0]?.contact_id);
      assert.ok(await storeInbound(database, { tenantId: workspace.tenantId, channel: "web", channelMessageId: randomUUID(), bodyHash: "x", messageId: newId("msg"), conversationId: visit.conversationId, at, contactId, text: QUESTION, address: null, isAnonymous: false }));
    }
    for (const visit of visits) await until(async () => (await sql.query("select 1 from message where conversation_id = $1 and author = 'ai'", [visit.conversationId])).rowCount === 1);
  });
});
