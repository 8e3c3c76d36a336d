import { OpenAPIHono } from "@hono/zod-openapi";
import { secureHeaders } from "hono/secure-headers";
import { newId } from "../lib/ids.ts";
import { methodWrong, routeUnknown } from "./app.errors.ts";
import type { App } from "./app.ts";
import { describeGateway } from "./gateway/describe-gateway.ts";
import { staff, type ApiEnv } from "./http/api.ts";
import { pages } from "./http/pages.ts";
import { toProblem } from "./http/problem.ts";
import { signInFirst } from "./http/sign-in-first.ts";
import { readBody } from "./http/read-body.ts";
import { mcpRoutes } from "./mcp/mcp.routes.ts";
import { actorRoutes } from "./routes/actor.routes.ts";
import { authzenRoutes } from "./routes/authzen.routes.ts";
import { understandingRoutes } from "./routes/understanding.routes.ts";
import { autonomyRoutes } from "./routes/autonomy.routes.ts";
import { chatRoutes } from "./routes/chat.routes.ts";
import { costRoutes } from "./routes/cost.routes.ts";
import { conversationRoutes } from "./routes/conversation.routes.ts";
import { eventRoutes } from "./routes/event.routes.ts";
import { draftRoutes } from "./routes/draft.routes.ts";
import { gradingRoutes } from "./routes/grading.routes.ts";
import { handoffRoutes } from "./routes/handoff.routes.ts";
import { hookRoutes } from "./routes/hook.routes.ts";
import { knowledgeDocumentRoutes } from "./routes/knowledge-document.routes.ts";
import { knowledgeSearchRoutes } from "./routes/knowledge-search.routes.ts";
import { knowledgeSnapshotRoutes } from "./routes/knowledge-snapshot.routes.ts";
import { knowledgeSourceRoutes } from "./routes/knowledge-source.routes.ts";
import { knowledgeUpkeepRoutes } from "./routes/knowledge-upkeep.routes.ts";
import { knowledgeRoutes } from "./routes/knowledge.routes.ts";
import { ledgerRoutes } from "./routes/ledger.routes.ts";
import { privacyRoutes } from "./routes/privacy.routes.ts";
import { messageRoutes } from "./routes/message.routes.ts";
import { observeRoutes } from "./routes/observe.routes.ts";
import { policyRoutes } from "./routes/policy.routes.ts";
import { approvalRoutes } from "./routes/approval.routes.ts";
import { routeTableRoutes } from "./routes/route-table.routes.ts";
import { runRoutes } from "./routes/run.routes.ts";
import { workflowRoutes } from "./routes/workflow.routes.ts";
import { toolRoutes } from "./routes/tool.routes.ts";
import { sessionRoutes } from "./routes/session.routes.ts";

/** The whole HTTP side: API, generated OpenAPI document, metrics, and the two pages. */
export function createHttpApp(app: App): OpenAPIHono<ApiEnv> {
  const http = new OpenAPIHono<ApiEnv>();
  http.onError((error, c) => toProblem(c, error, app.log));
  http.notFound((c) => {
    const allowed = methodsAt(http, c.req.path);
    const answer = toProblem(c, allowed.length > 0 ? methodWrong() : routeUnknown(), app.log);
    if (allowed.length > 0) answer.headers.set("allow", allowed.join(", "));
    return answer;
  });
  http.use(async (c, next) => {
    const requestId = newId("req");
    c.set("requestId", requestId);
    await next();
    c.header("x-request-id", c.get("requestId"));
  });
  http.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'self'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'", "data:"], connectSrc: ["'self'"], objectSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"], formAction: ["'self'"] },
      strictTransportSecurity: app.publicUrl.startsWith("https:") ? "max-age=31536000; includeSubDomains" : false,
      crossOriginEmbedderPolicy: false, referrerPolicy: "no-referrer", xFrameOptions: "DENY",
    }),
  );
  http.use("/api/*", readBody);
  http.use("/access/*", readBody);
  http.use("/hooks/*", readBody);
  http.use("/api/*", signInFirst(app.identity));
  for (const routes of [sessionRoutes, chatRoutes, conversationRoutes, draftRoutes, handoffRoutes, knowledgeRoutes, knowledgeSourceRoutes, knowledgeDocumentRoutes, knowledgeSnapshotRoutes, knowledgeUpkeepRoutes, knowledgeSearchRoutes, observeRoutes, ledgerRoutes, privacyRoutes, messageRoutes, workflowRoutes, runRoutes, approvalRoutes, actorRoutes, toolRoutes, costRoutes, routeTableRoutes, gradingRoutes, autonomyRoutes, policyRoutes, understandingRoutes]) http.route("/", routes(app));
  http.route("/", eventRoutes(app, { deps: app.workflows.events, secrets: app.eventSecrets }));
  http.route("/", hookRoutes(app, app.workflows.events));
  http.route("/", authzenRoutes(app));
  http.route("/", mcpRoutes(app));
  http.get("/api/metrics", async (c) => {
    await staff(c, app.identity);
    return c.text(app.metrics.render(), 200, { "content-type": "text/plain; version=0.0.4" });
  });
  http.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer", description: "An API key, or a visitor's token on /api/chat." });
  http.openAPIRegistry.registerComponent("securitySchemes", "cookie", { type: "apiKey", in: "cookie", name: "baton_session" });
  describeGateway(http.openAPIRegistry);
  http.doc31("/api/openapi.json", { openapi: "3.1.0", info: { title: "Baton", version: app.status.version, description: "The open AI orchestration layer for customer service." }, security: [{ bearer: [] }, { cookie: [] }] });
  http.route("/", pages());
  return http;
}

/** The methods that the API has at this path. */
function methodsAt(http: OpenAPIHono<ApiEnv>, path: string): string[] {
  const isAt = (pattern: string) => pattern.startsWith("/api/") && new RegExp(`^${pattern.replace(/:[^/]+/g, "[^/]+")}$`).test(path);
  return [...new Set(http.routes.filter((route) => route.method !== "ALL" && isAt(route.path)).map((route) => route.method))];
}
