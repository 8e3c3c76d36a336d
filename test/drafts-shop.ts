import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import { z } from "zod";
import { insertUser } from "../src/identity/identity.store.ts";
import { hashPassword } from "../src/identity/password.ts";
import { newId } from "../src/lib/ids.ts";
import { conversationView, draftView, messageView, type ConversationView, type DraftView, type MessageView } from "../src/shapes/conversation.ts";
import type { ComposeOverrides } from "../src/app/compose.ts";
import { startTestApp, until, type TestApp, type Visit } from "./start-test-app.ts";

/** Answers about delivery are drafted, about down jackets suggested; the rest is sent. */
const LADDER = `
autonomy:
  notice: A colleague will look at this.
  measure: { window: 10, minimum: 2, promoteAtMost: 0.1, demoteAbove: 0.4 }
  rules:
    - { name: answers, intents: [knowledge_question], level: draft, lowest: suggest, highest: act }
    - { name: cancelling, intents: [cancel_order], channels: [web], level: suggest }
    - { name: money, risks: [money], level: draft }
`;

export type Headers = Record<string, string>;

export type DraftsShop = AsyncDisposable & {
  app: TestApp;
  sql: pg.Client;
  /** An agent with a session of their own. */
  agent(name: string): Promise<Headers>;
  /** Says something without waiting for a reply. */
  say(visit: Visit, text: string): Promise<void>;
  /** Until no turn is under way and none is to come. */
  settled(visit: Visit): Promise<void>;
  read(visit: Visit, headers: Headers): Promise<ConversationView>;
  /** The open draft, once it stands there. */
  drafted(visit: Visit, headers: Headers): Promise<DraftView>;
  decide(id: string, headers: Headers, body: unknown): Promise<Response>;
  act(visit: Visit, what: "takeover" | "handback", headers: Headers): Promise<Response>;
  thread(visit: Visit): Promise<MessageView[]>;
  /** `admin` sets a rule or closes a rung. */
  ladder(path: string, body: unknown): Promise<Response>;
  ledger(visit: Visit): Promise<string[]>;
};

/** The shop with a ladder for replies. */
export async function startDraftsShop(options: { overrides?: ComposeOverrides; env?: Headers; ladder?: string; policies?: string } = {}): Promise<DraftsShop> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join("examples", ".drafts-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await cp("examples/shop", folder, { recursive: true });
  await appendFile(join(folder, "baton.yaml"), options.ladder ?? LADDER);
  await appendFile(join(folder, "policies", "shop.cedar"), options.policies ?? "");
  const app = stack.use(await startTestApp({ env: { BATON_WORKSPACE: folder, ...options.env }, ...(options.overrides === undefined ? {} : { overrides: options.overrides }) }));
  const sql = new pg.Client({ connectionString: app.databaseUrl });
  await sql.connect();
  stack.defer(() => sql.end());
  const admin = await app.signIn();
  const json = { "content-type": "application/json", "x-baton-request": "1" };
  const rows = async (text: string, values: unknown[]) => (await sql.query<Record<string, unknown>>(text, values)).rows;
  const read = async (visit: Visit, headers: Headers) => conversationView.parse(await (await app.request(`/api/conversations/${visit.conversationId}`, { headers })).json());
  const settled = (visit: Visit) => until(async () => (await rows("select 1 from inbox where conversation_id = $1 and turn_id is null union all select 1 from turn where conversation_id = $1 and status = 'running'", [visit.conversationId])).length === 0);
  const disposal = stack.move();
  return {
    app, sql, settled, read,
    async agent(name) {
      const { database, workspace } = app.running.app;
      const email = `${name.toLowerCase()}@example.com`;
      await insertUser(database, { tenantId: workspace.tenantId, id: newId("user"), email, name, role: "agent", passwordHash: await hashPassword("a password"), at: new Date() });
      const answer = await app.request("/api/session", { method: "POST", headers: json, body: JSON.stringify({ email, password: "a password" }) });
      return { ...json, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
    },
    async say(visit, text) {
      const answer = await app.request("/api/chat/messages", { method: "POST", headers: { ...visit.headers, "content-type": "application/json" }, body: JSON.stringify({ id: randomBytes(8).toString("hex"), text }) });
      if (answer.status !== 202) throw new Error(`message refused: ${answer.status}`);
    },
    async drafted(visit, headers) {
      await settled(visit);
      const { draft } = await read(visit, headers);
      return draftView.parse(draft);
    },
    decide: (id, headers, body) => app.request(`/api/drafts/${id}/decision`, { method: "POST", headers, body: JSON.stringify(body) }),
    act: (visit, what, headers) => app.request(`/api/conversations/${visit.conversationId}/${what}`, { method: "POST", headers }),
    thread: async (visit) => z.object({ items: z.array(messageView) }).parse(await (await app.request("/api/chat/messages?limit=200", { headers: visit.headers })).json()).items,
    ladder: (path, body) => app.request(`/api/autonomy/${path}`, { method: "PUT", headers: { ...json, ...admin }, body: JSON.stringify(body) }),
    ledger: async (visit) => (await rows("select kind from ledger_entry where subject_id = $1 order by at, id", [visit.conversationId])).map((row) => String(row["kind"])),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}
