import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ContractSystem } from "../tool-source.contract.ts";

/** A shop over HTTP, for the contract of every kind of declaration that speaks it. */
export const TOKEN = "tok-9f8e7d6c5b4a";

const orders = [{ number: 1042, customer: { email: "Ada@example.com" }, status: "shipped" }, { number: 1043, customer: { email: "eve@example.com" }, status: "open" }];

export type Shop = { url: string; payments: Map<string, { id: number }>; close(): Promise<void> };

/** `GET /orders/{number}` (with `?email=` only own ones), `/slow`, `/large`; `POST /payments`, each once under its `Idempotency-Key`. */
export async function startShop(): Promise<Shop> {
  const payments = new Map<string, { id: number }>();
  const server = createServer((request, response) => void answer(request, response, payments));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1`, payments,
    close: () => new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, payments: Shop["payments"]): Promise<void> {
  for await (const _ of request);
  const send = (status: number, body: unknown) => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const { pathname, searchParams } = new URL(request.url ?? "", "http://shop");
  if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(401, { message: `"${request.headers.authorization}" is wrong` });
  const email = searchParams.get("email");
  const found = orders.find((each) => pathname === `/v1/orders/${each.number}` && (email === null || email === each.customer.email.toLowerCase()));
  if (found !== undefined) return send(200, { order: found, token: TOKEN });
  if (pathname === "/v1/slow") return void setTimeout(() => send(200, {}), 6_000).unref();
  if (pathname === "/v1/large") return send(200, { text: "x".repeat(500_000) });
  if (pathname !== "/v1/payments") return send(404, {});
  const key = String(request.headers["idempotency-key"]);
  const payment = payments.get(key) ?? { id: payments.size + 1 };
  payments.set(key, payment);
  send(201, payment);
}

/** What the contract plays through, by tools named get_order, slow, large, odd, pay and pay_once. */
export function playShop(shop: Shop): Omit<ContractSystem, "declaration"> {
  return {
    secrets: { shop_token: TOKEN }, hidden: [Buffer.from(TOKEN).toString("base64")],
    found: { tool: "get_order", arguments: { number: 1042 }, output: orders[0] },
    missing: { tool: "get_order", arguments: { number: 9 } },
    bound: { argument: "email", others: { tool: "get_order", arguments: { number: 1043 } } },
    slow: { tool: "slow", arguments: {} }, large: { tool: "large", arguments: {} }, odd: { tool: "odd", arguments: { number: 1042 } },
    effect: { tool: "pay", arguments: { amount: 5 }, count: () => Promise.resolve(shop.payments.size) },
    unrepeatable: { tool: "pay_once", arguments: { amount: 5 } },
    leave: () => shop.close(),
    [Symbol.asyncDispose]: () => shop.close(),
  };
}
