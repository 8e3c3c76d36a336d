import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventConsumption, EventFilter } from "../../document/definition.ts";
import { createLanguages } from "../../expressions/languages.ts";
import { cloudEvent, type CloudEvent } from "../cloud-event.ts";
import { createEventMatcher, NO_SCOPE } from "../waits/match-filter.ts";
import { gather, typesOf, type EventGroup } from "./start-on-event.ts";

const matcher = createEventMatcher(createLanguages());
let counted = 0;
const event = (type: string, data: unknown = {}, more: Record<string, unknown> = {}): CloudEvent => cloudEvent.parse({ specversion: "1.0", id: `e${(counted += 1)}`, source: "/test", type, data, ...more });
const filter = (given: Record<string, unknown>, correlate: EventFilter["correlate"] = {}): EventFilter => ({ with: given, correlate });
const isMatch = (given: EventFilter, of: CloudEvent, language: "jq" | "cel" = "jq", scope = NO_SCOPE) => matcher.match(given, of, { language, scope, correlation: {} }) !== null;

/** Feeds events one after the other; for each, the types of the events a run began with. */
function feed(on: EventConsumption, events: readonly CloudEvent[]): (string[] | null)[] {
  let groups: EventGroup[] = [];
  return events.map((one) => {
    const gathered = gather(matcher, { namespace: "t", name: "w", hash: "h", language: "jq", on }, groups, one);
    groups = gathered.groups;
    return gathered.events?.map((each) => each.id) ?? null;
  });
}

test("attributes match when equal, by a pattern for the whole text, or by an expression over their value", () => {
  const one = event("com.acme.order.placed", { amount: 120, client: { name: "Ada", tags: ["a"] } }, { subject: "42", tenant: "x" });
  assert.ok(isMatch(filter({ type: "com.acme.order.placed", subject: "42", tenant: "x" }), one));
  assert.ok(!isMatch(filter({ type: "com.acme.order" }), one));
  assert.ok(isMatch(filter({ type: "com\\.acme\\..*" }), one) && !isMatch(filter({ type: "acme.*" }), one));
  assert.ok(isMatch(filter({ data: "${ .amount > 100 }" }), one) && !isMatch(filter({ data: "${ .amount > 200 }" }), one));
  assert.ok(isMatch(filter({ data: "${ input.amount > 100 && event.subject == '42' }" }), one, "cel"));
  assert.ok(isMatch(filter({ subject: "${ $context.order }" }), one, "jq", { ...NO_SCOPE, context: { order: "42" } }));
  assert.ok(isMatch(filter({ data: { client: { name: "Ada" } } }), one) && !isMatch(filter({ data: { client: { name: "Bob" } } }), one));
  assert.ok(!isMatch(filter({ missing: "x" }), one) && isMatch(filter({}), one));
});

test("an expression that fails on an event is no match", () => {
  assert.ok(!isMatch(filter({ data: "${ .a.b > 1 }" }), event("t", { a: "text" })));
  assert.ok(!isMatch(filter({ data: "${ input.a.b > 1 }" }), event("t", {}), "cel"));
});

test("correlation compares with what is expected, as a constant or over the scope, and else with the first value seen", () => {
  const one = event("t", { order: 42 });
  const on = (expect: string | null, correlation = {}, scope = NO_SCOPE) => matcher.match(filter({}, { order: { from: "${ .data.order }", expect } }), one, { language: "jq", scope, correlation });
  assert.deepEqual(on("42"), {});
  assert.equal(on("43"), null);
  assert.deepEqual(on("${ .id }", {}, { ...NO_SCOPE, input: { id: 42 } }), {});
  assert.deepEqual(on(null), { order: 42 });
  assert.equal(on(null, { order: 41 }), null);
  assert.equal(matcher.match(filter({}, { order: { from: "${ .data.other }", expect: null } }), one, { language: "jq", scope: NO_SCOPE, correlation: {} }), null);
});

test("a key leads from an event to the waits that may match it", () => {
  const [key] = matcher.keysOf([filter({ type: "t" }, { order: { from: "${ .data.order }", expect: "${ .id }" } })], "jq", { ...NO_SCOPE, input: { id: 42 } });
  assert.deepEqual(key, { filter: 0, eventType: "t", matchFrom: "jq:${ .data.order }", matchValue: "42" });
  assert.deepEqual([matcher.keyValue(key?.matchFrom ?? "", event("t", { order: 42 })), matcher.keyValue(key?.matchFrom ?? "", event("t", { order: "42" })), matcher.keyValue(key?.matchFrom ?? "", event("t", "text"))], ["42", "42", null]);
  assert.deepEqual(matcher.keysOf([], "cel", NO_SCOPE), [{ filter: 0, eventType: "*", matchFrom: "", matchValue: "" }]);
  assert.deepEqual(matcher.keysOf([filter({ type: "a.*", subject: "s" })], "cel", NO_SCOPE), [{ filter: 0, eventType: "*", matchFrom: "@subject", matchValue: "s" }]);
});

test("one and any begin a run with each event that matches", () => {
  const a = event("a");
  assert.deepEqual(feed({ kind: "one", filter: filter({ type: "a" }) }, [event("b"), a]), [null, [a.id]]);
  assert.deepEqual(feed({ kind: "any", filters: [filter({ type: "a" }), filter({ type: "c" })], until: null }, [event("b"), a]), [null, [a.id]]);
});

test("all waits for each of its filters, in any order, apart for each value of the correlation", () => {
  const correlate = { order: { from: "${ .data.order }", expect: null } };
  const on: EventConsumption = { kind: "all", filters: [filter({ type: "paid" }, correlate), filter({ type: "packed" }, correlate)] };
  const [packed2, paid1, paid2, packed1] = [event("packed", { order: 2 }), event("paid", { order: 1 }), event("paid", { order: 2 }), event("packed", { order: 1 })];
  assert.deepEqual(feed(on, [packed2, paid1, paid2, packed1]), [null, null, [paid2.id, packed2.id], [paid1.id, packed1.id]]);
});

test("two alike filters want two events", () => {
  const [first, second] = [event("a"), event("a")];
  assert.deepEqual(feed({ kind: "all", filters: [filter({ type: "a" }), filter({ type: "a" })] }, [first, second]), [null, [first.id, second.id]]);
});

test("any until a condition, or until another event, begins one run with all of them", () => {
  const [one, two, three] = [event("a"), event("a"), event("a")];
  assert.deepEqual(feed({ kind: "any", filters: [], until: "${ length >= 3 }" }, [one, two, three, event("a")]), [null, null, [one.id, two.id, three.id], null]);
  const until: EventConsumption = { kind: "one", filter: filter({ type: "stop" }) };
  assert.deepEqual(feed({ kind: "any", filters: [filter({ type: "a" })], until }, [event("stop"), one, two, event("stop")]), [null, null, null, [one.id, two.id]]);
  assert.deepEqual(typesOf({ kind: "any", filters: [filter({ type: "a" })], until }), ["a", "stop"]);
});
