import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { findingView, gapView, healthView } from "../src/shapes/knowledge-upkeep.ts";
import { showGaps, showHealth } from "../src/cli/knowledge-upkeep.ts";
import { startDraftsShop } from "./drafts-shop.ts";
import { startTestApp, until, type TestApp, type Visit } from "./start-test-app.ts";

const gaps = z.object({ items: z.array(gapView) });
const findings = z.object({ items: z.array(findingView) });
const DAY_MS = 86_400_000;

describe("the knowledge is kept good", () => {
  let app: TestApp;
  let sql: pg.Client;
  let headers: Record<string, string>;

  before(async () => {
    app = await startTestApp();
    headers = await app.signIn();
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
  });

  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await app.request(`/api${path}`, { method, headers: { ...headers, "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    const parsed: unknown = text === "" ? null : JSON.parse(text);
    return { status: answer.status, json: parsed };
  };
  const health = async () => healthView.parse((await ask("GET", "/knowledge/health")).json);
  const look = async () => {
    const before = (await health()).lastAt;
    assert.equal((await ask("POST", "/knowledge/upkeep")).status, 202);
    await until(async () => (await health()).lastAt !== before);
    assert.equal((await health()).error, null);
  };
  const takeOver = async (visit: Visit, text: string) => {
    assert.equal((await ask("POST", `/conversations/${visit.conversationId}/takeover`)).status, 200);
    const sent = await ask("POST", `/conversations/${visit.conversationId}/replies`, { text });
    assert.ok(sent.status < 300, JSON.stringify(sent.json));
  };
  const listGaps = async (status = "open") => gaps.parse((await ask("GET", `/knowledge/gaps?status=${status}`)).json).items;
  const listFindings = async (kind: string, status = "open") => findings.parse((await ask("GET", `/knowledge/findings?kind=${kind}&status=${status}&limit=200`)).json).items;
  const tell = async (name: string, text: string) => {
    assert.ok((await app.request(`/api/knowledge/sources/manuals/files/${name}`, { method: "PUT", headers, body: new Blob([text]) })).status < 300);
    const isServed = async () => (await sql.query("select 1 from document where path = $1 and to_version is null and position($2 in body) > 0", [`manuals:${name}`, text.trim().slice(-20)])).rows.length === 1;
    await until(isServed).catch(() => until(isServed)).catch(async () => assert.fail(JSON.stringify((await sql.query("select body from document where path = $1 union all select reason from document_problem union all select status from source_sync where source_id = 'manuals'", [`manuals:${name}`])).rows)));
  };

  test("what several people ask in vain is one gap, with a draft from the reply, which a person publishes and takes back", async () => {
    const [emma, ben] = [await app.visit("emma.larsson@example.com"), await app.visit()];
    const first = await emma.ask("Can you engrave my zeppelin trophy?");
    assert.match(first.reply?.text ?? "", /colleague/);
    await ben.ask("Is it possible to engrave a zeppelin trophy at your workshop?");
    await look();
    const [gap, ...others] = await listGaps();
    assert.deepEqual(others, []);
    assert.deepEqual([gap?.people, gap?.questions, gap?.status, gap?.draft, gap?.subject], [2, 2, "open", null, "Can you engrave my zeppelin trophy?"]);
    assert.deepEqual(gap?.examples.map(({ why }) => why), ["declined", "declined"]);
    const id = gap?.id ?? "";

    await takeOver(emma, "Hello Emma Larsson,\n\nWe engrave a zeppelin trophy in our workshop for 12 euros. Write to emma.larsson@example.com for a sketch.\n\nKind regards");
    await look();
    const drafted = gapView.parse((await ask("GET", `/knowledge/gaps/${id}`)).json);
    assert.match(drafted.draft?.body ?? "", /We engrave a zeppelin trophy in our workshop for 12 euros\./);
    assert.doesNotMatch(JSON.stringify(drafted), /emma|larsson/i, "nothing personal is kept");

    const article = { title: drafted.draft?.title ?? "", body: drafted.draft?.body ?? "", audience: ["public"] };
    assert.equal((await ask("POST", `/knowledge/gaps/${id}/publish`, article)).status, 422, "placeholders are left");
    assert.equal((await ask("POST", `/knowledge/gaps/${id}/publish`, { ...article, body: "We engrave a zeppelin trophy for 12 euros.", audience: ["nobody-knows"] })).status, 422);
    const published = gapView.parse((await ask("POST", `/knowledge/gaps/${id}/publish`, { ...article, body: "We engrave a zeppelin trophy in our workshop for 12 euros." })).json);
    assert.equal(published.status, "published");
    assert.equal((await ask("POST", `/knowledge/gaps/${id}/publish`, { ...article, body: "Another text." })).status, 409);
    const served = async () => (await sql.query("select 1 from document where id = $1 and to_version is null", [published.documentId])).rows.length === 1;
    await until(served);
    const answered = await (await app.visit()).ask("Can you engrave a zeppelin trophy?");
    assert.match(answered.reply?.text ?? "", /12 euros/);
    assert.equal(answered.reply?.citations[0]?.documentId, published.documentId);

    const reopened = gapView.parse((await ask("POST", `/knowledge/gaps/${id}/reopen`)).json);
    assert.deepEqual([reopened.status, reopened.documentId], ["open", null]);
    await until(async () => !(await served()));
    assert.equal(gapView.parse((await ask("POST", `/knowledge/gaps/${id}/dismiss`, { reason: "We do not engrave." })).json).status, "dismissed");
    await (await app.visit()).ask("Do you engrave a zeppelin trophy?");
    await look();
    const [dismissed] = await listGaps("dismissed");
    assert.deepEqual([dismissed?.id, dismissed?.askedSince, dismissed?.people, (await listGaps()).length], [id, 1, 3, 0], "the same gap goes on counting, and stays dismissed");
    await (await app.visit()).ask("Where is the airship museum tour meeting point?");
    const onCommandLine = { deps: app.running.app.knowledge, tenantId: app.running.app.workspace.tenantId, isRunning: true, [Symbol.asyncDispose]: () => Promise.resolve() };
    let written = "";
    const write = (text: string) => void (written += text);
    assert.ok((await showHealth(onCommandLine, ["--now"], write)) < 2);
    assert.match(written, /Gaps: 1 open, asked by 1 person, 0 with a drafted article/);
    assert.equal(await showGaps(onCommandLine, ["--drafts"], write), 0);
    assert.match(written, /Where is the airship museum tour meeting point\?\n {2}1 person asked, once since 20/);
    const kinds = (await sql.query<{ kind: string }>("select kind from ledger_entry where subject_id = $1 order by at, id", [id])).rows.map(({ kind }) => kind);
    assert.deepEqual(kinds, ["knowledge.gap_published", "knowledge.gap_reopened", "knowledge.gap_dismissed"]);
  });

  test("the trace tells answer, ask back or decline with its reason, and asking back is in plain words", async () => {
    const evidenceOf = async (text: string) => {
      const visit = await app.visit();
      const { reply } = await visit.ask(text);
      const [turn] = (await sql.query<{ evidence: { kind: string; reason: string } }>("select s -> 'detail' -> 'evidence' as evidence from turn, jsonb_array_elements(stages) s where id = $1 and s ->> 'stage' = 'act'", [reply?.turnId])).rows;
      return { kind: turn?.evidence.kind, reason: turn?.evidence.reason ?? "", text: reply?.text ?? "", citations: reply?.citations.length };
    };
    const answer = await evidenceOf("How long do I have to return something?");
    assert.deepEqual([answer.kind, /^evidence 0\.\d\d/.test(answer.reason), answer.citations !== 0], ["answer", true, true], JSON.stringify(answer));
    const back = await evidenceOf("warranty");
    assert.equal(back.kind, "ask_back", JSON.stringify(back));
    assert.match(back.text, /^I found more than one thing this could be about\. Do you mean: ".+" or ".+"\?$/);
    const decline = await evidenceOf("Do you repair zeppelin propellers?");
    assert.deepEqual([decline.kind, decline.citations], ["decline", 0], JSON.stringify(decline));
    assert.match(decline.reason, /evidence|sentence|passage/);
  });

  test("articles that contradict each other, are outdated or serve nobody are found, can be dismissed, and go when they are mended", async () => {
    assert.equal((await ask("POST", "/knowledge/sources", { name: "manuals", kind: "upload", defaults: { audience: ["public"] } })).status, 200);
    await tell("glider.md", "# Glider rental\n\nA glider can be rented for 14 days. Helmets are free until 31 March 2025.\n");
    await tell("fleet.md", "# Our fleet\n\nA glider can be rented for 30 days.\n");
    await look();
    const [contradiction, ...others] = (await listFindings("contradiction")).filter(({ document }) => document.path.startsWith("manuals:"));
    assert.deepEqual(others, []);
    assert.deepEqual(new Set([contradiction?.passage, contradiction?.otherPassage]), new Set(["A glider can be rented for 14 days.", "A glider can be rented for 30 days."]));
    const outdated = await listFindings("outdated");
    assert.deepEqual(outdated.map(({ document, reason }) => [document.path, reason]), [["manuals:glider.md", "2025-03-31 has passed."]]);
    assert.equal((await ask("POST", `/knowledge/findings/${outdated[0]?.id ?? ""}/decision`, { decision: "dismissed" })).status, 200);
    await look();
    assert.deepEqual([(await listFindings("outdated")).length, (await listFindings("outdated", "dismissed")).length], [0, 1], "found again, it stays dismissed");
    await tell("fleet.md", "# Our fleet\n\nA glider can be rented for 14 days, as always.\n");
    await look();
    assert.deepEqual((await listFindings("contradiction")).filter(({ document }) => document.path.startsWith("manuals:")), [], "mended");

    assert.deepEqual(await listFindings("unused"), [], "nothing is old enough");
    await sql.query("update knowledge_change set made_at = $1", [new Date(Date.now() - 100 * DAY_MS)]);
    await (await app.visit()).ask("How long do I have to return something?");
    await look();
    const unused = (await listFindings("unused")).map(({ document }) => document.path);
    assert.ok(unused.includes("manuals:fleet.md"), JSON.stringify(unused));
    const cited = (await sql.query<{ path: string }>("select d.path from document d join document_use u on u.document_id = d.id and u.last_cited_at is not null where d.to_version is null")).rows.map(({ path }) => path);
    assert.ok(cited.length > 0 && cited.every((path) => !unused.includes(path)));
  });

  test("a passage that a person set right is found by what they said instead", async () => {
    const visit = await app.visit();
    const { reply } = await visit.ask("How long do I have to return something?");
    const documentId = reply?.citations[0]?.documentId ?? "";
    const said = /\d+ days/.exec(reply?.text ?? "")?.[0] ?? "";
    assert.notEqual(said, "");
    const sentence = reply?.text.split(/(?<=\.)\s/).find((each) => each.includes(said))?.replace(/\[\d\]/g, "") ?? "";
    await takeOver(visit, sentence.replaceAll(said, "99 days"));
    await look();
    const corrected = await listFindings("corrected");
    assert.deepEqual([...new Set(corrected.map(({ document }) => document.id))], [documentId], JSON.stringify({ said: reply?.text, sentence }));
    const { items } = z.object({ items: z.array(z.object({ kind: z.string(), became: z.string() })) }).parse((await ask("GET", `/knowledge/documents/${documentId}/corrections`)).json);
    assert.deepEqual([items[0]?.kind, items[0]?.became.includes("99 days")], ["contradicted", true]);
  });
});

test("drafts that a person rejects, or sends with another text, count against the passages they cite; a change of tone does not", async () => {
  await using shop = await startDraftsShop();
  const anna = await shop.agent("Anna");
  const headers = { ...(await shop.app.signIn()), "content-type": "application/json" };
  const drafted = async (question: string) => {
    const visit = await shop.app.visit();
    await shop.say(visit, question);
    return shop.drafted(visit, anna);
  };
  const decided = async (id: string, body: unknown) => assert.equal((await shop.decide(id, anna, body)).status, 200);
  const [toned, rejected, edited] = [await drafted("How long do I have to return something?"), await drafted("How long do I have to return something?"), await drafted("How long do I have to return something?")];
  assert.ok(toned.citations.length > 0);
  await decided(toned.id, { decision: "edited", text: `${toned.text} Have a nice day!` });
  await decided(rejected.id, { decision: "rejected", reason: "Wrong article." });
  await decided(edited.id, { decision: "edited", text: "Please see our shop's page, we cannot say." });
  assert.equal((await shop.app.request("/api/knowledge/upkeep", { method: "POST", headers })).status, 202);
  await until(async () => (await shop.sql.query("select 1 from knowledge_upkeep where ended_at is not null and error is null")).rows.length === 1);
  const { rows } = await shop.sql.query<{ kind: string }>("select distinct kind from passage_correction order by kind");
  assert.deepEqual(rows.map(({ kind }) => kind), ["draft_edited", "draft_rejected"]);
  const { items } = findings.parse(await (await shop.app.request("/api/knowledge/findings?kind=corrected", { headers })).json());
  assert.equal(items[0]?.document.id, rejected.citations[0]?.documentId);
  assert.match(items[0]?.reason ?? "", /set right 2 answers/);
  assert.deepEqual(z.object({ items: z.array(z.unknown()) }).parse(await (await shop.app.request("/api/knowledge/gaps", { headers })).json()).items, [], "what was drafted from evidence is no gap");
});
