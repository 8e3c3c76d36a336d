import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, bodyOf, json, openHouse, outputOf, queryOf, scripted } from "./open-connector.ts";

const house = openHouse();

/** Source: developer.atlassian.com, Jira Cloud platform REST API v2: Issue search, Issues, Issue comments, Rate limiting. */
const jira = { connector: "jira", site: "acme", email: "bot@acme.com", project: "SUP", secret: "jira_token", operations: ["search_issues", "get_issue", "create_issue", "delete_issue", "comment", "transition"] };
const issue = (key: string) => ({ expand: "x", id: "10002", self: "https://acme.atlassian.net/rest/api/2/issue/10002", key, fields: { summary: "Leak", description: "It leaks.", status: { name: "To Do", id: "1", statusCategory: { id: 2, key: "new", name: "To Do" } }, priority: { name: "High" }, assignee: null, created: "2026-01-17T12:34:00.000+0000", updated: "2026-01-18T23:45:00.000+0000" } });
const issueOut = (key: string) => ({ id: "10002", key, summary: "Leak", status: "To Do", status_category: "new", priority: "High", assignee: null, created_at: "2026-01-17T12:34:00.000+0000", updated_at: "2026-01-18T23:45:00.000+0000" });

test("jira: a search goes on by its token", async () => {
  await using at = await scripted(house(), jira, { "POST /rest/api/2/search/jql": [json({ issues: [issue("SUP-1")], nextPageToken: "CAEaAggB", isLast: false }), json({ issues: [issue("SUP-2")], isLast: true })] });
  assert.deepEqual(outputOf(await at.call("jira_search_issues", { jql: "project = SUP" })), { items: [issueOut("SUP-1"), issueOut("SUP-2")], isCut: false });
  assert.deepEqual(at.heard.map((heard) => Object(bodyOf(heard)).nextPageToken), [undefined, "CAEaAggB"]);
  assert.equal(at.heard[0]?.headers.authorization, `Basic ${Buffer.from("bot@acme.com:sk-very-secret-4711").toString("base64")}`);
});

test("jira: issues are made, commented, moved; what it refuses is told", async () => {
  await using at = await scripted(house(), jira, {
    "POST /rest/api/2/issue": [json({ id: "10003", key: "SUP-3", self: "x" }, 201), json({ errorMessages: [], errors: { issuetype: "Specify a valid issue type" } }, 400), json({ errorMessages: ["Rate limit exceeded"] }, 429, { "retry-after": "5" })],
    "POST /rest/api/2/issue/SUP-3/comment": json({ id: "20001", body: "x", author: {} }, 201), "POST /rest/api/2/issue/SUP-3/transitions": { status: 204, body: "" },
    "GET /rest/api/2/issue/SUP-9": json({ errorMessages: ["Issue does not exist or you do not have permission to see it."], errors: {} }, 404), "GET /rest/api/2/issue/SUP-3": json(issue("SUP-3")),
  });
  assert.deepEqual(outputOf(await at.call("jira_create_issue", { summary: "Leak", text: "It leaks.", labels: ["kettle"] })), { id: "10003", key: "SUP-3" });
  assert.deepEqual(at.heard.map(bodyOf), [{ fields: { project: { key: "SUP" }, summary: "Leak", description: "It leaks.", issuetype: { name: "Task" }, labels: ["kettle"] } }]);
  assert.match((await at.call("jira_create_issue", { summary: "x", text: "y" })).reason ?? "", /valid issue type/);
  assert.equal((await at.fault("jira_create_issue", { summary: "x", text: "y" })).details["retryAfterMs"], 5_000);
  assert.deepEqual(outputOf(await at.call("jira_comment", { key: "SUP-3", text: "Seen." })), { id: "20001", key: "SUP-3" });
  assert.deepEqual(outputOf(await at.call("jira_transition", { key: "SUP-3", transition_id: "31" })), { key: "SUP-3" });
  assert.equal((await at.call("jira_get_issue", { key: "SUP-9" })).status, "not_found");
  assert.deepEqual(outputOf(await at.call("jira_get_issue", { key: "SUP-3" })), { ...issueOut("SUP-3"), description: "It leaks." });
  // An undo is there when the workspace has named the operation it needs.
  assert.deepEqual([at.tools.get("jira_create_issue")?.undo?.tool, at.tools.get("jira_comment")?.undo], ["jira_delete_issue", null]);
});

/** Source: docs.github.com/rest: Issues, Issue comments, Search, Rate limits, Pagination. */
const github = { connector: "github", owner: "acme", repository: "shop", secret: "github_token", operations: ["search_issues", "get_issue", "list_comments", "create_issue", "close_issue", "comment"] };
const ghIssue = (number: number, state = "open") => ({ id: 1, number, title: "Leak", state, html_url: `https://github.com/acme/shop/issues/${number}`, user: { login: "ada" }, comments: 0, created_at: "2026-04-22T13:33:48Z", updated_at: "2026-04-22T13:33:48Z", body: "It leaks." });

test("github: only this repository is searched, and the link header is followed", async () => {
  await using at = await scripted(house(), github, { "GET /search/issues": (heard) => (queryOf(heard, "page") === "2" ? json({ total_count: 2, incomplete_results: false, items: [ghIssue(2)] }) : json({ total_count: 2, incomplete_results: false, items: [ghIssue(1)] }, 200, { link: `<${at.url}/search/issues?q=x&page=2>; rel="next", <${at.url}/search/issues?q=x&page=2>; rel="last"` })) });
  assert.deepEqual(Object(outputOf(await at.call("github_search_issues", { query: "is:open leak" }))).items.map(({ number }: { number: number }) => number), [1, 2]);
  assert.deepEqual(at.heard[0] && [queryOf(at.heard[0], "q"), at.heard[0].headers.accept, at.heard[0].headers["x-github-api-version"]], ["repo:acme/shop is:open leak", "application/vnd.github+json", "2022-11-28"]);
  const other = await at.call("github_search_issues", { query: "repo:eve/secrets password" });
  assert.deepEqual([other.status, at.heard.length], ["failed", 2]);
});

test("github: a spent hour waits until its end, a refusal has its words, a missing right is no missing issue", async () => {
  const reset = Math.floor(Date.now() / 1_000) + 120;
  await using at = await scripted(house(), github, {
    "PATCH /repos/acme/shop/issues/7": [json({ message: "API rate limit exceeded" }, 403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) }), json({ message: "You have exceeded a secondary rate limit." }, 403, { "x-ratelimit-remaining": "4000", "retry-after": "60" }), json({ message: "Resource not accessible by personal access token" }, 403, { "x-ratelimit-remaining": "4000" }), json({ message: "Validation Failed", errors: [{ resource: "Issue", code: "invalid", field: "state_reason" }] }, 422), json(ghIssue(7, "closed"))],
  });
  const close = { number: 7 };
  const spent = await at.fault("github_close_issue", close);
  assert.equal(spent.code, "tools.system_away");
  assert.ok(Math.abs(Number(spent.details["retryAfterMs"]) - 120_000) < 5_000);
  assert.equal((await at.fault("github_close_issue", close)).details["retryAfterMs"], 60_000);
  assert.match((await at.fault("github_close_issue", close)).message, /credential was refused/);
  assert.match((await at.call("github_close_issue", close)).reason ?? "", /Validation Failed/);
  assert.deepEqual(outputOf(await at.call("github_close_issue", close)), { number: 7, state: "closed" });
  assert.deepEqual(at.heard.map(bodyOf).at(-1), { state: "closed", state_reason: "completed" });
});

test("github: what everybody reads takes no personal data", async () => {
  await using at = await scripted(house(), github, { "POST /repos/acme/shop/issues": json(ghIssue(8), 201), "POST /repos/acme/shop/issues/8/comments": json({ id: 5, html_url: "https://github.com/x", body: "x" }, 201), "GET /repos/acme/shop/issues/8/comments": json([{ id: 5, user: { login: "ada" }, body: "x", created_at: "2026-04-22T13:33:48Z" }]) });
  const refused = await at.call("github_create_issue", { title: "Leak", text: "Write to eve@example.com" });
  assert.deepEqual([refused.status, at.heard.length], ["denied", 0]);
  assert.deepEqual(outputOf(await at.call("github_create_issue", { title: "Leak", text: "It leaks." })), { number: 8, url: "https://github.com/acme/shop/issues/8" });
  assert.deepEqual(outputOf(await at.call("github_comment", { number: 8, text: "Seen." })), { id: 5, url: "https://github.com/x" });
  assert.deepEqual(outputOf(await at.call("github_list_comments", { number: 8 })), { items: [{ id: 5, author: "ada", text: "x", created_at: "2026-04-22T13:33:48Z" }], isCut: false });
  assert.deepEqual(at.heard.map(asked), ["POST /repos/acme/shop/issues", "POST /repos/acme/shop/issues/8/comments", "GET /repos/acme/shop/issues/8/comments"]);
});
