import { createRoute, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { readTimeCursor } from "../../conversation/read-conversations.ts";
import { messageOf } from "../../lib/app-error.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { readAnchors, readLedgerKeys } from "../../observe/ledger-proof.store.ts";
import { listLedger } from "../../observe/ledger.store.ts";
import { verifyLedger } from "../../observe/ledger-verify.ts";
import { noSuchCase } from "../../privacy/privacy.errors.ts";
import { caseAccountView, ledgerEntryView, ledgerProofView, ledgerVerdictView } from "../../shapes/privacy.ts";
import type { App } from "../app.ts";
import { createApi, idText, json, pathId, problems, staff } from "../http/api.ts";
import { explainCase } from "../ledger/explain-case.ts";

const tags = ["ledger"];
const time = z.iso.datetime({ offset: true });
const filter = pageQuery.extend({
  caseId: idText.optional(), subjectId: z.string().max(120).regex(/^[\w.:@-]+$/).optional(), kind: z.string().max(60).regex(/^[a-z_]+(\.[a-z_]+)*$/).optional().describe("`turn.replied`, or its beginning: `turn`."),
  actor: z.string().max(120).regex(/^[\w.:@-]+$/).optional(), from: time.optional(), to: time.optional().describe("Not with it."),
});

const routes = {
  list: createRoute({ method: "get", path: "/api/ledger", tags, summary: "What happened, newest first", request: { query: filter }, responses: { 200: json(pageOf(ledgerEntryView, "LedgerPage"), "A page."), ...problems } }),
  verify: createRoute({ method: "get", path: "/api/ledger/verify", tags, summary: "Recompute the hash chain and check its signatures", responses: { 200: json(ledgerVerdictView, "The verdict."), ...problems } }),
  follow: createRoute({ method: "get", path: "/api/ledger/verification", tags, summary: "The same, with its progress (server-sent events)", responses: { 200: { description: "Events progress, then verdict or failed.", content: { "text/event-stream": { schema: z.string() } } }, ...problems } }),
  proof: createRoute({ method: "get", path: "/api/ledger/proof", tags, summary: "Public keys and signed heads of the ledger", responses: { 200: json(ledgerProofView, "All of them."), ...problems } }),
  explain: createRoute({ method: "get", path: "/api/ledger/cases/{id}", tags, summary: "A case as its ledger tells it, in plain words", request: { params: pathId }, responses: { 200: json(caseAccountView, "The account."), ...problems } }),
};

export function ledgerRoutes(app: Pick<App, "identity" | "database" | "workspace" | "log">) {
  const api = createApi();
  api.openapi(routes.list, async (c) => {
    const { tenantId } = await staff(c, app.identity);
    const { limit, cursor, ...wanted } = c.req.valid("query");
    const [at, id] = cursor === undefined ? [] : readTimeCursor(cursor);
    const rows = await listLedger(app.database, tenantId, { ...wanted, limit: limit + 1, ...(at === undefined || id === undefined ? {} : { before: { at, id } }) });
    const toItem = (row: (typeof rows)[number]) => ({ id: row.id, seq: row.seq, kind: row.kind, subjectId: row.subject_id, caseId: row.case_id, actor: row.actor, at: row.at, body: z.record(z.string(), z.unknown()).parse(JSON.parse(row.body)), hash: row.hash });
    return c.json(toPage(rows, limit, toItem, (item) => [item.at, item.id]), 200);
  });
  api.openapi(routes.verify, async (c) => c.json(await verifyLedger(app.database, (await staff(c, app.identity)).tenantId), 200));
  api.openapi(routes.follow, async (c) => {
    const { tenantId } = await staff(c, app.identity);
    c.header("cache-control", "no-cache, no-transform");
    return streamSSE(c, async (stream) => {
      const write = (event: string, data: unknown) => stream.writeSSE({ event, data: JSON.stringify(data) });
      try {
        const verdict = await verifyLedger(app.database, tenantId, (checked) => (stream.aborted ? Promise.reject(new Error("nobody listens any more")) : write("progress", { checked })));
        await write("verdict", verdict);
      } catch (error) {
        app.log.info("observe.verification_ended", { error: messageOf(error) });
        if (!stream.aborted) await write("failed", { detail: "The ledger cannot be read now. Try again." });
      }
    });
  });
  api.openapi(routes.proof, async (c) => {
    const { tenantId } = await staff(c, app.identity);
    const [keys, anchors] = await Promise.all([readLedgerKeys(app.database, tenantId), readAnchors(app.database, tenantId)]);
    return c.json({ keys, anchors }, 200);
  });
  api.openapi(routes.explain, async (c) => {
    const { tenantId } = await staff(c, app.identity);
    const account = await explainCase({ database: app.database, assistantName: app.workspace.assistantName }, tenantId, c.req.valid("param").id);
    if (account === null) throw noSuchCase();
    return c.json(account, 200);
  });
  return api;
}
