import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { describe, it } from "node:test";
import { isAuthorized, policySetTextToParts, policyToJson, validate, type Context, type EntityJson } from "@cedar-policy/cedar-wasm/nodejs";
import { parse } from "yaml";
import { z } from "zod";
import { createCedarPolicy } from "../../src/policy/adapters/cedar.ts";
import { countries } from "./data/people.ts";
import { generateShop } from "./data/generate.ts";
import { orderNumber } from "./orders/order-number.ts";
import { formatDate, formatMoney } from "./orders/wording.ts";
import cancelOrder from "./tools/cancel_order.ts";
import findCustomer from "./tools/find_customer.ts";
import getOrder from "./tools/get_order.ts";
import listOrders from "./tools/list_orders.ts";
import refundOrder from "./tools/refund_order.ts";
import updateAddress from "./tools/update_address.ts";

const SEED = 20_260_101;
const NOW_MS = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), "utf8");
const readYaml = async (path: string): Promise<unknown> => parse(await read(path));

describe("the sample data", () => {
  const shop = generateShop(SEED, NOW_MS);
  const orderOf = (number: number) => {
    const order = shop.orders.find((candidate) => candidate.orderNumber === number);
    assert.ok(order);
    return { ...order, email: shop.customers.find((customer) => customer.customerId === order.customerId)?.email };
  };
  const daysSince = (time: string | null): number => Math.floor((NOW_MS - Date.parse(time ?? "")) / DAY_MS);

  it("is the same for the same seed and time, and another for another seed", () => {
    assert.deepEqual(generateShop(SEED, NOW_MS), shop);
    assert.notDeepEqual(generateShop(SEED + 1, NOW_MS), shop);
  });

  it("has 500 customers, 80 products and 2,000 orders numbered 1000 to 2999", () => {
    assert.equal(shop.customers.length, 500);
    assert.equal(new Set(shop.customers.map((customer) => customer.email.toLowerCase())).size, 500);
    assert.equal(shop.products.length, 80);
    assert.equal(new Set(shop.products.map((product) => product.sku)).size, 80);
    assert.deepEqual(shop.orders.map((order) => order.orderNumber), Array.from({ length: 2_000 }, (_, index) => 1_000 + index));
    assert.deepEqual(new Set(shop.orders.map((order) => order.status)), new Set(["processing", "shipped", "delivered", "cancelled", "returned"]));
  });

  it("totals are the sum of the items and the shipping fee", () => {
    const itemsCents = new Map<number, number>();
    for (const item of shop.orderItems) itemsCents.set(item.orderNumber, (itemsCents.get(item.orderNumber) ?? 0) + item.quantity * item.unitPriceCents);
    for (const order of shop.orders) {
      assert.equal(order.itemsCents, itemsCents.get(order.orderNumber));
      assert.equal(order.totalCents, order.itemsCents + order.shippingCents);
    }
  });

  it("nothing happened in the future or in the wrong order, and only what was sent has a tracking number", () => {
    for (const order of shop.orders) {
      const times = [order.placedAt, order.shippedAt, order.deliveredAt, order.returnedAt].filter((time) => time !== null).map((time) => Date.parse(time));
      assert.deepEqual(times, times.toSorted((left, right) => left - right), `order ${order.orderNumber}`);
      assert.ok(times.every((time) => time <= NOW_MS), `order ${order.orderNumber}`);
      assert.equal(order.trackingNumber !== null, ["shipped", "delivered", "returned"].includes(order.status), `order ${order.orderNumber}`);
    }
  });

  it("the demo orders belong to Emma Larsson and Jonas Weber, who have no others", () => {
    const numbersOf = (email: string) => shop.orders.map((order) => orderOf(order.orderNumber)).filter((order) => order.email === email).map((order) => order.orderNumber);
    assert.deepEqual(numbersOf("emma.larsson@example.com"), [1042, 1043, 1044, 1045, 1049]);
    assert.deepEqual(numbersOf("jonas.weber@example.com"), [1046, 1047, 1048]);
    assert.equal(orderOf(1042).status, "processing");
    assert.ok(orderOf(1042).totalCents < 15_000);
    assert.equal(shop.orderItems.filter((item) => item.orderNumber === 1042).length, 2);
    assert.equal(orderOf(1043).status, "shipped");
    assert.match(orderOf(1043).trackingNumber ?? "", /^UJ\d{9}SE$/);
    assert.deepEqual([orderOf(1044).status, orderOf(1044).totalCents, daysSince(orderOf(1044).deliveredAt)], ["delivered", 8_990, 10]);
    assert.deepEqual([orderOf(1045).status, orderOf(1045).totalCents, daysSince(orderOf(1045).deliveredAt)], ["delivered", 42_000, 5]);
    assert.equal(daysSince(orderOf(1046).deliveredAt), 45);
    assert.deepEqual([orderOf(1049).status, daysSince(orderOf(1049).expectedAt)], ["shipped", 4], "1049 is late");
  });
});

const frontMatter = z.strictObject({
  title: z.string().min(5),
  audience: z.array(z.enum(["public", "customer", "employee"])).length(1),
  product: z.string().optional(),
  language: z.literal("en"),
  updated: z.iso.date(),
});

const articles = await Promise.all(
  globSync("knowledge/*/*.md", { cwd: import.meta.dirname }).map(async (path) => {
    const [, head, body] = /^---\n([\s\S]+?)\n---\n([\s\S]+)$/.exec(await read(path)) ?? [];
    return { path, ...frontMatter.parse(parse(head ?? "")), body: body ?? "" };
  }),
);

describe("the articles", () => {
  it("there are at least 46 with front matter, headings, 120 to 350 words and a title of their own", () => {
    assert.ok(articles.length >= 46);
    assert.equal(new Set(articles.map((article) => article.title.toLowerCase())).size, articles.length);
    for (const article of articles) {
      const words = article.body.split(/[\s|]+/).filter((word) => /[\p{L}\d]/u.test(word)).length;
      assert.ok(words >= 120 && words <= 350, `${article.path} has ${words} words`);
      assert.match(article.body, /^## /m, article.path);
    }
  });

  it("four are for employees only, and those stand apart", () => {
    const internal = articles.filter((article) => article.audience.includes("employee")).map((article) => article.path);
    assert.equal(internal.length, 4);
    assert.ok(internal.every((path) => path.startsWith("knowledge/internal/")));
  });

  it("shipping fees and delivery times are those of the sample data", () => {
    const bodyOf = (path: string): string => articles.find((article) => article.path === path)?.body ?? "";
    const withoutZeros = (money: string): string => money.replace(/\.00$/, "");
    for (const country of countries) {
      const fee = formatMoney(country.shippingCents, country.currency);
      const threshold = withoutZeros(formatMoney(country.freeShippingFromCents, country.currency));
      assert.ok(bodyOf("knowledge/shipping/shipping-costs.md").includes(`| ${fee} | ${threshold} |`), country.name);
      const [fastest, slowest] = country.deliveryDays;
      assert.match(bodyOf("knowledge/shipping/delivery-times.md"), new RegExp(`^\\|[^|]*${country.name}[^|]*\\| ${fastest} to ${slowest} working days \\|$`, "m"));
    }
  });

  it("every question to answer names articles that a stranger may read", async () => {
    const path = z.string().refine((given) => articles.some((article) => article.path === given && article.audience.includes("public")));
    const question = z.discriminatedUnion("expect", [
      z.strictObject({ question: z.string(), expect: z.literal("answer"), document: path, alternatives: z.array(path).optional() }),
      z.strictObject({ question: z.string(), expect: z.literal("decline") }),
    ]);
    const { questions } = z.object({ questions: z.array(question) }).parse(await readYaml("tests/questions.yaml"));
    assert.deepEqual([questions.filter((each) => each.expect === "answer").length, questions.filter((each) => each.expect === "decline").length], [45, 15]);
  });
});

const tools = [cancelOrder, findCustomer, getOrder, listOrders, refundOrder, updateAddress];

describe("the tools and intents", () => {
  it("each file holds the tool of its name, and every tool needs a verified contact", () => {
    const files = globSync("tools/*.ts", { cwd: import.meta.dirname }).map((path) => basename(path, ".ts"));
    assert.deepEqual(files.toSorted(), tools.map((tool) => tool.name));
    assert.ok(tools.every((tool) => tool.needsVerifiedContact && tool.idempotency !== "none"));
    assert.deepEqual(tools.map((tool) => tool.risk), ["irreversible", "read", "read", "read", "money", "write"]);
  });

  it("an order number is taken as a number or as people write it", () => {
    for (const given of [1042, "1042", "#1042", " # 1042"]) assert.equal(orderNumber.parse(given), 1042);
    for (const given of ["", "abc", null, 999, "10420", "10.5"]) assert.equal(orderNumber.safeParse(given).success, false);
  });

  it("dates and amounts are written in full", () => {
    assert.equal(formatDate("2026-11-12T23:59:59Z"), "12 November 2026");
    assert.deepEqual([formatMoney(8_990, "EUR"), formatMoney(123_450, "GBP"), formatMoney(690, "USD")], ["€89.90", "£1,234.50", "$6.90"]);
  });

  const action = z.union([
    z.strictObject({ answer: z.literal("knowledge") }),
    z.strictObject({ tool: z.string(), needs: z.array(z.string()).optional(), confirm: z.enum(["never", "inferred", "always"]), verified: z.literal(true), then: z.strictObject({ when: z.string(), workflow: z.string() }).optional() }),
    z.strictObject({ workflow: z.string(), verified: z.boolean().optional() }),
    z.strictObject({ handoff: z.string() }),
    z.strictObject({ reply: z.string() }),
  ]);
  const intentsFile = z.strictObject({
    intents: z.array(z.strictObject({ name: z.string(), description: z.string(), action, examples: z.array(z.string()).min(12) })),
    out_of_scope: z.array(z.string()).min(100),
  });
  const workspace = z.object({
    intents: z.array(z.string()),
    entities: z.object({ order_number: z.string() }),
  });

  it("every intent in use is defined, its tool or workflow exists, and the tool takes what the intent needs", async () => {
    const { intents, out_of_scope: outOfScope } = intentsFile.parse(await readYaml("intents.yaml"));
    assert.deepEqual(workspace.parse(await readYaml("baton.yaml")).intents, intents.map((intent) => intent.name));
    const sentences = [...intents.flatMap((intent) => intent.examples), ...outOfScope].map((sentence) => sentence.toLowerCase());
    assert.equal(new Set(sentences).size, sentences.length);
    const workflows = globSync("workflows/*.yaml", { cwd: import.meta.dirname }).map((path) => basename(path, ".yaml"));
    for (const { action: given } of intents) {
      if ("workflow" in given) assert.ok(workflows.includes(given.workflow), given.workflow);
      if (!("tool" in given)) continue;
      const tool = tools.find((candidate) => candidate.name === given.tool);
      assert.ok(tool, given.tool);
      if (given.then !== undefined) {
        assert.ok(workflows.includes(given.then.workflow), given.then.workflow);
        assert.ok(given.then.when in z.looseObject({}).parse(tool.output.jsonSchema["properties"]), `${given.tool} ${given.then.when}`);
      }
      for (const input of given.needs ?? []) assert.ok(input in z.looseObject({}).parse(tool.input.jsonSchema["properties"]), `${given.tool} ${input}`);
    }
  });

  it("an order number is found in a sentence, and an amount, a date or a telephone number is not one", async () => {
    const pattern = new RegExp(workspace.parse(await readYaml("baton.yaml")).entities.order_number, "iu");
    const find = (text: string): string | undefined => {
      const match = pattern.exec(text);
      return match?.[1] ?? match?.[0];
    };
    for (const text of ["order 1042", "#1042", "Order number: 1042", "my order is 1042", "cancel 1042, please", "1042?"]) assert.equal(find(text), "1042", text);
    for (const text of ["it costs 1500 €", "€1500", "2026-01-12", "12.05.2026", "1500 mm", "call 0701234567", "10420"]) assert.equal(find(text), undefined, text);
  });
});

describe("the policies", async () => {
  const schema = await read("policies/schema.cedarschema");
  const parts = policySetTextToParts(await read("policies/shop.cedar"));
  assert.equal(parts.type, "success");
  const staticPolicies = Object.fromEntries(
    parts.policies.map((text) => {
      const parsed = policyToJson(text);
      assert.equal(parsed.type, "success");
      const { id, reason } = z.object({ id: z.string(), reason: z.string().min(20) }).parse(parsed.json.annotations);
      assert.ok(reason.endsWith("."), id);
      return [id, text];
    }),
  );
  const policies = { staticPolicies };

  it("each has an id of its own and a reason, and all are valid under the schema without a warning", () => {
    assert.equal(Object.keys(staticPolicies).length, parts.policies.length);
    const answer = validate({ schema, policies });
    assert.equal(answer.type, "success");
    assert.deepEqual([answer.validationErrors, answer.validationWarnings], [[], []]);
  });

  const principals: Record<string, EntityJson> = {
    verified: { uid: { type: "Contact", id: "cont_1" }, attrs: { isVerified: true }, parents: [] },
    stranger: { uid: { type: "Contact", id: "cont_2" }, attrs: { isVerified: false }, parents: [] },
    assistant: { uid: { type: "AiAgent", id: "assistant" }, attrs: {}, parents: [] },
    person: { uid: { type: "HumanAgent", id: "user_1" }, attrs: {}, parents: [] },
  };

  /** `allow` or `deny`, and the ids of the rules that made it so. */
  const decide = (who: string, action: string, resource: EntityJson, context: Context): string => {
    const principal = principals[who];
    assert.ok(principal);
    const answer = isAuthorized({
      principal: principal.uid, action: { type: "Action", id: action }, resource: resource.uid, context, schema, validateRequest: true, policies, entities: [principal, resource],
    });
    assert.equal(answer.type, "success", JSON.stringify(answer));
    assert.deepEqual(answer.response.diagnostics.errors, []);
    return [answer.response.decision, ...answer.response.diagnostics.reason.toSorted()].join(" ");
  };
  const useTool = (who: string, name: string, facts: Context = {}, isVerified = who !== "stranger"): string => {
    const risk = tools.find((tool) => tool.name === name)?.risk ?? "write";
    return decide(who, "useTool", { uid: { type: "Tool", id: name }, attrs: { risk }, parents: [] }, { tool: name, facts, channel: "web", isVerified });
  };
  const readAudience = (who: string, id: string, context: Context = {}): string => decide(who, "readAudience", { uid: { type: "Audience", id }, attrs: {}, parents: [] }, context);

  it("verified contacts use read tools, strangers use none, and an unknown tool is denied to all", () => {
    assert.equal(useTool("verified", "get_order", { status: "shipped" }), "allow tools.read");
    assert.equal(useTool("assistant", "list_orders"), "allow tools.read");
    assert.equal(useTool("stranger", "get_order"), "deny tools.unverified tools.unverified_contact");
    assert.equal(useTool("assistant", "get_order", {}, false), "deny tools.unverified");
    assert.equal(useTool("person", "drop_everything"), "deny");
  });

  it("an order is cancelled or sent elsewhere only while it is being processed", () => {
    assert.equal(useTool("verified", "cancel_order", { status: "processing" }), "allow cancel.processing");
    assert.equal(useTool("verified", "cancel_order", { status: "shipped" }), "deny cancel.not_processing");
    assert.equal(useTool("person", "cancel_order", { status: "delivered" }), "deny cancel.not_processing");
    assert.equal(useTool("verified", "cancel_order"), "deny");
    assert.equal(useTool("assistant", "update_address", { status: "processing" }), "allow address.processing");
    assert.equal(useTool("verified", "update_address", { status: "shipped" }), "deny address.not_processing");
  });

  it("above 150.00 the policy asks a colleague about a refund, who have a day", async () => {
    const policy = createCedarPolicy({ policies: await read("policies/shop.cedar"), schema });
    const ask = (type: string, facts: Context) => policy.decide({ principal: { type, id: "somebody" }, action: "useTool", resource: { type: "Tool", id: "refund_order", attributes: { risk: "money" } }, context: { tool: "refund_order", channel: "web", isVerified: true, facts } });
    const large = { status: "delivered", daysSinceDelivery: 10, totalCents: 42_000 };
    assert.deepEqual(ask("AiAgent", large), {
      effect: "approve", rules: ["refund.above_limit", "refund.in_time"], reason: "Refunds above €150 are checked and released by a colleague.",
      by: { groups: [{ anyOf: [{ kind: "role", role: "agent" }], people: 1 }], deadlineMs: 86_400_000 },
    });
    assert.equal(ask("HumanAgent", large).effect, "allow", "a colleague need not ask");
    assert.equal(ask("AiAgent", { ...large, totalCents: 15_000 }).effect, "allow");
    assert.equal(ask("AiAgent", { ...large, daysSinceDelivery: 31 }).effect, "deny", "no yes lifts the 30 days");
  });

  it("a refund needs a delivery of at most 30 days ago, and a person above 150.00", () => {
    const delivered = { status: "delivered", daysSinceDelivery: 10, totalCents: 8_990 };
    assert.equal(useTool("verified", "refund_order", delivered), "allow refund.in_time");
    assert.equal(useTool("verified", "refund_order", { ...delivered, totalCents: 15_000, daysSinceDelivery: 30 }), "allow refund.in_time");
    assert.equal(useTool("verified", "refund_order", { ...delivered, totalCents: 15_001 }), "deny refund.above_limit");
    assert.equal(useTool("assistant", "refund_order", { ...delivered, totalCents: 42_000 }), "deny refund.above_limit");
    assert.equal(useTool("person", "refund_order", { ...delivered, totalCents: 42_000, daysSinceDelivery: 90 }), "allow refund.by_person");
    assert.equal(useTool("verified", "refund_order", { ...delivered, daysSinceDelivery: 31 }), "deny refund.too_late");
    assert.equal(useTool("verified", "refund_order", { status: "shipped", totalCents: 8_990 }), "deny refund.not_delivered");
    assert.equal(useTool("stranger", "refund_order", delivered), "deny tools.unverified tools.unverified_contact");
  });

  it("anyone reads public articles, verified contacts customer ones, and only human agents internal ones", () => {
    assert.equal(readAudience("stranger", "public"), "allow articles.public");
    assert.equal(readAudience("stranger", "customer"), "deny");
    assert.equal(readAudience("verified", "customer"), "allow articles.customer");
    assert.equal(readAudience("assistant", "customer", { isVerified: true }), "allow articles.customer_assistant");
    assert.equal(readAudience("assistant", "customer"), "deny");
    assert.equal(readAudience("verified", "employee"), "deny articles.employee");
    assert.equal(readAudience("assistant", "employee", { isVerified: true }), "deny articles.employee");
    assert.equal(readAudience("person", "employee"), "allow articles.human_agent");
  });
});
