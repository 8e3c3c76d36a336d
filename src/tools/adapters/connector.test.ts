import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { test } from "node:test";
import { readDeclaration } from "../../workspace/read-declaration.ts";
import { toolSourceContract, type ContractSystem } from "../tool-source.contract.ts";
import { connectorSource } from "./connector.ts";

const TOKEN = "tok-9f8e7d6c5b4a";
const ticket = (id: number, requester: number) => ({ id, subject: "Kettle", status: "open", priority: null, created_at: "2026-07-20T22:55:29Z", updated_at: "2026-07-21T10:00:00Z", description: "It leaks.", requester_id: requester });
const TICKETS: Record<string, unknown> = { 1: ticket(1, 100), 2: ticket(2, 200), 3: { id: "three" } };

/** A helpdesk that knows Ada's ticket and Eve's, and keeps each new one under its key. */
async function start(): Promise<ContractSystem> {
  const made = new Map<string, number>();
  const server = createServer((request, response) => void answer(request, response, made));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const close = () => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
  return {
    declaration: {
      kind: "connector", connector: "zendesk", subdomain: "acme", agent_email: "bot@acme.com", secret: "zendesk_token", server: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, prefix: "desk",
      operations: ["my_ticket", "search_tickets", "get_ticket", "create_ticket", "add_note"],
      overrides: { search_tickets: { timeoutMs: 300 }, get_ticket: { maxOutputBytes: 100 } },
    },
    secrets: { zendesk_token: TOKEN }, hidden: [Buffer.from(`bot@acme.com/token:${TOKEN}`).toString("base64")],
    found: { tool: "desk_my_ticket", arguments: { ticket_id: 1 }, output: Object.fromEntries(Object.entries(ticket(1, 100)).filter(([name]) => name !== "requester_id")) },
    missing: { tool: "desk_my_ticket", arguments: { ticket_id: 9 } },
    bound: { argument: "email", others: { tool: "desk_my_ticket", arguments: { ticket_id: 2 } } },
    slow: { tool: "desk_search_tickets", arguments: { query: "slow" } }, large: { tool: "desk_get_ticket", arguments: { ticket_id: 1 } }, odd: { tool: "desk_get_ticket", arguments: { ticket_id: 3 } },
    effect: { tool: "desk_create_ticket", arguments: { subject: "s", text: "t" }, count: () => Promise.resolve(made.size) },
    unrepeatable: { tool: "desk_add_note", arguments: { ticket_id: 1, text: "x" } },
    leave: close,
    [Symbol.asyncDispose]: close,
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, made: Map<string, number>): Promise<void> {
  for await (const _ of request);
  const send = (status: number, body: unknown) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const url = request.url?.split("?")[0] ?? "";
  if (request.headers.authorization !== `Basic ${Buffer.from(`bot@acme.com/token:${TOKEN}`).toString("base64")}`) return void send(401, { error: `"${request.headers.authorization}" is wrong` });
  if (url === "/api/v2/users/search.json") return void send(200, { users: [{ id: 100, email: "ada@example.com" }] });
  if (url === "/api/v2/search.json") return void setTimeout(() => send(200, { results: [] }), 6_000).unref();
  const found = TICKETS[/^\/api\/v2\/tickets\/(\d+)\.json$/.exec(url)?.[1] ?? ""];
  if (found !== undefined) return void send(200, { ticket: found });
  if (url !== "/api/v2/tickets.json") return void send(404, { error: "RecordNotFound" });
  const key = String(request.headers["idempotency-key"]);
  const id = made.get(key) ?? made.size + 1;
  made.set(key, id);
  send(201, { ticket: ticket(id, 100) });
}

toolSourceContract("connector", connectorSource, start);

const faultsOf = (lines: string): string[] => {
  const read = readDeclaration("tools/desk.yaml", `kind: connector\n${lines}`, [connectorSource]);
  return read.kind === "faulty" ? read.faults : [];
};

const ZENDESK = "connector: zendesk\nsubdomain: acme\nagent_email: bot@acme.com\nsecret: zendesk_token\n";

test("connector: only named operations become tools, under its name or a prefix", async () => {
  const declared = connectorSource.declaration.parse({ kind: "connector", connector: "stripe", secret: "${secret:stripe_key}", operations: ["my_charge", "refund_charge"], overrides: { refund_charge: { name: "pay_back", risk: "irreversible", bind: { reason: "case.id" }, rateLimit: { calls: 1, perMs: 60_000 } } } });
  assert.equal(declared.secret, "stripe_key");
  const opened = await connectorSource.open(declared, { file: "tools/x.yaml", folder: ".", tenantId: "acme", at: () => "" }, Object(null));
  assert.deepEqual(opened.tools.map(({ tool }) => [tool.name, tool.risk, tool.bound, tool.rateLimit]), [["stripe_my_charge", "read", { email: "contact.email" }, null], ["pay_back", "irreversible", { email: "contact.email", reason: "case.id" }, { calls: 1, perMs: 60_000, scope: "tenant" }]]);
});

test("connector: a risk is never lowered, a binding never taken off, a tool never opened to everybody", async () => {
  const over = (text: string) => faultsOf(`${ZENDESK}operations: [create_ticket]\noverrides:\n  create_ticket: ${text}`);
  assert.deepEqual(over("{ risk: money }"), []);
  assert.match(over("{ risk: read }")[0] ?? "", /^tools\/desk\.yaml:8:20: The risk of "create_ticket" is write: it may be raised, never lowered\.$/);
  assert.match(over("{ verified: false }")[0] ?? "", /not opened to others/);
  assert.match(over("{ bind: { mail: contact.id } }")[0] ?? "", /takes no argument "mail".* Did you mean "email"/);
  const declared = connectorSource.declaration.parse({ kind: "connector", connector: "zendesk", subdomain: "acme", agent_email: "a@b", secret: "z", operations: ["create_ticket"], overrides: { create_ticket: { bind: { email: "case.id" } } } });
  const { tools } = await connectorSource.open(declared, { file: "", folder: "", tenantId: "", at: () => "" }, Object(null));
  assert.deepEqual(tools[0]?.tool.bound, { email: "contact.email" });
});

test("connector: what is missing or misspelt is named with what to write", () => {
  const cases: [string, RegExp][] = [
    ["connector: zendisk\noperations: [x]\n", /tools\/desk\.yaml:2:1: There is no connector "zendisk"\. Did you mean "zendesk"\?/],
    ["connector: zendesk\nagent_email: a@b\nsecret: z\noperations: [my_ticket]\n", /"subdomain" is missing\. The part before \.zendesk\.com\. Such as acme\./],
    ["connector: zendesk\nsubdomain: acme.evil.com\nagent_email: a@b\nsecret: z\noperations: [my_ticket]\n", /:3:1: "subdomain" does not look right/],
    ["connector: zendesk\nsubdomain: acme\nsecret: z\noperations: [my_ticket]\n", /"agent_email" is missing/],
    ["connector: zendesk\nsubdomain: acme\nagent_email: a@b\noperations: [my_ticket]\n", /"secret" is missing\. It is the name of a secret that holds: An API token/],
    [`${ZENDESK}operations: [my_tiket]\n`, /:6:14: Zendesk Support has no operation "my_tiket"\. Did you mean "my_ticket"\?/],
    [`${ZENDESK}operations: [my_ticket]\nsubdomian: x\n`, /:7:1: There is no "subdomian" here\. Did you mean "subdomain"\?/],
    [`${ZENDESK}operations: [my_ticket]\noverrides: { get_ticket: { say: x } }\n`, /"get_ticket" is not one of the operations above/],
    [`${ZENDESK}authentication: saml\noperations: [my_ticket]\n`, /no way "saml" to sign in\. There is: token, oauth\./],
    ["connector: prometheus\nurl: http://p:9090\nsecret: x\noperations: [query]\n", /The way "none" uses no secret\. Choose another by authentication: none, token\./],
    ["connector: zendesk\nsubdomain: acme\nagent_email: a@b\nsecret: sk live 123\noperations: [my_ticket]\n", /the name of a secret such as zendesk_token; the value itself never stands in the file/],
  ];
  for (const [lines, expected] of cases) assert.match(faultsOf(lines).join("\n"), expected);
  assert.deepEqual(faultsOf("connector: zendesk\nsubdomain: acme\nauthentication: oauth\nsecret: z\noperations: [my_ticket]\n"), []);
});

test("connector: every declaration in the guide can be read", async () => {
  const blocks = [...(await readFile("docs/guides/connectors.md", "utf8")).matchAll(/```yaml\n(kind:[\s\S]*?)```/g)].map(([, text = ""]) => text.replace(/^kind: connector\n/, ""));
  assert.deepEqual(blocks.map(faultsOf), [[], []]);
});
