import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { insertUser } from "../src/identity/identity.store.ts";
import { hashPassword } from "../src/identity/password.ts";
import { newId } from "../src/lib/ids.ts";
import { conversationView, messageView } from "../src/shapes/conversation.ts";
import { startTestApp, until, type TestApp, type Visit } from "./start-test-app.ts";

type Headers = Record<string, string>;

const QUESTION = "How long do I have to return something?";

describe("handing over between the AI and people", () => {
  let app: TestApp;
  let sql: pg.Client;
  let anna: Headers;
  let ben: Headers;
  const clients: pg.Client[] = [];

  before(async () => {
    app = await startTestApp();
    sql = await connect();
    [anna, ben] = [await personNamed("Anna"), await personNamed("Ben")];
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await app[Symbol.asyncDispose]();
  });

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: app.databaseUrl });
    clients.push(client);
    await client.connect();
    return client;
  }

  async function personNamed(name: string): Promise<Headers> {
    const { database, workspace } = app.running.app;
    const email = `${name.toLowerCase()}@example.com`;
    await insertUser(database, { tenantId: workspace.tenantId, id: newId("user"), email, name, role: "agent", passwordHash: await hashPassword("a password"), at: new Date() });
    const headers = { "content-type": "application/json", "x-baton-request": "1" };
    const answer = await app.request("/api/session", { method: "POST", headers, body: JSON.stringify({ email, password: "a password" }) });
    assert.equal(answer.status, 200);
    return { ...headers, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
  }

  const rows = async (text: string, values: unknown[] = []) => (await sql.query<Record<string, unknown>>(text, values)).rows;
  const act = (visit: Visit, what: "takeover" | "handback" | "resolve", headers: Headers) => app.request(`/api/conversations/${visit.conversationId}/${what}`, { method: "POST", headers });
  const reply = (visit: Visit, text: string, headers: Headers, key?: string) => app.request(`/api/conversations/${visit.conversationId}/replies`, { method: "POST", headers: { ...headers, ...(key === undefined ? {} : { "idempotency-key": key }) }, body: JSON.stringify({ text }) });
  const askForPerson = (visit: Visit) => app.request("/api/chat/handoff", { method: "POST", headers: visit.headers });
  const codeOf = async (response: Response) => `${response.status} ${z.object({ code: z.string() }).parse(await response.json()).code}`;
  const read = async (visit: Visit, headers = anna) => conversationView.parse(await (await app.request(`/api/conversations/${visit.conversationId}`, { headers })).json());
  const thread = async (visit: Visit) => z.object({ items: z.array(messageView) }).parse(await (await app.request("/api/chat/messages?limit=200", { headers: visit.headers })).json()).items;
  const authors = async (visit: Visit) => (await thread(visit)).map((message) => message.author);
  const ledgerKinds = async (visit: Visit) => (await rows("select kind from ledger_entry where subject_id = $1 order by at, id", [visit.conversationId])).map((row) => row["kind"]);

  async function say(visit: Visit, text: string): Promise<void> {
    assert.equal((await app.request("/api/chat/messages", { method: "POST", headers: { ...visit.headers, "content-type": "application/json" }, body: JSON.stringify({ id: randomUUID(), text }) })).status, 202);
  }

  /** Says something and waits until its turn has ended, with a reply or without. */
  async function sayAndSettle(visit: Visit, text: string): Promise<void> {
    await say(visit, text);
    await settled(visit);
  }

  const settled = (visit: Visit) => until(async () => (await rows("select 1 from inbox where conversation_id = $1 and turn_id is null union all select 1 from turn where conversation_id = $1 and status = 'running'", [visit.conversationId])).length === 0);

  /** Keeps every turn between its claim and its reply for as long as the work takes; taking over needs nothing of this. */
  async function whileTurnsWait(work: () => Promise<void>): Promise<void> {
    const goOn = app.holdTurns();
    try {
      await work();
    } finally {
      goOn();
    }
  }

  const turnRuns = (visit: Visit) => until(async () => (await rows("select 1 from conversation where id = $1 and running_turn_id is not null", [visit.conversationId])).length === 1);

  test("the button calls a person at any time, and the AI is silent from then on", async () => {
    const visit = await app.visit();
    assert.equal((await askForPerson(visit)).status, 202);
    assert.equal((await askForPerson(visit)).status, 202, "asking twice asks once");
    assert.deepEqual(await authors(visit), ["system"]);
    await sayAndSettle(visit, QUESTION);
    assert.deepEqual(await authors(visit), ["system", "contact"]);
    const conversation = await read(visit);
    assert.equal(conversation.holder, "queue");
    assert.equal(conversation.handoff?.status, "waiting");
    assert.equal(conversation.handoff?.reason, "contact.asked");
    assert.equal((await rows("select 1 from handoff where conversation_id = $1", [visit.conversationId])).length, 1);
    assert.deepEqual(await rows("select status, reason from turn where conversation_id = $1", [visit.conversationId]), [{ status: "silent", reason: "holder.queue" }]);
  });

  test("asking in words does the same, and the AI says so once", async () => {
    const visit = await app.visit();
    const { reply } = await visit.ask("I want to talk to a real person please");
    assert.match(reply?.text ?? "", /passing you to a colleague/);
    await sayAndSettle(visit, QUESTION);
    assert.deepEqual(await authors(visit), ["contact", "ai", "contact"]);
    const conversation = await read(visit);
    assert.equal(conversation.holder, "queue");
    assert.equal(conversation.handoff?.reason, "contact.asked");
    assert.ok((conversation.handoff?.summary.headline ?? "").length > 0);
    assert.equal((await askForPerson(visit)).status, 202);
    assert.equal((await rows("select 1 from handoff where conversation_id = $1", [visit.conversationId])).length, 1, "the button adds no second hand-off");
  });

  test("the queue keeps its order, and tells each their place", async () => {
    const visits = [await app.visit(), await app.visit()];
    for (const visit of visits) await askForPerson(visit);
    const place = async (visit: Visit | undefined) => z.object({ queuePosition: z.number().nullable() }).parse(await (await app.request("/api/chat/session", { headers: visit?.headers ?? {} })).json()).queuePosition;
    const [first, second] = [await place(visits[0]), await place(visits[1])];
    assert.ok(first !== null && second === first + 1);
    assert.equal((await read(visits[1] ?? assert.fail())).handoff?.position, second);
    await act(visits[0] ?? assert.fail(), "takeover", anna);
    assert.equal(await place(visits[0]), null);
    assert.equal(await place(visits[1]), first, "who waits moves up");
  });

  test("while a person holds it the AI is silent; handed back, it answers the next message", async () => {
    const visit = await app.visit();
    await visit.ask(QUESTION);
    assert.equal((await act(visit, "takeover", anna)).status, 200);
    await sayAndSettle(visit, "And do you ship to Norway?");
    assert.equal((await askForPerson(visit)).status, 202, "a person is there already");
    assert.equal((await reply(visit, "Yes, we do.", anna)).status, 201);
    assert.deepEqual(await authors(visit), ["contact", "ai", "system", "contact", "human"]);
    assert.equal((await act(visit, "handback", anna)).status, 200);
    assert.equal((await read(visit)).holder, "ai");
    assert.ok((await visit.ask(QUESTION)).reply);
    assert.deepEqual(await authors(visit), ["contact", "ai", "system", "contact", "human", "system", "contact", "ai"]);
    assert.deepEqual((await thread(visit)).map((message) => message.seq), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.deepEqual((await ledgerKinds(visit)).filter((kind) => kind !== "turn.replied"), ["handoff.taken", "turn.silent", "human.replied", "handoff.returned"]);
  });

  test("the contact sees who holds the conversation, and the person's name on replies", async () => {
    const visit = await app.visit();
    await act(visit, "takeover", anna);
    await reply(visit, "Hello!", anna);
    const session = z.object({ holder: z.string(), assigneeName: z.string().nullable() }).parse(await (await app.request("/api/chat/session", { headers: visit.headers })).json());
    assert.deepEqual(session, { holder: "human", assigneeName: "Anna" });
    assert.equal((await thread(visit)).at(-1)?.authorName, "Anna");
    assert.equal((await read(visit, anna)).isMine, true);
    assert.equal((await read(visit, ben)).isMine, false);
  });

  test("of two people who take over at once one wins, and the other is told", async () => {
    for (let round = 0; round < 6; round += 1) {
      const visit = await app.visit();
      if (round % 2 === 0) await askForPerson(visit);
      const answers = await Promise.all([act(visit, "takeover", anna), act(visit, "takeover", ben), act(visit, "takeover", anna), act(visit, "takeover", ben)]);
      const names = ["Anna", "Ben", "Anna", "Ben"];
      const winner = (await read(visit)).assigneeName;
      for (const [place, answer] of answers.entries()) {
        if (names[place] === winner) assert.equal(answer.status, 200);
        else assert.equal(await codeOf(answer), "409 handoff.already_held");
      }
      assert.equal((await rows("select 1 from message where conversation_id = $1 and body like '%has joined%'", [visit.conversationId])).length, 1);
      assert.deepEqual(await rows("select status from handoff where conversation_id = $1", [visit.conversationId]), [{ status: "held" }]);
      assert.equal((await ledgerKinds(visit)).filter((kind) => kind === "handoff.taken").length, 1);
    }
  });

  test("only the holder replies, hands back and resolves", async () => {
    const visit = await app.visit();
    await visit.ask(QUESTION);
    assert.equal(await codeOf(await reply(visit, "Hello", anna)), "409 handoff.not_holder", "nobody holds it yet");
    await act(visit, "takeover", anna);
    assert.equal(await codeOf(await reply(visit, "Hello", ben)), "409 handoff.not_holder");
    assert.equal(await codeOf(await act(visit, "handback", ben)), "409 handoff.not_holder");
    assert.equal(await codeOf(await act(visit, "resolve", ben)), "409 handoff.already_held");
    await act(visit, "handback", anna);
    assert.equal(await codeOf(await reply(visit, "Hello", anna)), "409 handoff.not_holder", "not after handing back");
    assert.equal(await codeOf(await act(visit, "handback", anna)), "409 handoff.not_holder");
    assert.deepEqual(await authors(visit), ["contact", "ai", "system", "system"]);
  });

  test("a resolved case is closed, and the next message opens a new one", async () => {
    const visit = await app.visit();
    await visit.ask(QUESTION);
    await act(visit, "takeover", anna);
    assert.equal((await act(visit, "resolve", anna)).status, 200);
    const closed = await read(visit);
    assert.equal(closed.holder, "ai");
    assert.equal(closed.handoff?.status, "closed");
    assert.deepEqual(closed.cases.map((each) => each.status), ["resolved"]);
    assert.equal((await act(visit, "resolve", anna)).status, 200, "closing twice changes nothing");
    assert.ok((await visit.ask(QUESTION)).reply, "the AI answers again");
    assert.deepEqual((await read(visit)).cases.map((each) => each.status), ["open", "resolved"]);
    const [first, last] = [(await thread(visit))[1], (await thread(visit)).at(-1)];
    assert.notEqual(first?.caseId, last?.caseId);
    assert.equal((await ledgerKinds(visit)).filter((kind) => kind === "case.resolved").length, 1);
  });

  test("a conversation taken over before its first message can be resolved as well", async () => {
    const visit = await app.visit();
    await askForPerson(visit);
    await act(visit, "takeover", anna);
    assert.equal((await act(visit, "resolve", anna)).status, 200);
    const conversation = await read(visit);
    assert.equal(conversation.holder, "ai");
    assert.equal(conversation.handoff?.status, "closed");
    assert.ok((await visit.ask(QUESTION)).reply);
  });

  test("a reply that the AI had under way is not sent once a person has taken over", async () => {
    const visit = await app.visit();
    await whileTurnsWait(async () => {
      await say(visit, QUESTION);
      await turnRuns(visit);
      assert.equal((await act(visit, "takeover", anna)).status, 200);
    });
    await settled(visit);
    assert.deepEqual(await authors(visit), ["contact", "system"]);
    assert.deepEqual(await rows("select status, reason, reply_message_id from turn where conversation_id = $1", [visit.conversationId]), [{ status: "silent", reason: "holder.not_ai", reply_message_id: null }]);
    await sayAndSettle(visit, "Is anybody there?");
    assert.deepEqual(await authors(visit), ["contact", "system", "contact"]);
  });

  test("nor once the contact has asked for a person", async () => {
    const visit = await app.visit();
    await whileTurnsWait(async () => {
      await say(visit, QUESTION);
      await turnRuns(visit);
      assert.equal((await askForPerson(visit)).status, 202);
    });
    await settled(visit);
    assert.deepEqual(await authors(visit), ["contact", "system"]);
    assert.equal((await read(visit)).holder, "queue");
  });

  test("a hand-back without a reply lets the AI answer what was left unanswered, once", async () => {
    const visit = await app.visit();
    await whileTurnsWait(async () => {
      await say(visit, QUESTION);
      await turnRuns(visit);
      await act(visit, "takeover", anna);
      await act(visit, "handback", anna);
    });
    await settled(visit);
    await until(async () => (await authors(visit)).includes("ai"));
    await settled(visit);
    assert.deepEqual(await authors(visit), ["contact", "system", "system", "ai"]);
    assert.ok((await visit.ask(QUESTION)).reply);
    assert.deepEqual(await authors(visit), ["contact", "system", "system", "ai", "contact", "ai"]);
  });

  test("what a person has answered is not answered again after the hand-back", async () => {
    const visit = await app.visit();
    await act(visit, "takeover", anna);
    await sayAndSettle(visit, QUESTION);
    assert.equal((await reply(visit, "You have thirty days.", anna)).status, 201);
    await act(visit, "handback", anna);
    await settled(visit);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(!(await authors(visit)).includes("ai"));
  });

  test("whenever a person takes over, no line of the AI comes after that", async () => {
    const visits = await Promise.all(Array.from({ length: 14 }, () => app.visit()));
    await Promise.all(visits.map(async (visit, place) => {
      await say(visit, QUESTION);
      await new Promise((resolve) => setTimeout(resolve, place * 6));
      assert.equal((await act(visit, "takeover", place % 2 === 0 ? anna : ben)).status, 200);
      await say(visit, "Hello?");
    }));
    for (const visit of visits) {
      await settled(visit);
      const list = await authors(visit);
      assert.ok(list.lastIndexOf("ai") < list.indexOf("system"), list.join(", "));
      assert.equal(list.filter((author) => author === "contact").length, 2);
    }
  });

  test("a reply with a key is sent once, however often and however much at once it is asked for", async () => {
    const [visit, other] = [await app.visit(), await app.visit()];
    for (const each of [visit, other]) await act(each, "takeover", anna);
    const answers = await Promise.all(Array.from({ length: 5 }, () => reply(visit, "We have found it.", anna, "reply-key-1")));
    const messages = await Promise.all(answers.map(async (answer) => messageView.parse(await answer.json())));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [201]);
    for (const message of messages) assert.deepEqual(message, messages[0]);
    assert.equal(await codeOf(await reply(visit, "We have lost it.", anna, "reply-key-1")), "409 channels.message_conflict");
    const elsewhere = messageView.parse(await (await reply(other, "We have lost it.", anna, "reply-key-1")).json());
    assert.notEqual(elsewhere.id, messages[0]?.id, "the key counts within one conversation");
    for (let round = 0; round < 2; round += 1) assert.equal((await reply(visit, "Same words, no key.", anna)).status, 201);
    await act(visit, "handback", anna);
    assert.deepEqual(messageView.parse(await (await reply(visit, "We have found it.", anna, "reply-key-1")).json()), messages[0], "a late repeat gets its answer");
    assert.deepEqual((await thread(visit)).map((message) => message.text).slice(1, 4), ["We have found it.", "Same words, no key.", "Same words, no key."]);
    assert.equal((await ledgerKinds(visit)).filter((kind) => kind === "human.replied").length, 3);
  });
});
