import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import type { TransactionQuery } from "../../storage/database.ts";
import { OWN_EVENTS } from "./cloud-event.ts";
import { eventOf, makeEventParts, TENANT, workflowText } from "./events.contract.ts";
import { purgeEvents } from "./event.store.ts";
import type { EventDelivery, EventWait } from "./waits/event-waits.ts";
import { OWN_EVENT_DATA, OWN_SOURCE } from "./own/own-events.ts";
import { publishEvent } from "./publish-event.ts";
import { relayOnce } from "./relay-events.ts";

type Parts = Awaited<ReturnType<typeof makeEventParts>>;
const runOf = z.object({ runId: z.string(), input: z.array(z.object({ id: z.string() }).loose()), startedBy: z.string() });

const ownRun = z.object({ input: z.tuple([z.object({ id: z.string(), source: z.literal(OWN_SOURCE), type: z.enum(OWN_EVENTS), data: z.unknown() })]) });

describe("events", () => {
  let parts: Parts;
  let counted = 0;
  before(async () => void (parts = await makeEventParts()));
  after(() => parts[Symbol.asyncDispose]());

  const wait = (id: string, filters: EventWait["filters"], more: Partial<EventWait> = {}): EventWait => ({ tenantId: TENANT, runId: `run_${id}`, waitId: id, filters, language: "jq", scope: { input: {}, context: {}, variables: {} }, isOncePerFilter: false, ...more });
  const filter = (type: string, more: Record<string, unknown> = {}, correlate = {}) => ({ with: { type, ...more }, correlate });
  const publish = (type: string, data: unknown = {}, more = {}) => publishEvent(parts.deps, TENANT, eventOf(`p${(counted += 1)}`, type, data, more));
  const resolvedWith = (externalId: string): unknown[] => parts.engine.resolved.get(externalId) ?? [];
  const startsOf = (startedBy: string) => parts.engine.started.map((call) => runOf.parse(call.input)).filter((run) => run.startedBy === startedBy);
  const ids = (deliveries: readonly EventDelivery[]) => deliveries.map((each) => [each.seq, each.event.id]);

  test("an event that nobody listens to is kept, and told as such", async () => {
    assert.deepEqual(await publish("nobody.cares"), { kind: "accepted", listeners: 0 });
  });

  test("two tenants with the same document that are told the same event each get their run", async () => {
    const text = workflowText("told-both", "on: { one: { with: { type: both.told } } }");
    await parts.publish(text);
    await parts.publishFor("neighbour", text);
    const event = eventOf("both-1", "both.told");
    for (const tenantId of [TENANT, "neighbour"]) assert.deepEqual(await publishEvent(parts.deps, tenantId, event), { kind: "accepted", listeners: 1 });
    assert.equal(startsOf("event both.told").length, 2);
  });

  test("a waiting run gets its event once; a repeated event changes nothing", async () => {
    assert.deepEqual(await parts.waits.take(wait("w1", [filter("order.paid")]), 0, "ext-1"), []);
    const event = eventOf("paid-1", "order.paid", { n: 1 });
    assert.deepEqual(await publishEvent(parts.deps, TENANT, event), { kind: "accepted", listeners: 1 });
    assert.deepEqual(await publishEvent(parts.deps, TENANT, event), { kind: "duplicate", listeners: 1 });
    assert.deepEqual(resolvedWith("ext-1"), [[{ seq: 1, filter: 0, event }]]);
  });

  test("what comes while the run is busy is kept in order for its next look", async () => {
    const open = wait("w2", [filter("a"), filter("b")]);
    await parts.waits.take(open, 0, "ext-2");
    for (const type of ["a", "b", "a"]) await publish(type);
    assert.equal(resolvedWith("ext-2").length, 1);
    const rest = await parts.waits.take(open, 1, "ext-2b");
    assert.deepEqual(rest.map((each) => [each.seq, each.filter]), [[2, 1], [3, 0]]);
    assert.deepEqual(await parts.waits.take(open, 3, "ext-2c"), []);
    await publish("b");
    assert.deepEqual([resolvedWith("ext-2b").length, resolvedWith("ext-2c").length], [0, 1]);
  });

  test("a look that is repeated after a crash sees the same", async () => {
    const open = wait("w3", [filter("c")]);
    await parts.waits.take(open, 0, "ext-3");
    assert.deepEqual(await parts.waits.take(open, 0, "ext-3"), []);
    await publish("c");
    assert.equal(ids(await parts.waits.take(open, 0, "ext-3")).length, 1);
    assert.equal(resolvedWith("ext-3").length, 1);
  });

  test("a closed wait hears nothing, and stays closed", async () => {
    const open = wait("w4", [filter("d")]);
    await parts.waits.take(open, 0, "ext-4");
    await parts.waits.close(TENANT, "w4");
    await parts.waits.close(TENANT, "never-opened");
    assert.deepEqual(await publish("d"), { kind: "accepted", listeners: 0 });
    await parts.waits.take(open, 0, "ext-4b");
    assert.equal((await publish("d")).listeners, 0);
  });

  test("of many waits for one type, correlation finds the one that is meant", async () => {
    const correlate = { order: { from: "${ .data.order }", expect: "${ .id }" } };
    await Promise.all(Array.from({ length: 40 }, (_, n) => parts.waits.take(wait(`order-${n}`, [filter("order.shipped", {}, correlate)], { scope: { input: { id: n }, context: {}, variables: {} } }), 0, `ext-order-${n}`)));
    assert.deepEqual(await publish("order.shipped", { order: 17 }), { kind: "accepted", listeners: 1 });
    assert.deepEqual([resolvedWith("ext-order-17").length, resolvedWith("ext-order-18").length], [1, 0]);
  });

  test("a correlation without expectation is set by the first match", async () => {
    const open = wait("w5", [filter("visit", {}, { who: { from: "${ .data.who }", expect: null } })]);
    await parts.waits.take(open, 0, "ext-5");
    for (const who of ["ada", "bob", "ada"]) await publish("visit", { who });
    assert.deepEqual((await parts.waits.take(open, 0, "ext-5b")).map((each) => each.event.data), [{ who: "ada" }, { who: "ada" }]);
  });

  test("where each filter waits for its own event, a second one of the same kind is not taken", async () => {
    const open = wait("w6", [filter("x"), filter("y", { data: "${ .n > 1 }" })], { isOncePerFilter: true });
    await parts.waits.take(open, 0, "ext-6");
    for (const [type, n] of [["x", 0], ["x", 1], ["y", 1], ["y", 2]] as const) await publish(type, { n });
    assert.deepEqual((await parts.waits.take(open, 0, "ext-6b")).map((each) => [each.filter, each.event.type, each.event.data]), [[0, "x", { n: 0 }], [1, "y", { n: 2 }]]);
  });

  test("the engine is away: the event is stored, and the relay resumes the run later, once", async () => {
    await parts.waits.take(wait("w7", [filter("late")]), 0, "ext-7");
    parts.engine.setAway(true);
    assert.deepEqual(await publish("late"), { kind: "accepted", listeners: 1 });
    parts.engine.setAway(false);
    await relayOnce(parts.deps, TENANT);
    assert.equal(resolvedWith("ext-7").length, 0, "whoever began it may still be at it");
    parts.clock.advance(6_000);
    await relayOnce(parts.deps, TENANT);
    await relayOnce(parts.another(), TENANT);
    assert.equal(resolvedWith("ext-7").length, 1);
  });

  test("an event starts the active workflows that listen to it, once however often it comes and whoever hears it", async () => {
    await parts.publish(workflowText("on-heartbeat", "on:\n  one:\n    with: { type: heartbeat.low }"), workflowText("on-all", "on:\n  all:\n    - with: { type: heartbeat.low }\n      correlate: { who: { from: '${ .data.who }' } }\n    - with: { type: nurse.called }\n      correlate: { who: { from: '${ .data.who }' } }"));
    const event = eventOf("beat-1", "heartbeat.low", { who: "ada" });
    const both = await Promise.all([publishEvent(parts.deps, TENANT, event), publishEvent(parts.another(), TENANT, event)]);
    assert.deepEqual(both.map((each) => each.kind).sort(), ["accepted", "duplicate"]);
    assert.deepEqual(both.map((each) => each.listeners), [2, 2]);
    assert.deepEqual(startsOf("event heartbeat.low").map((run) => run.input.map((each) => each.id)), [["beat-1"]]);
    await publish("nurse.called", { who: "bob" });
    assert.equal(startsOf("event nurse.called").length, 0);
    const called = eventOf("call-1", "nurse.called", { who: "ada" });
    await publishEvent(parts.deps, TENANT, called);
    assert.deepEqual(startsOf("event nurse.called").map((run) => run.input.map((each) => each.id)), [["beat-1", "call-1"]]);
  });

  test("a start that the engine could not take is made up for by the relay", async () => {
    await parts.publish(workflowText("on-order", "on:\n  one:\n    with: { type: order.new }"));
    parts.engine.setAway(true);
    await publish("order.new");
    parts.engine.setAway(false);
    parts.clock.advance(7_000);
    await relayOnce(parts.deps, TENANT);
    await relayOnce(parts.deps, TENANT);
    assert.equal(startsOf("event order.new").length, 1);
  });

  test("own events are told with their cause, whoever stores it, when somebody listens; the relay carries them on", async () => {
    await parts.publish(workflowText("on-own", "on:\n  any:\n" + ["case.opened", "case.resolved", "handoff.requested", "tool.failed"].map((type) => `    - with: { type: ${type} }`).join("\n")));
    await relayOnce(parts.deps, TENANT);
    const at = new Date(parts.clock.nowMs());
    const cause = (id: string) => async (query: TransactionQuery) => {
      await query("insert into contact (tenant_id, id, created_at) values ($1, $2, $3) on conflict do nothing", [TENANT, `cont_${id}`, at]);
      await query("insert into conversation (tenant_id, id, contact_id, created_at, updated_at) values ($1, $2, $3, $4, $4)", [TENANT, `conv_${id}`, `cont_${id}`, at]);
      await query("insert into message (tenant_id, id, conversation_id, seq, author, author_id, channel, body, created_at) values ($1, $2, $3, 1, 'contact', $4, 'web', 'hello', $5)", [TENANT, `msg_${id}`, `conv_${id}`, `cont_${id}`, at]);
      await query("insert into support_case (tenant_id, id, conversation_id, status, intent, opened_at) values ($1, $2, $3, 'open', 'refund', $4)", [TENANT, `case_${id}`, `conv_${id}`, at]);
      await query("update support_case set status = 'resolved', resolved_at = $3 where tenant_id = $1 and id = $2", [TENANT, `case_${id}`, at]);
      await query("insert into handoff (tenant_id, id, conversation_id, case_id, status, reason, summary, tried, requested_at) values ($1, $2, $3, $4, 'waiting', 'contact.asked', '{}', '[]', $5)", [TENANT, `hand_${id}`, `conv_${id}`, `case_${id}`, at]);
      await query("insert into tool_call (tenant_id, id, conversation_id, tool, risk, arguments, status, actor, duration_us, created_at) values ($1, $2, $3, 'refund', 'money', '{}', 'started', 'ai', 0, $4)", [TENANT, `call_${id}`, `conv_${id}`, at]);
      await query("update tool_call set status = 'failed' where tenant_id = $1 and id = $2", [TENANT, `call_${id}`]);
    };
    await assert.rejects(parts.database.transaction(TENANT, async (query) => {
      await cause("undone")(query);
      throw new Error("the cause failed");
    }));
    await parts.database.transaction(TENANT, cause("1"));
    await Promise.all([relayOnce(parts.deps, TENANT), relayOnce(parts.another(), TENANT)]);
    const told = parts.engine.started.map((call) => ownRun.safeParse(call.input).data?.input[0]).filter((event) => event !== undefined);
    assert.deepEqual(told.map((event) => event.id).sort(), ["case.opened:case_1", "case.resolved:case_1", "handoff.requested:hand_1", "tool.failed:call_1"], "nobody listens to message.received");
    for (const event of told) assert.ok(OWN_EVENT_DATA[event.type].strict().safeParse(event.data).success, `${event.type}: ${JSON.stringify(event.data)}`);
  });

  test("what is done is forgotten after a while, what is open is not", async () => {
    await parts.waits.take(wait("w9", [filter("kept")]), 0, "ext-9");
    await parts.waits.take(wait("w10", [filter("kept")]), 0, "ext-10");
    await publish("kept");
    await parts.waits.close(TENANT, "w10");
    await purgeEvents(parts.database, TENANT, new Date(parts.clock.nowMs() + 1));
    const left = await parts.database.transaction(TENANT, (query) => query("select (select count(*) from workflow_event) as events, (select count(*) from workflow_delivery where wait_id = 'w9') as w9, (select count(*) from workflow_delivery where wait_id = 'w10') as w10"));
    assert.deepEqual(left, [{ events: 0, w9: 1, w10: 0 }]);
  });

  test("another tenant's waits and workflows hear nothing", async () => {
    await parts.waits.take(wait("w8", [filter("secret")]), 0, "ext-8");
    await parts.database.transaction("other", (query) => query("insert into tenant (id, name) values ('other', 'Other')"));
    assert.deepEqual(await publishEvent(parts.deps, "other", eventOf("s1", "secret")), { kind: "accepted", listeners: 0 });
  });
});
