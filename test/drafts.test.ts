import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { draftView } from "../src/shapes/conversation.ts";
import { startDraftsShop, type DraftsShop, type Headers } from "./drafts-shop.ts";
import { until, type Visit } from "./start-test-app.ts";

const QUESTION = "How long do I have to return something?";
const OTHER = "How do I wash a down jacket?";

describe("replies on the autonomy ladder", () => {
  let shop: DraftsShop;
  let anna: Headers;
  let ben: Headers;
  before(async () => {
    shop = await startDraftsShop();
    [anna, ben] = [await shop.agent("Anna"), await shop.agent("Ben")];
  });
  after(() => shop[Symbol.asyncDispose]());

  const codeOf = async (response: Response) => `${response.status} ${z.object({ code: z.string() }).parse(await response.json()).code}`;
  const authors = async (visit: Visit) => (await shop.thread(visit)).map((message) => message.author);
  const outcomes = async (ids: readonly string[]) => (await shop.sql.query("select id, rule, level, is_overridden from autonomy_outcome where id = any($1) order by at, id", [ids])).rows;
  const asked = async (text = QUESTION, email?: string) => {
    const visit = await shop.app.visit(email);
    await shop.say(visit, text);
    return { visit, draft: await shop.drafted(visit, anna) };
  };
  const setLevel = async (level: string, rule = "answers") => assert.equal((await shop.ladder(`rules/${rule}`, { level, reason: "A test." })).status, 200);

  test("a drafted reply is kept with its citations, the contact is told once, and the case waits in the queue", async () => {
    const { visit, draft } = await asked();
    assert.deepEqual([draft.rung, draft.status, draft.isStale], ["draft", "open", false]);
    assert.match(draft.text, /30 days/);
    assert.ok(draft.citations.length > 0);
    assert.deepEqual((await shop.thread(visit)).map(({ author, text }) => [author, text]), [["contact", QUESTION], ["system", "A colleague will look at this."]]);
    const { handoff, holder } = await shop.read(visit, anna);
    assert.deepEqual([holder, handoff?.status, handoff?.reason], ["queue", "waiting", "autonomy.draft"]);
    assert.deepEqual(await shop.ledger(visit), ["turn.proposed", "handoff.requested"]);
  });

  test("who waits for the reply is answered at once when there is none to come", async () => {
    const visit = await shop.app.visit();
    const fromMs = performance.now();
    assert.equal((await visit.ask(QUESTION)).reply, null);
    assert.equal((await visit.ask("Hello?")).reply, null, "nor beside a person");
    assert.ok(performance.now() - fromMs < 15_000, "and not after the 20 s that were asked for");
    await shop.settled(visit);
  });

  test("accepted, it is sent as it is, once, under the person's name, and the AI has the conversation again", async () => {
    const { visit, draft } = await asked();
    const [first, second] = await Promise.all([shop.decide(draft.id, anna, { decision: "accepted" }), shop.decide(draft.id, ben, { decision: "accepted" })]);
    assert.deepEqual([first.status, second.status].toSorted((left, right) => left - right), [200, 409]);
    const refused = z.object({ code: z.string(), detail: z.string() }).parse(await (first.status === 409 ? first : second).json());
    assert.equal(refused.code, "handoff.draft_decided");
    assert.match(refused.detail, /^(Anna|Ben) has already sent an answer from this draft\.$/);
    const winner = first.status === 200 ? anna : ben;
    assert.equal((await shop.decide(draft.id, winner, { decision: "accepted" })).status, 200, "the same again answers the same");
    const thread = await shop.thread(visit);
    assert.deepEqual(thread.map((message) => message.author), ["contact", "system", "human"]);
    assert.deepEqual([thread[2]?.text, thread[2]?.citations.length, thread[2]?.authorName], [draft.text, draft.citations.length, first.status === 200 ? "Anna" : "Ben"]);
    const view = await shop.read(visit, anna);
    assert.deepEqual([view.holder, view.draft, view.handoff?.status], ["ai", null, "returned"]);
    assert.deepEqual(await shop.ledger(visit), ["turn.proposed", "handoff.requested", "draft.accepted"]);
    assert.deepEqual(await outcomes([draft.id]), [{ id: draft.id, rule: "answers", level: "draft", is_overridden: false }]);
    await setLevel("draft");
  });

  test("a change and a no are overrides; what was changed is sent, and a no leaves the case in the queue", async () => {
    const edited = await asked();
    const sent = draftView.parse(await (await shop.decide(edited.draft.id, anna, { decision: "edited", text: "You have 30 days. [1]" })).json());
    assert.equal(sent.status, "edited");
    const reply = (await shop.thread(edited.visit)).at(-1);
    assert.deepEqual([reply?.text, reply?.id, reply?.citations.map((each) => each.marker)], ["You have 30 days. [1]", sent.messageId, [1]]);
    assert.equal((await shop.decide(edited.draft.id, anna, { decision: "edited", text: "You have 30 days. [1]" })).status, 200, "the same again answers the same");
    assert.equal(await codeOf(await shop.decide(edited.draft.id, anna, { decision: "edited", text: "You have 60 days. [1]" })), "409 handoff.draft_decided", "other words were not sent");
    const refused = await asked();
    assert.equal((await shop.decide(refused.draft.id, anna, { decision: "rejected" })).status, 422, "a reason is needed");
    const rejected = draftView.parse(await (await shop.decide(refused.draft.id, anna, { decision: "rejected", reason: "Wrong article." })).json());
    assert.deepEqual([rejected.status, rejected.reason, rejected.decidedByName], ["rejected", "Wrong article.", "Anna"]);
    assert.deepEqual([(await shop.read(refused.visit, anna)).holder, await authors(refused.visit)], ["queue", ["contact", "system"]]);
    assert.deepEqual((await outcomes([edited.draft.id, refused.draft.id])).map((row) => z.object({ is_overridden: z.boolean() }).parse(row).is_overridden), [true, true]);
  });

  test("two overrides in a row demote the rule, two agreements promote it", async () => {
    const levelOf = async () => z.object({ rules: z.array(z.object({ name: z.string(), level: z.string(), reason: z.string().nullable() })) }).parse(await (await shop.app.request("/api/autonomy", { headers: anna })).json()).rules.find((rule) => rule.name === "answers");
    await setLevel("draft");
    for (const reason of ["No.", "Not so."]) assert.equal((await shop.decide((await asked()).draft.id, anna, { decision: "rejected", reason })).status, 200);
    assert.deepEqual(await levelOf(), { name: "answers", level: "suggest", reason: "2 of the latest 2 were overridden (100 %)." });
    await setLevel("draft");
    for (let count = 0; count < 2; count += 1) assert.equal((await shop.decide((await asked()).draft.id, anna, { decision: "accepted" })).status, 200);
    assert.equal((await levelOf())?.level, "act_with_approval");
    const visit = await shop.app.visit();
    assert.match((await visit.ask(QUESTION)).reply?.text ?? "", /30 days/, "on this rung replies are sent");
    await setLevel("draft");
  });

  test("a new message makes the draft stale: accepting it is refused, and a new one answers all that was said", async () => {
    const { visit, draft } = await asked();
    const goOn = shop.app.holdTurns();
    try {
      await shop.say(visit, OTHER);
      assert.equal((await shop.read(visit, anna)).draft?.isStale, true);
      assert.equal(await codeOf(await shop.decide(draft.id, anna, { decision: "accepted" })), "409 handoff.draft_stale");
    } finally {
      goOn();
    }
    const next = await shop.drafted(visit, anna);
    assert.notEqual(next.id, draft.id);
    assert.match(next.text, /down/i);
    assert.equal(await codeOf(await shop.decide(draft.id, anna, { decision: "accepted" })), "409 handoff.draft_stale");
    assert.deepEqual(await authors(visit), ["contact", "system", "contact"], "the contact is told once");
    assert.deepEqual(await outcomes([draft.id]), [], "nobody has judged the stale one");
    assert.equal((await shop.decide(next.id, anna, { decision: "accepted" })).status, 200);
  });

  test("a person who holds the conversation goes on getting drafts, and a reply of their own overrides one", async () => {
    const { visit } = await asked();
    assert.equal((await shop.act(visit, "takeover", anna)).status, 200);
    await shop.say(visit, OTHER);
    const draft = await shop.drafted(visit, anna);
    assert.match(draft.text, /down/i);
    assert.equal(await codeOf(await shop.decide(draft.id, ben, { decision: "accepted" })), "409 handoff.already_held");
    assert.equal((await shop.decide(draft.id, anna, { decision: "accepted" })).status, 200);
    assert.equal((await shop.read(visit, anna)).isMine, true, "whoever holds it goes on holding it");
    await shop.say(visit, QUESTION);
    const second = await shop.drafted(visit, anna);
    assert.equal((await shop.app.request(`/api/conversations/${visit.conversationId}/replies`, { method: "POST", headers: anna, body: JSON.stringify({ text: "Thirty days." }) })).status, 201);
    assert.equal((await shop.read(visit, anna)).draft, null);
    assert.deepEqual((await outcomes([second.id])).length, 1);
    assert.equal(await codeOf(await shop.decide(second.id, anna, { decision: "accepted" })), "409 handoff.draft_decided");
    await setLevel("draft");
  });

  test("taken over while it is written, a draft is for that person; handed back unanswered, the AI drafts again and the contact is not told twice", async () => {
    const visit = await shop.app.visit();
    const goOn = shop.app.holdTurns();
    try {
      await shop.say(visit, QUESTION);
      await until(async () => (await shop.sql.query("select 1 from conversation where id = $1 and running_turn_id is not null", [visit.conversationId])).rows.length === 1);
      assert.equal((await shop.act(visit, "takeover", anna)).status, 200);
    } finally {
      goOn();
    }
    const draft = await shop.drafted(visit, anna);
    assert.deepEqual([draft.status, await authors(visit)], ["open", ["contact", "system"]], "only that Anna has joined was said");
    for (let round = 0; round < 2; round += 1) {
      assert.equal((await shop.act(visit, "handback", anna)).status, 200);
      await until(async () => (await shop.read(visit, anna)).holder === "queue");
      assert.notEqual((await shop.drafted(visit, anna)).id, draft.id);
      assert.equal((await shop.act(visit, "takeover", anna)).status, 200);
    }
    assert.equal((await shop.thread(visit)).filter((message) => message.text === "A colleague will look at this.").length, 1);
    assert.deepEqual(await outcomes([draft.id]), [], "handing back is no judgement");
  });

  test("a suggestion is for the person who holds the conversation, with the calls the AI would have made", async () => {
    const { visit, draft } = await asked("Please cancel order 1042", "emma.larsson@example.com");
    assert.deepEqual([draft.rung, draft.intent, draft.calls.map((call) => call.describedAs)], ["suggest", "cancel_order", ["cancellation (order number 1042)"]]);
    assert.equal(await codeOf(await shop.decide(draft.id, anna, { decision: "accepted" })), "409 handoff.not_holder");
    await shop.act(visit, "takeover", anna);
    await shop.say(visit, "Please cancel order 1042, order 1043 stays");
    const next = await shop.drafted(visit, anna);
    assert.ok(next.text !== "" || next.calls.length > 0, JSON.stringify(next));
    assert.deepEqual((await shop.sql.query("select 1 from tool_call where tool = 'cancel_order' and conversation_id = $1 and status = 'ok'", [visit.conversationId])).rows, []);
  });

  test("a kill switch pulled in mid-turn keeps the reply from the contact", async () => {
    const visit = await shop.app.visit();
    await setLevel("act");
    const goOn = shop.app.holdTurns();
    await shop.say(visit, QUESTION);
    await until(async () => (await shop.sql.query("select 1 from conversation where id = $1 and running_turn_id is not null", [visit.conversationId])).rows.length === 1);
    // Past the API, as another process would: this one does not know yet.
    await shop.sql.query("insert into autonomy_switch (tenant_id, rung, thrown_by, reason, thrown_at) values ('shop', 'act_with_approval', 'test', 'stop', now())");
    goOn();
    const draft = await shop.drafted(visit, anna);
    assert.match(draft.text, /30 days/);
    assert.deepEqual(await authors(visit), ["contact", "system"]);
    assert.equal((await shop.ladder("switches", { rung: "all", isClosed: true, reason: "All of it." })).status, 200);
    const second = await shop.app.visit();
    await shop.say(second, QUESTION);
    await shop.settled(second);
    const view = await shop.read(second, anna);
    assert.deepEqual([view.draft, view.holder, view.handoff?.reason, await authors(second)], [null, "queue", "autonomy.off", ["contact", "system"]]);
    assert.equal((await shop.ladder("switches", { rung: "all", isClosed: false, reason: "Again." })).status, 200);
    assert.match((await (await shop.app.visit()).ask(QUESTION)).reply?.text ?? "", /30 days/);
    await setLevel("draft");
  });

  test("after a hand-back an old yes answers no run: its question is put again", async () => {
    const visit = await shop.app.visit("jonas.weber@example.com");
    await setLevel("act", "cancelling");
    assert.match((await visit.ask("Please cancel order 1048")).reply?.text ?? "", /Shall I/);
    for (const what of ["takeover", "handback"] as const) assert.equal((await shop.act(visit, what, anna)).status, 200);
    assert.match((await visit.ask("yes")).reply?.text ?? "", /^You have talked with a colleague meanwhile.*\n\nBack to my question: Shall I/);
    assert.deepEqual((await shop.sql.query("select 1 from tool_call where tool = 'cancel_order' and conversation_id = $1 and status <> 'denied'", [visit.conversationId])).rows, []);
    await setLevel("suggest", "cancelling");
  });
});
