import { randomBytes } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { z } from "zod";
import { SESSION_COOKIE } from "../src/app/http/api.ts";
import type { UserActor } from "../src/identity/actor.ts";
import { insertSession } from "../src/identity/identity.store.ts";
import { hashSecret, newSecret, writeStoredToken } from "../src/identity/secret-token.ts";
import type { Log } from "../src/lib/log.ts";
import type { ComposeOverrides } from "../src/app/compose.ts";
import { listApprovals, type ApprovalRow } from "../src/tools/approvals/approval.store.ts";
import { decideApproval } from "../src/tools/approvals/decide/decide-approval.ts";
import { makeDirectToolsShop } from "./direct-tools-shop.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

/** Cancelling asks one agent, changing an address two people, one of them an admin. */
const POLICIES = `
@id("cancel.asked") @reason("A colleague looks at every cancellation.") @approval("role:agent") @deadline("PT1H")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"cancel_order");

@id("refund.asked") @reason("Two people look at every refund.") @approval("role:agent") @people("2")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"refund_order");
`;

export type ApprovalsShop = AsyncDisposable & {
  app: TestApp;
  sql: pg.Client;
  /** A member of staff; stored, so that they can be named. */
  person(name: string, role: "admin" | "agent"): Promise<UserActor>;
  signInAs(who: UserActor): Promise<Record<string, string>>;
  /** Those that wait in a conversation, once there are that many. */
  waiting(conversationId: string, count?: number): Promise<ApprovalRow[]>;
  decide(who: UserActor, approval: ApprovalRow, decision?: "approved" | "refused"): Promise<ApprovalRow>;
  /** What the AI has written in the conversation, once `isThere` says that all of it is. */
  said(conversationId: string, isThere: (texts: string[]) => boolean): Promise<string[]>;
  cancelled(): Promise<number[]>;
  ledger(): Promise<{ kind: string; actor: string; body: Record<string, unknown> }[]>;
};

/** The shop that calls its tools in the turn, with policies that ask people. */
export async function startApprovalsShop(options: { env?: Record<string, string>; overrides?: ComposeOverrides; policies?: string; log?: Log; databaseUrl?: string } = {}): Promise<ApprovalsShop> {
  const stack = new AsyncDisposableStack();
  const shop = stack.use(await makeDirectToolsShop());
  await appendFile(join(shop.folder, "policies", "shop.cedar"), options.policies ?? POLICIES);
  const app = stack.use(await startTestApp({ env: { BATON_WORKSPACE: shop.folder, ...options.env }, ...(options.overrides === undefined ? {} : { overrides: options.overrides }), ...(options.log === undefined ? {} : { log: options.log }) }));
  const sql = new pg.Client({ connectionString: options.databaseUrl ?? app.databaseUrl });
  await sql.connect();
  stack.defer(() => sql.end());
  const tenantId = app.running.app.workspace.tenantId;
  return {
    app, sql,
    async person(name, role) {
      const userId = `user_${randomBytes(6).toString("hex")}`;
      const email = `${name}@example.com`;
      await sql.query("insert into user_account (tenant_id, id, email, name, role, password_hash, created_at) values ($1, $2, $3, $4, $5, 'none', now())", [tenantId, userId, email, name, role]);
      return { kind: "user", tenantId, userId, name, email, role };
    },
    async signInAs({ userId }) {
      const [id, secret] = [`sess_${randomBytes(6).toString("hex")}`, newSecret()];
      await insertSession(app.running.app.database, { tenantId, id, userId, secretHash: hashSecret(secret), createdAt: new Date(), expiresAt: new Date(Date.now() + 3_600_000) });
      return { cookie: `${SESSION_COOKIE}=${writeStoredToken("bs", tenantId, id, secret)}`, "x-baton-request": "1" };
    },
    async waiting(conversationId, count = 1) {
      let rows: ApprovalRow[] = [];
      await until(async () => (rows = await listApprovals(app.running.app.database, tenantId, { conversationId, status: "waiting", limit: 20 })).length === count);
      return rows.reverse();
    },
    decide: (who, approval, decision = "approved") => decideApproval(app.running.app.workflows.approvals, who, { id: approval.id, decision, callHash: approval.call_hash, comment: null }),
    async said(conversationId, isThere) {
      let texts: string[] = [];
      await until(async () => isThere(texts = (await sql.query<{ body: string }>("select body from message where conversation_id = $1 and author = 'ai' order by seq", [conversationId])).rows.map((row) => row.body)));
      return texts;
    },
    cancelled: async () => (await sql.query<{ order_number: number }>("select order_number from shop.effects order by order_number")).rows.map((row) => row.order_number),
    async ledger() {
      const row = z.object({ kind: z.string(), actor: z.string(), body: z.string() });
      return (await sql.query("select kind, actor, body from ledger_entry order by at, id")).rows.map((each) => row.parse(each)).map((each) => ({ ...each, body: z.record(z.string(), z.unknown()).parse(JSON.parse(each.body)) }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
