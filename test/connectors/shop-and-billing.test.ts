import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, bodyOf, json, openHouse, outputOf, queryOf, scripted } from "./open-connector.ts";

const house = openHouse();

/** Source: shopify.dev, GraphQL Admin API 2026-04: orders, refundCreate, orderCancel, idempotent requests, rate limits. */
const shopify = { connector: "shopify", shop: "acme", secret: "shopify_token", operations: ["my_orders", "my_order", "refund_items", "cancel_order"] };
const GRAPHQL = "POST /admin/api/2026-04/graphql.json";
const cost = { cost: { requestedQueryCost: 12, actualQueryCost: 4, throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1996, restoreRate: 100 } } };
const node = (name: string, email = "ada@example.com") => ({ id: `gid://shopify/Order/${name.slice(1)}`, name, email, createdAt: "2026-01-01T00:00:00Z", cancelledAt: null, displayFinancialStatus: "PAID", displayFulfillmentStatus: "FULFILLED", totalPriceSet: { shopMoney: { amount: "12.50", currencyCode: "EUR" } }, lineItems: { nodes: [] }, fulfillments: [], transactions: [] });
const orders = (...nodes: unknown[]) => json({ data: { orders: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } }, extensions: cost });
const refund = { name: "#1042", line_item_id: "gid://shopify/LineItem/1", quantity: 1, amount: "12.50", transaction_id: "gid://shopify/OrderTransaction/9", gateway: "shopify_payments" };

test("shopify: own orders only, whatever the search gives", async () => {
  await using at = await scripted(house(), shopify, { [GRAPHQL]: [orders(node("#1042"), node("#1043", "eve@example.com")), orders(node("#1043", "eve@example.com")), orders(), orders(node("#1042"))] });
  assert.deepEqual(Object(outputOf(await at.call("shopify_my_orders"))).items, [{ id: "gid://shopify/Order/1042", name: "#1042", payment: "PAID", delivery: "FULFILLED", total: "12.50", currency: "EUR", created_at: "2026-01-01T00:00:00Z", cancelled_at: null }]);
  for (let time = 0; time < 2; time += 1) assert.equal((await at.call("shopify_my_order", { name: "#1043" })).status, "not_found");
  assert.equal((await at.call("shopify_my_order", { name: "#1042" })).say, "Order #1042 is FULFILLED.");
  const [first, second] = at.heard.map((heard) => Object(bodyOf(heard)));
  assert.deepEqual(first.variables, { query: 'email:"ada@example.com"' });
  assert.deepEqual(second.variables, { query: 'name:"#1043" AND email:"ada@example.com"' });
  assert.match(first.query, /^query MyOrders\(\$query: String!/);
  assert.equal(at.heard[0]?.headers["x-shopify-access-token"], "sk-very-secret-4711");
});

test("shopify: a refund goes to an own order, under the call's key", async () => {
  await using at = await scripted(house(), shopify, { [GRAPHQL]: [orders(node("#1042")), json({ data: { refundCreate: { refund: { id: "gid://shopify/Refund/5", totalRefundedSet: { shopMoney: { amount: "12.50", currencyCode: "EUR" } } }, userErrors: [] } }, extensions: cost }), orders(node("#1042", "eve@example.com"))] });
  assert.deepEqual(outputOf(await at.call("shopify_refund_items", refund, "call_shop_1")), { id: "gid://shopify/Refund/5", amount: "12.50", currency: "EUR" });
  const sent = Object(bodyOf(at.heard[1] ?? assert.fail("no refund")));
  assert.match(sent.query, /refundCreate\(input: \$input\) @idempotent\(key: \$key\)/);
  assert.deepEqual(sent.variables, { key: "call_shop_1", input: { orderId: "gid://shopify/Order/1042", refundLineItems: [{ lineItemId: "gid://shopify/LineItem/1", quantity: 1, restockType: "NO_RESTOCK" }], transactions: [{ orderId: "gid://shopify/Order/1042", parentId: "gid://shopify/OrderTransaction/9", amount: "12.50", gateway: "shopify_payments", kind: "REFUND" }] } });
  assert.deepEqual([(await at.call("shopify_refund_items", refund)).status, at.heard.length], ["not_found", 3]);
});

test("shopify: errors inside of a 200 are errors", async () => {
  const throttled = json({ errors: [{ message: "Throttled", extensions: { code: "THROTTLED", documentation: "x" } }], extensions: cost });
  const denied = json({ errors: [{ message: "Access denied for orders field.", extensions: { code: "ACCESS_DENIED" }, path: ["orders"] }] });
  const wrong = json({ errors: [{ message: "Field 'x' doesn't exist on type 'Order'", locations: [] }] });
  const refused = json({ data: { refundCreate: { refund: null, userErrors: [{ field: ["refundLineItems"], message: "Refund amount is more than what is left" }] } } });
  const cancelled = json({ data: { orderCancel: { job: { id: "gid://shopify/Job/1", done: false }, orderCancelUserErrors: [] } } });
  await using at = await scripted(house(), shopify, { [GRAPHQL]: [throttled, orders(node("#1042")), denied, wrong, orders(node("#1042")), refused, orders(node("#1042")), cancelled] });
  assert.equal((await at.call("shopify_my_orders")).status, "ok");
  assert.equal(at.heard.length, 2);
  assert.match((await at.fault("shopify_my_orders")).message, /credential was refused.*scope/);
  assert.match((await at.fault("shopify_my_orders")).message, /does not fit this version/);
  assert.match((await at.call("shopify_refund_items", refund)).reason ?? "", /more than what is left/);
  assert.deepEqual(outputOf(await at.call("shopify_cancel_order", { name: "#1042" })), { job_id: "gid://shopify/Job/1", is_done: false });
});

/** Source: docs.stripe.com/api: Customers, Invoices, Charges, Refunds, Errors, Idempotent requests, Pagination. */
const stripe = { connector: "stripe", secret: "stripe_key", operations: ["find_customer", "my_invoices", "my_charge", "refund_charge", "end_subscription", "keep_subscription", "portal_link"] };
const list = (data: unknown[], more = false) => json({ object: "list", url: "/v1/x", has_more: more, data });
const ada = list([{ id: "cus_1", object: "customer", email: "ada@example.com", name: "Ada", balance: 0, currency: "eur" }]);
const charge = (id: string, customer = "cus_1") => json({ id, object: "charge", amount: 1250, amount_refunded: 0, currency: "eur", customer, status: "succeeded", refunded: false, description: null, created: 1_755_000_000 });
const invoice = (id: string) => ({ id, object: "invoice", number: "A-1", status: "open", amount_due: 1250, amount_paid: 0, currency: "eur", created: 1_755_000_000, hosted_invoice_url: "https://invoice.stripe.com/i/x" });

test("stripe: own invoices, page after page by the last id", async () => {
  await using at = await scripted(house(), stripe, { "GET /v1/customers": ada, "GET /v1/invoices": [list([invoice("in_1"), invoice("in_2")], true), list([invoice("in_3")])] });
  const output = Object(outputOf(await at.call("stripe_my_invoices", { status: "open" })));
  assert.deepEqual(output.items.map(({ id }: { id: string }) => id), ["in_1", "in_2", "in_3"]);
  const [, first, second] = at.heard;
  assert.deepEqual([first && queryOf(first, "customer"), first && queryOf(first, "starting_after"), second && queryOf(second, "starting_after")], ["cus_1", null, "in_2"]);
  assert.deepEqual([first?.headers["stripe-version"], first?.headers.authorization], ["2025-09-30.clover", "Bearer sk-very-secret-4711"]);
});

test("stripe: a refund is a form, under the call's key, of an own payment only", async () => {
  await using at = await scripted(house(), stripe, {
    "GET /v1/customers": ada, "GET /v1/charges/ch_1": charge("ch_1"), "GET /v1/charges/ch_2": charge("ch_2", "cus_2"),
    "POST /v1/refunds": [json({ error: { type: "api_error" } }, 500), json({ error: { code: "idempotency_key_in_use", type: "idempotency_error", message: "busy" } }, 409), json({ id: "re_1", object: "refund", amount: 500, currency: "eur", status: "succeeded", charge: "ch_1" }, 200, { "idempotent-replayed": "true", "request-id": "req_1" })],
  });
  assert.deepEqual(outputOf(await at.call("stripe_refund_charge", { charge_id: "ch_1", amount: 500 }, "call_st_1")), { id: "re_1", amount: 500, currency: "eur", status: "succeeded" });
  const posts = at.heard.filter((heard) => asked(heard) === "POST /v1/refunds");
  assert.deepEqual(posts.map(({ headers }) => headers["idempotency-key"]), ["call_st_1", "call_st_1", "call_st_1"]);
  assert.deepEqual(posts[0] && [posts[0].headers["content-type"], posts[0].body], ["application/x-www-form-urlencoded", "charge=ch_1&amount=500&reason=requested_by_customer&metadata%5Bbaton_call%5D=ch_1"]);
  assert.equal((await at.call("stripe_refund_charge", { charge_id: "ch_2" })).status, "not_found");
  assert.equal((await at.call("stripe_my_charge", { charge_id: "ch_2" })).status, "not_found");
  assert.equal(at.heard.filter(({ method }) => method === "POST").length, 3);
});

test("stripe: what it refuses is told in its words, a wrong request is a fault, a limit is waited for", async () => {
  const error = (status: number, body: Record<string, unknown>, headers = {}) => json({ error: body }, status, headers);
  await using at = await scripted(house(), stripe, {
    "GET /v1/customers": ada, "GET /v1/charges/ch_1": charge("ch_1"),
    "POST /v1/refunds": [error(400, { type: "invalid_request_error", code: "charge_already_refunded", message: "Charge ch_1 has already been refunded." }), error(400, { type: "invalid_request_error", code: "parameter_unknown", message: "Received unknown parameter" }), error(402, { type: "card_error", code: "insufficient_funds", message: "Insufficient funds in your Stripe balance." }), error(429, { type: "invalid_request_error", code: "rate_limit", message: "slow down" }, { "retry-after": "2" }), error(401, { type: "invalid_request_error", message: "Invalid API Key provided: sk-very-*****4711" })],
  });
  const given = { charge_id: "ch_1" };
  assert.match((await at.call("stripe_refund_charge", given)).reason ?? "", /already been refunded/);
  assert.equal((await at.fault("stripe_refund_charge", given)).code, "tools.system_fault");
  assert.match((await at.call("stripe_refund_charge", given)).reason ?? "", /Insufficient funds/);
  assert.equal((await at.fault("stripe_refund_charge", given)).details["retryAfterMs"], 2_000);
  assert.match((await at.fault("stripe_refund_charge", given)).message, /credential was refused/);
});

test("stripe: ending a subscription has its undo", async () => {
  const subscription = (ends: boolean) => json({ id: "sub_1", object: "subscription", customer: "cus_1", status: "active", cancel_at_period_end: ends, cancel_at: null, created: 1 });
  await using at = await scripted(house(), stripe, { "GET /v1/customers": ada, "GET /v1/subscriptions/sub_1": subscription(false), "POST /v1/subscriptions/sub_1": (heard) => subscription(heard.body === "cancel_at_period_end=true"), "POST /v1/billing_portal/sessions": json({ id: "bps_1", url: "https://billing.stripe.com/p/session/x" }) });
  assert.equal(Object(outputOf(await at.call("stripe_end_subscription", { subscription_id: "sub_1" }))).ends_at_period_end, true);
  assert.equal(Object(outputOf(await at.call("stripe_keep_subscription", { subscription_id: "sub_1" }))).ends_at_period_end, false);
  assert.deepEqual(at.tools.get("stripe_end_subscription")?.undo, { tool: "stripe_keep_subscription", arguments: {}, take: { subscription_id: "id" } });
  assert.deepEqual(outputOf(await at.call("stripe_portal_link")), { url: "https://billing.stripe.com/p/session/x" });
});
