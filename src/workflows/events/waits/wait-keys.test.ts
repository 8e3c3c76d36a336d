import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventFilter } from "../../document/definition.ts";
import { createLanguages } from "../../expressions/languages.ts";
import { eventOf, makeEventParts, TENANT } from "../events.contract.ts";
import { publishEvent } from "../publish-event.ts";
import { createEventMatcher, NO_SCOPE, type FilterScope } from "./match-filter.ts";
import { listShapes, lockCandidates } from "./wait.store.ts";

const matcher = createEventMatcher(createLanguages());
const filter = (members: Record<string, unknown>, correlate: EventFilter["correlate"] = {}): EventFilter => ({ with: { type: "t", ...members }, correlate });
const scope: FilterScope = { input: { id: 42, shop: "north" }, context: { order: "o1", text: "é".repeat(1_000) }, variables: { item: "i1" } };
const keyOf = (given: EventFilter, language: "jq" | "cel" = "jq", over = scope) => {
  const [key] = matcher.keysOf([given], language, over);
  return [key?.matchFrom, key?.matchValue];
};

test("literals of attributes and of nested data make a key, patterns do not", () => {
  assert.deepEqual(keyOf(filter({ subject: "s" })), ["@subject", "s"]);
  assert.deepEqual(keyOf(filter({ data: { order: { "a/b": 7 } } })), ["@data/order/a~1b", "7"]);
  assert.deepEqual(keyOf(filter({ subject: "s", data: { order: "o1" } })), ['["@data/order","@subject"]', '["o1","s"]']);
  for (const members of [{ subject: "s.*" }, { data: { order: "o[0-9]" } }, { data: { isPaid: true, note: null, list: ["a"] } }, { data: "${ .order == 1 }" }]) assert.deepEqual(keyOf(filter(members)), ["", ""], JSON.stringify(members));
});

test("expressions that do not look at the event make a key, once, when the wait opens", () => {
  for (const [source, value] of [["${ $context.order }", "o1"], ['${ "order-" + $context.order }', "order-o1"], ["${ ($context.order | ascii_upcase) }", "O1"], ["${ $item }", "i1"], ['${ $context["order"] }', "o1"]] as const) assert.deepEqual(keyOf(filter({ subject: source })), ["@subject", value], source);
  for (const source of ["${ . }", "${ $input }", "${ length }", "${ $event.subject }", '${ startswith("o") }', "${ $context.order == . }", '${ $context.order | . == $event.subject }', "${ [.] | first }", '${ "a" , . | tostring }', "${ if . then $context.order else 1 end }"]) assert.deepEqual(keyOf(filter({ subject: source })), ["", ""], source);
  assert.deepEqual(keyOf(filter({ subject: '${ "order-" + context.order }' }), "cel"), ["@subject", "order-o1"]);
  assert.deepEqual(keyOf(filter({ subject: "${ input.startsWith('o') }" }), "cel"), ["", ""]);
});

test("inside an object an expression is over the run's data; it must be equal, and makes a key", () => {
  const wanted = filter({ data: { orderId: "${ .id }", shop: { name: "${ $input.shop }" } } });
  assert.deepEqual(keyOf(wanted), ['["@data/orderId","@data/shop/name"]', '["42","north"]']);
  assert.deepEqual(keyOf(filter({ data: { orderId: "${ input.id }" } }), "cel"), ["@data/orderId", "42"]);
  const matches = (data: unknown, over = scope) => matcher.match(wanted, eventOf("e", "t", data), { language: "jq", scope: over, correlation: {} }) !== null;
  assert.deepEqual([matches({ orderId: 42, shop: { name: "north" } }), matches({ orderId: "42", shop: { name: "north" } }), matches({ orderId: 42, shop: { name: "south" } }), matches({ orderId: 42 }), matches({ orderId: 42, shop: { name: "north" } }, NO_SCOPE)], [true, false, false, false, false]);
});

test("a correlation that looks at the run's data in `from` makes no key, for events are asked without it", () => {
  const expect = "${ .id }";
  assert.deepEqual(keyOf(filter({}, { order: { from: "${ .data.order }", expect }, shop: { from: "${ $event.data.shop }", expect: "north" } })), ['["jq:${ $event.data.shop }","jq:${ .data.order }"]', '["north","42"]']);
  assert.deepEqual(keyOf(filter({}, { order: { from: "${ .data[$context.order] }", expect } })), ["", ""]);
});

test("what matches has the key, however long the value", () => {
  const { text } = { text: "é".repeat(1_000) };
  const all = filter({ subject: "s", data: { text: "${ $context.text }", n: 1 } }, { order: { from: "${ .data.order }", expect: "${ .id }" } });
  const event = eventOf("e", "t", { text, n: 1, order: "42" }, { subject: "s" });
  assert.notEqual(matcher.match(all, event, { language: "jq", scope, correlation: {} }), null);
  const [from, value] = keyOf(all);
  assert.ok(from !== undefined && value !== undefined && from.length <= 300 && value.length <= 300);
  assert.equal(matcher.keyValue(from, event), value);
  assert.notEqual(matcher.keyValue(from, eventOf("e", "t", { text, n: 2, order: "42" }, { subject: "s" })), value);
  assert.equal(matcher.keyValue(from, eventOf("e", "t", "no object")), null);
});

test("of 10,000 runs that wait for one type, an event reads the one it is for", async () => {
  await using parts = await makeEventParts();
  const wanted = filter({ data: { order: { id: "${ .id }" } } });
  for (let from = 0; from < 10_000; from += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, n) => parts.waits.take({ tenantId: TENANT, runId: `run_${from + n}`, waitId: `w${from + n}`, filters: [wanted], language: "jq", scope: { input: { id: `o${from + n}` }, context: {}, variables: {} }, isOncePerFilter: false }, 0, `ext-${from + n}`)));
  }
  const event = eventOf("e1", "t", { order: { id: "o4711" } });
  const read = await parts.database.transaction(TENANT, async (query) => {
    const keys = (await listShapes(query, TENANT, "t")).map((matchFrom) => ({ matchFrom, matchValue: matcher.keyValue(matchFrom, event) ?? "" }));
    return lockCandidates(query, TENANT, "t", keys);
  });
  assert.deepEqual(read.map((wait) => wait.waitId), ["w4711"]);
  assert.deepEqual(await publishEvent(parts.deps, TENANT, event), { kind: "accepted", listeners: 1 });
  assert.equal(parts.engine.resolved.get("ext-4711")?.length, 1);
});

test("a wait with a very long type or value opens all the same", async () => {
  await using parts = await makeEventParts();
  const open = (id: string, given: EventFilter) => parts.waits.take({ tenantId: TENANT, runId: "run_1", waitId: id, filters: [given], language: "jq", scope, isOncePerFilter: false }, 0, `ext-${id}`);
  await open("value", filter({ subject: "x".repeat(5_000) }));
  await open("type", { with: { type: "ü".repeat(5_000), subject: "s" }, correlate: {} });
  await open("from", filter({}, { long: { from: `\${ .data.${"a".repeat(4_000)} }`, expect: "1" } }));
  await open("text", filter({ data: { text: "${ $context.text }" } }));
  assert.equal((await publishEvent(parts.deps, TENANT, eventOf("e1", "t", { text: "é".repeat(1_000) }))).listeners, 1);
});
