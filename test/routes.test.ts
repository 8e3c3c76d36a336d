import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { PUBLIC_ROUTES } from "../src/app/http/api.ts";
import { createHttpApp } from "../src/app/http-app.ts";
import { createKey } from "../src/identity/authenticate.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

type Schema = { [name: string]: unknown };

const anything = z.record(z.string(), z.unknown());
const operation = z.object({
  summary: z.string().min(1), tags: z.array(z.string()).min(1), security: z.array(anything).optional(), parameters: z.array(z.object({ name: z.string(), in: z.enum(["path", "query", "header"]), required: z.boolean().optional(), schema: anything })).default([]),
  requestBody: z.object({ required: z.literal(true), content: z.union([z.object({ "application/json": z.object({ schema: anything }) }), z.object({ "application/octet-stream": anything })]) }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.object({ description: z.string().min(1), content: z.record(z.string(), z.object({ schema: anything })).optional() })),
});
const openApi = z.object({
  openapi: z.string(), info: z.object({ title: z.string(), version: z.string() }), security: z.array(anything), paths: z.record(z.string().regex(/^\/(api|v1)\//), z.partialRecord(z.enum(["get", "post", "put", "patch", "delete"]), operation)),
  components: z.object({ schemas: z.record(z.string(), anything), securitySchemes: z.record(z.string(), anything) }).loose(),
});
const problem = z.object({ type: z.url(), title: z.string().min(1), status: z.number(), detail: z.string().min(1), code: z.string().regex(/^[a-z_]+\.[a-z_]+$/), requestId: z.string().startsWith("req_") });
const page = z.object({ items: z.array(z.object({ id: z.string() }).loose()), nextCursor: z.string().nullable() });

type Route = { name: string; method: string; path: string; operation: z.infer<typeof operation> | null };

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);

describe("the routes", () => {
  let app: TestApp;
  let http: ReturnType<typeof createHttpApp>;
  let document: z.infer<typeof openApi>;
  let routes: Route[];
  let staff: Record<string, string>;
  let key: string;
  let visitor: Record<string, string>;
  let sql: pg.Client;

  before(async () => {
    app = await startTestApp();
    http = createHttpApp(app.running.app);
    document = openApi.parse(await (await http.request("/api/openapi.json")).json());
    // Those below /v1 stand on the bare server: the gateway's own test walks them.
    routes = Object.entries(document.paths).filter(([path]) => path.startsWith("/api/")).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, operation })));
    // Text for machines that is no part of the document.
    routes.push({ name: "GET /api/metrics", method: "GET", path: "/api/metrics", operation: null });
    staff = await app.signIn();
    key = await createKey(app.running.app.identity, app.running.app.workspace.tenantId, "a test");
    visitor = (await app.visit()).headers;
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
  });

  const isPublic = (route: Route) => PUBLIC_ROUTES.includes(route.name);
  const isForVisitors = (route: Route) => route.path.startsWith("/api/chat/");

  /** A value that the schema takes: the least that is required. */
  function sampleOf(schema: Schema): unknown {
    const read = z.object({ type: z.string().optional(), format: z.string().optional(), enum: z.array(z.unknown()).optional(), oneOf: z.array(anything).optional(), items: anything.default({}), minItems: z.number().default(0), minimum: z.number().default(0), pattern: z.string().optional(), required: z.array(z.string()).default([]), properties: z.record(z.string(), anything).default({}) }).parse(schema);
    if (read.enum) return read.enum[0];
    if (read.oneOf?.[0] !== undefined) return sampleOf(read.oneOf[0]);
    if (read.type === "object") return Object.fromEntries(read.required.map((name) => [name, sampleOf(read.properties[name] ?? {})]));
    if (read.type === "array") return Array.from({ length: read.minItems }, () => sampleOf(read.items));
    if (read.type === "boolean") return true;
    if (read.type === "number") return read.minimum;
    if (read.pattern?.startsWith("^[0-9a-f]") === true) return "0".repeat(64);
    if (read.type === "string") return read.format === "email" ? "somebody@example.com" : "a-text-of-some-length";
    assert.fail(`no sample of ${JSON.stringify(schema)}: teach this test`);
  }

  /** With something for every part and every query member that it needs. */
  function pathOf(route: Route): string {
    const needed = route.operation?.parameters.filter((parameter) => parameter.in === "query" && parameter.required === true) ?? [];
    return route.path.replaceAll("{id}", "conv_0123456789").replaceAll(/\{\w+\}/g, "a-name") + (needed.length === 0 ? "" : `?${needed.map(({ name, schema }) => `${name}=${String(sampleOf(schema))}`).join("&")}`);
  }

  /** A request that is right in everything but, perhaps, who sends it. */
  function call(route: Route, headers: Record<string, string>): Promise<Response> {
    const content = route.operation?.requestBody?.content;
    const body = content !== undefined && "application/json" in content ? { content } : undefined;
    const init = { method: route.method, headers: { ...(body ? { "content-type": "application/json" } : {}), ...headers } };
    return Promise.resolve(http.request(pathOf(route), body ? { ...init, body: JSON.stringify(sampleOf(body.content["application/json"].schema)) } : init));
  }

  async function problemOf(response: Response): Promise<z.infer<typeof problem>> {
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    const read = problem.parse(await response.json());
    assert.equal(read.status, response.status);
    assert.equal(read.requestId, response.headers.get("x-request-id"));
    return read;
  }

  test("all of the API is in the document", () => {
    const served = new Set(http.routes.filter((route) => route.method !== "ALL" && route.path.startsWith("/api/")).map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`));
    served.delete("GET /api/openapi.json");
    assert.deepEqual([...served].sort(), routes.map((route) => route.name).sort());
    assert.ok(served.has("GET /api/events") && served.has("GET /api/chat/events"));
  });

  test("every route answers 401 without a sign-in, unless it is listed as public", async () => {
    const open: string[] = [];
    for (const route of routes) {
      for (const headers of [{}, { authorization: "Bearer nonsense" }, { authorization: "Basic YWRtaW46YWRtaW4=" }, { cookie: "baton_session=bs.shop.sess_0.guess", "x-baton-request": "1" }]) {
        const response = await call(route, headers);
        if (response.status !== 401) open.push(route.name);
        else assert.match((await problemOf(response)).code, /^identity\./);
        if (response.status === 401) assert.equal(response.headers.get("www-authenticate"), "Bearer");
      }
    }
    // Signing in is public, but refuses this password.
    assert.deepEqual([...new Set(open)].sort(), PUBLIC_ROUTES.filter((name) => !["GET /api/openapi.json"].includes(name)).sort());
  });

  test("a visitor's token opens no staff route, and staff's no visitor route", async () => {
    for (const route of routes.filter((each) => !isPublic(each))) {
      const wrong = isForVisitors(route) ? [staff, { authorization: `Bearer ${key}` }, { authorization: `Bearer ${(staff["cookie"] ?? "").split("=")[1] ?? ""}` }] : [visitor];
      for (const headers of wrong) assert.equal((await call(route, headers)).status, 401, route.name);
    }
  });

  test("a key is refused where a person is needed, and taken elsewhere", async () => {
    const refused: string[] = [];
    for (const route of routes.filter((each) => !isPublic(each) && !isForVisitors(each))) {
      const response = await call(route, { authorization: `Bearer ${key}` });
      await response.body?.cancel();
      if (response.status === 403) refused.push(route.name);
      else assert.ok([200, 202, 404, 409].includes(response.status), `${route.name}: ${response.status} ${pathOf(route)}`);
    }
    assert.deepEqual(refused.sort(), ["DELETE /api/session", "GET /api/approval-deputy", "GET /api/session", "POST /api/approvals/{id}/assignees", "POST /api/approvals/{id}/decision", "POST /api/approvals/{id}/edit", "POST /api/conversations/{id}/handback", "POST /api/conversations/{id}/replies", "POST /api/conversations/{id}/resolve", "POST /api/conversations/{id}/takeover", "POST /api/drafts/{id}/decision", "POST /api/privacy/contacts/{id}/export", "POST /api/privacy/holds", "POST /api/privacy/holds/{id}/lift", "POST /api/privacy/retention/runs", "PUT /api/approval-deputy", "PUT /api/autonomy/rules/{name}", "PUT /api/autonomy/switches"]);
  });

  test("a cookie changes nothing without our header, or from another site", async () => {
    const { cookie = "" } = staff;
    const unsafe = routes.filter((route) => UNSAFE.has(route.method) && !isForVisitors(route));
    assert.ok(unsafe.length >= 6);
    for (const route of unsafe) {
      for (const headers of [{ cookie }, { cookie, "x-baton-request": "1", "sec-fetch-site": "cross-site" }, { cookie, "x-baton-request": "1", "sec-fetch-site": "same-site" }]) {
        const response = await call(route, headers);
        assert.equal(response.status, 403, route.name);
        assert.equal((await problemOf(response)).code, "request.cross_site");
      }
    }
    assert.equal((await http.request("/api/session", { headers: { cookie } })).status, 200, "reading needs the cookie only, and nothing was signed out");
  });

  test("the document is OpenAPI 3.1, and every operation names its answers and problems", () => {
    assert.match(document.openapi, /^3\.1\.\d+$/);
    for (const route of routes) {
      if (route.operation === null) continue;
      const { responses, parameters } = route.operation;
      assert.ok(Object.keys(responses).some((status) => status.startsWith("2")), `${route.name} has an answer`);
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      assert.deepEqual(parameters.filter((parameter) => parameter.in === "path").map((parameter) => parameter.name), inPath, route.name);
      assert.ok(parameters.every((parameter) => parameter.in !== "path" || parameter.required === true));
      assert.equal(route.operation.security === undefined, !isPublic(route), `${route.name}: security as in the list of public routes`);
      if (route.name === "GET /api/health") continue;
      for (const status of ["400", "401", "403", "404", "409", "413", "415", "422", "429"]) assert.deepEqual(responses[status]?.content?.["application/problem+json"]?.schema, { $ref: "#/components/schemas/Problem" }, `${route.name} ${status}`);
    }
  });

  test("every reference of the document leads somewhere", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? "");
    assert.ok(references.length > 50);
    const known = new Set(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`));
    assert.deepEqual([...new Set(references)].filter((reference) => !known.has(reference)), []);
    for (const scheme of document.security.flatMap((each) => Object.keys(each))) assert.ok(scheme in document.components.securitySchemes);
  });

  test("every kind of error is a problem document", async () => {
    const json = (body: string, headers: Record<string, string> = visitor, type = "application/json") => ({ method: "POST", body, headers: { "content-type": type, ...headers } });
    const cases: [number, string, string, RequestInit][] = [
      [400, "request.not_json", "/api/chat/messages", json("{")],
      [400, "conversation.cursor_invalid", "/api/conversations?cursor=abc", { headers: staff }],
      [401, "identity.sign_in_required", "/api/status", {}],
      [401, "identity.sign_in_wrong", "/api/session", json(JSON.stringify({ email: "nobody@example.com", password: "wrong" }), { "x-baton-request": "1" })],
      [403, "identity.not_allowed", "/api/session", { headers: { authorization: `Bearer ${key}` } }],
      [404, "request.no_such_route", "/api/nothing", {}],
      [404, "request.no_such_route", "/nothing", {}],
      [404, "conversation.not_found", "/api/conversations/conv_1", { headers: staff }],
      [405, "request.wrong_method", "/api/conversations", { method: "DELETE", headers: staff }],
      [409, "handoff.not_holder", `/api/conversations/${(await app.visit()).conversationId}/handback`, { method: "POST", headers: staff }],
      [413, "request.too_large", "/api/chat/messages", json(JSON.stringify({ text: "a".repeat(300_000) }))],
      [415, "request.wrong_type", "/api/chat/messages", json("{}", visitor, "text/plain")],
      [422, "request.invalid", "/api/chat/messages", json("[]")],
      [422, "request.invalid", "/api/conversations?limit=0", { headers: staff }],
    ];
    for (const [status, code, path, init] of cases) {
      const response = await http.request(path, init);
      assert.equal(response.status, status, `${path}: ${code}`);
      const read = await problemOf(response);
      assert.equal(read.code, code);
      assert.ok(!/at .*\.ts|node_modules|select /.test(JSON.stringify(read)), "nothing of our inside is told");
    }
  });

  test("a wrong method is told the right ones", async () => {
    const response = await http.request("/api/conversations/conv_1/replies", { method: "PATCH" });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
    for (const route of routes) {
      const has = new Set(routes.filter((each) => each.path === route.path).map((each) => each.method));
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((each) => !has.has(each))) assert.equal((await problemOf(await http.request(pathOf(route), { method }))).status, 405, `${method} ${route.path}`);
    }
  });

  test("pages, answers and errors carry the security headers", async () => {
    for (const path of ["/chat", "/console/", "/console/conversations", "/api/health", "/api/status", "/nothing"]) {
      const { headers } = await http.request(path);
      const policy = headers.get("content-security-policy") ?? "";
      for (const part of ["default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(part), `${path}: ${part}`);
      assert.doesNotMatch(policy, /unsafe-|\*|https?:/);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(headers.get("x-frame-options"), "DENY", path);
      assert.equal(headers.get("referrer-policy"), "no-referrer", path);
      assert.equal(headers.get("strict-transport-security"), null, "not over plain HTTP");
      assert.equal(headers.get("x-powered-by"), null);
      assert.match(headers.get("x-request-id") ?? "", /^req_/);
    }
    const secure = createHttpApp({ ...app.running.app, publicUrl: "https://support.example.com" });
    assert.match((await secure.request("/chat")).headers.get("strict-transport-security") ?? "", /max-age=\d+/);
  });

  test("the pages hold no script of their own, and nothing outside the built files is served", async (context) => {
    for (const path of ["/chat", "/console/"]) {
      const response = await http.request(path);
      if (response.status === 503) return context.skip("the pages are not built");
      const html = await response.text();
      assert.ok(!/<script(?![^>]*\ssrc=)[^>]*>|\son\w+=|javascript:|<style/i.test(html), path);
    }
    for (const path of ["..%2f..%2f..%2fpackage.json", "..%2findex.html", "%2e%2e%2f%2e%2e%2fpackage.json", "..\\..\\package.json", "%00", "index-of-an-older-build.js"]) assert.equal((await http.request(`/console/assets/${path}`)).status, 404, path);
  });

  test("the session's cookie is kept from scripts and other sites", async () => {
    const signIn = (http: ReturnType<typeof createHttpApp>) => http.request("/api/session", { method: "POST", headers: { "content-type": "application/json", "x-baton-request": "1" }, body: JSON.stringify({ email: "admin@baton.local", password: app.adminPassword }) });
    const cookie = (await signIn(http)).headers.get("set-cookie") ?? "";
    for (const part of ["HttpOnly", "SameSite=Lax", "Path=/"]) assert.ok(cookie.includes(part), cookie);
    const secure = (await signIn(createHttpApp({ ...app.running.app, publicUrl: "https://support.example.com" }))).headers.get("set-cookie") ?? "";
    assert.ok(secure.includes("Secure"));
  });

  test("an open event stream ends soon after its sign-in was ended", async () => {
    const other = await app.signIn();
    const stream = await fetch(`${app.url}/api/events`, { headers: other, signal: AbortSignal.timeout(15_000) });
    assert.equal(stream.status, 200);
    assert.equal((await app.request("/api/session", { method: "DELETE", headers: other })).status < 300, true);
    await stream.text();
    assert.equal((await app.request("/api/events", { headers: other })).status, 401);
  });

  test("metrics are Prometheus text", async () => {
    await (await app.visit()).ask("How long do I have to return something?");
    const response = await http.request("/api/metrics", { headers: { authorization: `Bearer ${key}` } });
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).trimEnd().split("\n");
    assert.ok(lines.length > 5);
    for (const line of lines) assert.match(line, /^[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? [\d.e+-]+$/);
  });

  /** All ids of a list, page by page. */
  async function walk(path: string, limit: number): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    for (let pages = 0; pages < 200; pages += 1) {
      const response: Response = await http.request(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`, { headers: staff });
      assert.equal(response.status, 200);
      const { items, nextCursor } = page.parse(await response.json());
      assert.ok(items.length <= limit && (nextCursor === null || items.length === limit), "only the last page is short");
      ids.push(...items.map((item) => item.id));
      cursor = nextCursor;
      if (cursor === null) return ids;
    }
    assert.fail("the pages do not end");
  }

  test("pagination walks every list exactly once, also where many rows have one time", async () => {
    const tenant = app.running.app.workspace.tenantId;
    const visit = await app.visit();
    await visit.ask("Do you ship to Norway?");
    await sql.query("begin; set local session_replication_role = replica");
    await sql.query("insert into contact (tenant_id, id, name, created_at) select $1, 'cont_page' || n, 'Page ' || n, now() from generate_series(1, 47) n", [tenant]);
    // Five rows each share one time, as a burst of messages does.
    const sharedTime = "date_trunc('second', now()) - make_interval(secs => n / 5)";
    await sql.query(`insert into conversation (tenant_id, id, contact_id, last_seq, created_at, updated_at) select $1, 'conv_page' || n, 'cont_page' || n, 1, now(), ${sharedTime} from generate_series(1, 47) n`, [tenant]);
    await sql.query(`insert into handoff (tenant_id, id, conversation_id, status, reason, summary, tried, requested_at)
      select $1, 'hand_page' || n, 'conv_page' || n, 'waiting', 'contact.asked', '{"headline":"","intent":null,"sentiment":null,"language":null,"openQuestion":null,"verifiedFacts":[],"suggestedNextStep":null}', '[]', ${sharedTime} from generate_series(1, 47) n`, [tenant]);
    await sql.query(`insert into turn (tenant_id, id, conversation_id, status, until_seq, started_at) select $1, 'turn_page' || n, $2, 'silent', 1, ${sharedTime} from generate_series(1, 47) n`, [tenant, visit.conversationId]);
    await sql.query("insert into message (tenant_id, id, conversation_id, seq, author, channel, body, created_at) select $1, 'msg_page' || n, $2, 100 + n, 'system', 'web', 'x', now() from generate_series(1, 47) n", [tenant, visit.conversationId]);
    await sql.query(`insert into ledger_entry (tenant_id, id, kind, subject_id, actor, at, body) select $1, 'led_page' || n, 'test', 'x', 'test', ${sharedTime}, '{}' from generate_series(1, 47) n`, [tenant]);
    await sql.query("commit");
    const all = async (table: string, order: string, condition = "") => (await sql.query<{ id: string }>(`select id from ${table} ${condition} order by ${order}`)).rows.map((row) => row.id);
    for (const limit of [3, 47, 200]) {
      assert.deepEqual(await walk("/api/conversations", limit), await all("conversation", "updated_at desc, id desc", "where last_seq > 0"), `conversations by ${limit}`);
      assert.deepEqual(await walk("/api/conversations?query=PAGE%201", limit), await all("conversation", "updated_at desc, id desc", "where contact_id ~ 'cont_page1'"), `found conversations by ${limit}`);
      assert.deepEqual(await walk("/api/handoffs?status=waiting", limit), await all("handoff", "requested_at, id"), `the queue by ${limit}`);
      assert.deepEqual(await walk("/api/handoffs", limit), await all("handoff", "requested_at desc, id desc"), `hand-offs by ${limit}`);
      assert.deepEqual(await walk(`/api/conversations/${visit.conversationId}/turns`, limit), await all("turn", "started_at desc, id desc", `where conversation_id = '${visit.conversationId}'`), `turns by ${limit}`);
      assert.deepEqual(await walk("/api/ledger", limit), await all("ledger_entry", "at desc, id desc"), `the ledger by ${limit}`);
      const thread = await walk(`/api/conversations/${visit.conversationId}/messages`, limit);
      assert.deepEqual([...thread].sort(), (await all("message", "seq", `where conversation_id = '${visit.conversationId}'`)).sort(), `messages by ${limit}`);
    }
  });

  test("a search for a wildcard finds the wildcard only", async () => {
    for (const query of ["%25", "_", "%5C", "%25%25%25"]) assert.deepEqual(await walk(`/api/conversations?query=${query}`, 50), [], query);
  });
});
