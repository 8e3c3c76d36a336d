import { randomBytes } from "node:crypto";
import pg from "pg";
import { z } from "zod";
import { readConfig } from "../src/app/config.ts";
import type { ComposeOverrides } from "../src/app/compose.ts";
import { start, type Running } from "../src/app/start.ts";
import { signIdentity } from "../src/identity/identity-token.ts";
import { createLog, type Log } from "../src/lib/log.ts";
import { databaseAt, MIGRATED } from "./servers.ts";
import { createTurnGate } from "./turn-gate.ts";

export type TestApp = AsyncDisposable & {
  running: Running;
  url: string;
  /** Superuser URL of this test's own database. */
  databaseUrl: string;
  adminPassword: string;
  /** Keeps every turn between its claim and its reply until the returned function is called. */
  holdTurns(): () => void;
  /** A signed-in console cookie and the header that goes with it. */
  signIn(): Promise<Record<string, string>>;
  /** A visit on the chat page; with a mail address, of a vouched-for contact. */
  visit(email?: string): Promise<Visit>;
  request(path: string, init?: RequestInit): Promise<Response>;
};

export type Visit = { token: string; conversationId: string; headers: Record<string, string>; ask(text: string, id?: string): Promise<Asked>; };
export type Asked = z.infer<typeof asked>;

const openedChat = z.object({ token: z.string(), conversationId: z.string() });
const citation = z.object({ documentId: z.string(), title: z.string(), quote: z.string(), marker: z.number() });
const asked = z.object({ message: z.object({ id: z.string(), seq: z.number() }), reply: z.object({ id: z.string(), text: z.string(), turnId: z.string().nullable(), citations: z.array(citation) }).nullable() });

/** The servers of this run, or a reason to skip. */
export function testServers(): { owner: string; superuser: string; ingress: string; admin: string } {
  const read = (name: string) => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set: run the tests by "npm test"`);
    return value;
  };
  return { owner: read("BATON_TEST_OWNER_URL"), superuser: read("BATON_TEST_DATABASE_URL"), ingress: read("BATON_TEST_RESTATE_INGRESS_URL"), admin: read("BATON_TEST_RESTATE_ADMIN_URL") };
}

/** Waits for what happens by itself, at most half a minute. */
export async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  for (const from = performance.now(); performance.now() - from < 30_000; ) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("waited 30 s in vain");
}

/** A new database of this version on the run's server, without a row; returns the owner's and the superuser's URL of it. */
export function makeDatabase(): Promise<{ owner: string; superuser: string }> {
  // Rights on a database itself are not copied with it.
  return create(` template ${MIGRATED}`, (name) => `grant create on database ${name} to baton_workspace`);
}

/** A new database with nothing in it. */
export function makeEmptyDatabase(): Promise<{ owner: string; superuser: string }> {
  return create("", () => "");
}

async function create(from: string, then: (name: string) => string): Promise<{ owner: string; superuser: string }> {
  const servers = testServers();
  const name = `test_${randomBytes(6).toString("hex")}`;
  const client = new pg.Client({ connectionString: servers.owner });
  await client.connect();
  await client.query(`create database ${name}${from}`);
  await client.query(then(name));
  await client.end();
  return { owner: databaseAt(servers.owner, name), superuser: databaseAt(servers.superuser, name) };
}

/** The whole product in this process, composed as `npm start` does, on a database of its own. */
export async function startTestApp(options: { env?: Record<string, string>; overrides?: ComposeOverrides; log?: Log } = {}): Promise<TestApp> {
  const database = await makeDatabase();
  const servers = testServers();
  const adminPassword = randomBytes(9).toString("base64url");
  const config = readConfig({
    DATABASE_URL: database.owner, RESTATE_INGRESS_URL: servers.ingress, RESTATE_ADMIN_URL: servers.admin, BATON_PORT: "0", BATON_ADMIN_PASSWORD: adminPassword, BATON_DATABASE_CONNECTIONS: "8", BATON_NAMESPACE: `t${randomBytes(6).toString("hex")}`, ...options.env,
  });
  const gate = createTurnGate();
  const running = await start(config, { log: options.log ?? createLog({ level: "error", isPretty: true }), overrides: { understander: gate.around, ...options.overrides } });
  const request = (path: string, init?: RequestInit) => fetch(`${running.url}${path}`, init);
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) => request(path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  return {
    running, holdTurns: gate.hold, url: running.url, databaseUrl: database.superuser, adminPassword, request,
    async signIn() {
      const answer = await post("/api/session", { email: config.adminEmail, password: adminPassword }, { "x-baton-request": "1" });
      if (!answer.ok) throw new Error(`sign-in failed: ${answer.status} ${await answer.text()}`);
      return { cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "", "x-baton-request": "1" };
    },
    async visit(email) {
      const identityToken = email === undefined ? undefined : await vouchFor(running, email);
      const opened = openedChat.parse(await (await post("/api/chat/session", identityToken === undefined ? {} : { identityToken })).json());
      const headers = { authorization: `Bearer ${opened.token}` };
      return {
        token: opened.token, conversationId: opened.conversationId, headers,
        async ask(text, id = randomBytes(8).toString("hex")) {
          const answer = await post("/api/chat/messages", { id, text }, { ...headers, prefer: "wait=20" });
          if (!answer.ok) throw new Error(`message refused: ${answer.status} ${await answer.text()}`);
          return asked.parse(await answer.json());
        },
      };
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** A signed identity, as the shop's own page would make it. */
export async function vouchFor(running: Running, email: string): Promise<string> {
  const { app } = running;
  return signIdentity(await app.secrets.of(app.workspace.tenantId, "identity"), app.workspace.tenantId, { email, name: null, externalId: null }, app.clock.nowMs(), 600);
}
