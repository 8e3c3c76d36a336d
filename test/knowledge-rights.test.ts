import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { z } from "zod";
import { createClaimReader } from "../src/app/knowledge/claim-reader.ts";
import { listResources, readResource, searchKnowledge } from "../src/app/mcp/mcp-knowledge.ts";
import type { McpCaller } from "../src/app/mcp/mcp-caller.ts";
import { ensureTenant } from "../src/identity/identity.store.ts";
import { createEmbeddedIndex } from "../src/knowledge/adapters/embedded.ts";
import { answerExtractively } from "../src/knowledge/answer-extractive.ts";
import { getDocument } from "../src/knowledge/get-document.ts";
import { listDocuments } from "../src/knowledge/list-documents.ts";
import { listManagedDocuments, readManagedDocument } from "../src/knowledge/managed-document.store.ts";
import { loadPassages, retrieve } from "../src/knowledge/retrieve.ts";
import { closeDocuments, lockKnowledge, openVersion, putChunks, putDocuments } from "../src/knowledge/snapshots/version.store.ts";
import { makeDocument } from "../src/knowledge/sync/make-document.ts";
import { createTenantIndexes, type TenantIndexes } from "../src/knowledge/tenant-index.ts";
import { listFindings } from "../src/knowledge/upkeep/finding.store.ts";
import { findGap, listGaps } from "../src/knowledge/gaps/gap.store.ts";
import { HERE } from "../src/knowledge/sync/run-sync.ts";
import { runUpkeep } from "../src/knowledge/upkeep/run-upkeep.ts";
import { setDue } from "../src/knowledge/upkeep/upkeep.store.ts";
import type { LookDeps } from "../src/knowledge/upkeep/upkeep-deps.ts";
import type { TalkTurn } from "../src/knowledge/upkeep/talk.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLog } from "../src/lib/log.ts";
import { cacheKey } from "../src/models/cache/cache-key.ts";
import { createStoredCache } from "../src/models/cache/answer-cache.store.ts";
import type { ModelRequest } from "../src/models/model.ts";
import { openDatabase, type Database } from "../src/storage/database.ts";
import { migrate } from "../src/storage/migrate.ts";
import { storageUnavailable } from "../src/storage/storage.errors.ts";
import { makeDatabase, startTestApp } from "./start-test-app.ts";

const AUDIENCES = ["public", "member", "partner", "staff"];
const TENANTS = ["acme", "birch", "cedar"];
const TOPICS = ["zeppelin anchor", "glacier rope", "harbour lantern"];

type Given = { tenant: string; topic: string; audience: string[]; days: number };
type Doc = Given & { id: string; mark: string; isGone: boolean };

const given = fc.record({ tenant: fc.constantFrom(...TENANTS), topic: fc.constantFrom(...TOPICS), audience: fc.subarray(AUDIENCES, { minLength: 1 }), days: fc.integer({ min: 1, max: 60 }) });
const asker = fc.record({ tenant: fc.constantFrom(...TENANTS), audiences: fc.subarray(AUDIENCES, { minLength: 1 }), topic: fc.constantFrom(...TOPICS) });
const change = fc.record({ at: fc.nat(), audience: fc.option(fc.subarray(AUDIENCES, { minLength: 1 })) });

describe("no foreign passage, by any route", () => {
  const log = createLog({ level: "error", isPretty: true });
  const index = createEmbeddedIndex();
  let database: Database;
  let indexes: TenantIndexes;
  let runs = 0;

  before(async () => {
    const { owner } = await makeDatabase();
    await migrate(owner);
    database = openDatabase({ connectionString: owner, maxConnections: 4, log });
    indexes = createTenantIndexes({ database, index, clock: systemClock });
  });
  after(async () => {
    await index.close();
    await database.close();
  });

  /** A look that dies after so many steps, in the middle of the next one's answer: done, but not known to be. */
  async function isDone(deps: LookDeps, tenantId: string, steps: number): Promise<boolean> {
    let made = 0;
    const dying: typeof HERE = {
      async step(_, work) {
        const value = await work(new AbortController().signal);
        if ((made += 1) > steps) throw storageUnavailable();
        return value;
      },
    };
    return runUpkeep(deps, dying, { tenantId }).then(() => true, () => false);
  }

  /** Every run has tenants of its own. */
  const tenantOf = (run: number, name: string) => `${name}-${run}`;

  async function serve(run: number, doc: Given, place: number): Promise<Doc> {
    const tenantId = tenantOf(run, doc.tenant);
    const mark = `mark${doc.tenant}${place}x`;
    const content = { kind: "record" as const, title: `About the ${doc.topic}`, body: `The ${doc.topic} can be rented for ${doc.days} days. It is known as ${mark}.`, isHtml: false, language: "en", updatedAt: "2026-01-01T00:00:00.000Z", product: null, brand: null };
    const made = await makeDocument({ parse: () => Promise.resolve({ kind: "refused", code: "unsupported", reason: "none" }) }, { tenantId, sourceId: "articles", defaults: { audience: doc.audience }, item: { item: `doc-${place}`, fingerprint: null, uri: null }, content, fingerprint: null, nowMs: systemClock.nowMs() });
    assert.equal(made.kind, "made");
    if (made.kind !== "made") throw new Error("unreachable");
    await database.transaction(tenantId, async (query) => {
      await lockKnowledge(query, tenantId);
      await putDocuments(query, tenantId, await openVersion(query, tenantId, { reason: "sync", subject: null, by: "test", at: new Date() }), [made.document]);
      await putChunks(query, tenantId, [{ documentId: made.document.id, revision: made.document.revision, chunks: made.chunks }]);
    });
    indexes.onKnowledgeChanged(tenantId);
    return { ...doc, id: made.document.id, mark, isGone: false };
  }

  async function remove(run: number, doc: Doc): Promise<void> {
    const tenantId = tenantOf(run, doc.tenant);
    await database.transaction(tenantId, async (query) => {
      await lockKnowledge(query, tenantId);
      await closeDocuments(query, tenantId, await openVersion(query, tenantId, { reason: "sync", subject: null, by: "test", at: new Date() }), [doc.id]);
    });
    indexes.onKnowledgeChanged(tenantId);
  }

  const isFor = (doc: Doc, who: { tenant: string; audiences: readonly string[] }) => doc.tenant === who.tenant && doc.audience.some((each) => who.audiences.includes(each));

  /** Everything the routes give this asker, as text, and what of it may be there. `ids`: of every chunk of every tenant there ever was. */
  async function askEverywhere(run: number, who: { tenant: string; audiences: string[]; topic: string }, docs: readonly Doc[], chunkIds: readonly string[]): Promise<{ live: string; kept: string; found: string[] }> {
    const tenantId = tenantOf(run, who.tenant);
    const { audiences } = who;
    const knowledge = { database, index, indexes };
    const query = `How long can the ${who.topic} be rented? ${docs.map(({ mark }) => mark).join(" ")}`;
    const passages = await retrieve(knowledge, { tenantId, audiences, query, limit: 50 });
    const answer = answerExtractively({ question: `How long can the ${who.topic} be rented?`, passages });
    const policy = { id: "test", hash: "test", decide: ({ resource }: { resource: { id: string } }) => (audiences.includes(resource.id) ? { effect: "allow" as const, rules: [] } : { effect: "deny" as const, rules: [], reason: "not yours", needsPerson: false }) };
    const app = { policy: { ...policy, mayAllow: () => false, parentTypes: () => [] }, workspace: { audiences: AUDIENCES }, knowledge, database, clock: systemClock };
    const caller: McpCaller = { tenantId, principal: { type: "ApiKey", id: "key_test" }, isVerified: false, contact: null, conversationId: null };
    const mcp = await searchKnowledge({ ...app, turns: { knowledge } }, caller, { query, limit: 20 });
    const listed = await listResources({ ...app, turns: { knowledge } }, caller, undefined);
    const read = await Promise.all(docs.map(({ id }) => readResource({ ...app, turns: { knowledge } }, caller, `baton://documents/${id}`).catch(() => null)));
    const documents = await Promise.all(docs.map(({ id }) => getDocument({ database }, { tenantId, audiences, id })));
    const heads = await listDocuments({ database }, { tenantId, audiences, after: null, limit: 100 });
    const kept = await loadPassages({ database }, { tenantId, audiences, chunkIds });
    return { live: JSON.stringify([passages, answer, mcp, listed, read, documents, heads]), kept: JSON.stringify(kept), found: passages.map(({ documentId }) => documentId) };
  }

  test("search, citation, document page, MCP and replayed passages show an asker their tenant's and audiences' texts only, also right after a change", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(given, { minLength: 2, maxLength: 7 }), fc.array(change, { maxLength: 3 }), fc.array(asker, { minLength: 1, maxLength: 3 }), async (given, changes, askers) => {
        const run = (runs += 1);
        for (const name of TENANTS) await ensureTenant(database, tenantOf(run, name), name);
        const docs: Doc[] = [];
        for (const [place, each] of given.entries()) docs.push(await serve(run, each, place));
        const look = async () => {
          const chunkIds = (await Promise.all(TENANTS.map((name) => database.query(tenantOf(run, name), { name: "test_chunks", text: "select id from chunk where tenant_id = $1" }, [tenantOf(run, name)])))).flat().map((row) => String(row["id"]));
          for (const who of askers) {
            const shown = await askEverywhere(run, who, docs, chunkIds);
            for (const doc of docs) {
              const isIn = (text: string) => text.includes(`known as ${doc.mark}`) || text.includes(doc.id);
              assert.ok(isFor(doc, who) || !isIn(shown.kept), `${who.tenant} ${who.audiences.join()} was shown a chunk of ${doc.tenant} ${doc.audience.join()}`);
              assert.ok((isFor(doc, who) && !doc.isGone) || !isIn(shown.live), `${who.tenant} ${who.audiences.join()} was shown ${doc.tenant} ${doc.audience.join()}`);
              if (isFor(doc, who) && !doc.isGone) assert.ok(shown.found.includes(doc.id) || docs.some((other) => other !== doc && other.topic === doc.topic && other.tenant === doc.tenant), "what is for the asker is found");
            }
          }
        };
        await look();
        for (const { at, audience } of changes) {
          const place = at % docs.length;
          const doc = docs[place];
          if (doc === undefined || doc.isGone) continue;
          if (audience === null) await remove(run, doc);
          docs[place] = audience === null ? { ...doc, isGone: true } : await serve(run, { ...doc, audience }, place);
          await look();
        }
      }),
      {
        numRuns: 25,
        // Closed to partners, then removed: it does not open to them again.
        examples: [[[{ tenant: "birch", topic: "zeppelin anchor", audience: ["partner", "staff"], days: 1 }, { tenant: "acme", topic: "zeppelin anchor", audience: ["staff"], days: 1 }], [{ at: 0, audience: ["staff"] }, { at: 0, audience: null }], [{ tenant: "birch", audiences: ["partner"], topic: "zeppelin anchor" }]]],
      },
    );
  });

  test("gaps, findings and the pages of those who keep the knowledge are of one tenant, the same after a look that died at every step, and a contradiction is between articles the same people may read", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(given, { minLength: 2, maxLength: 8 }), async (given) => {
        const run = (runs += 1);
        for (const name of TENANTS) await ensureTenant(database, tenantOf(run, name), name);
        const docs: Doc[] = [];
        for (const [place, each] of given.entries()) docs.push(await serve(run, each, place));
        const gapIds: string[] = [];
        for (const name of TENANTS) {
          const tenantId = tenantOf(run, name);
          const turn = (place: number): TalkTurn => ({ turnId: `turn_${name}${run}${place}`, conversationId: "conv_1", caseId: null, contactId: `cont_${place}`, names: [], text: `Is the secret${name} zeppelin waterproof?`, parts: ["knowledge"], isHandedOff: true, handoffReason: "evidence.missing", evidence: null, toolCalls: 0, foundChunkIds: [], citations: [], startedAt: new Date(1_790_000_000_000 + place).toISOString() });
          await setDue(database, tenantId, { nextAt: new Date(), isForced: true });
          const deps = {
            database, clock: systemClock, log, talks: { turns: () => Promise.resolve([turn(1), turn(2)]), replies: () => Promise.resolve([]), corrections: () => Promise.resolve([]) },
            claims: createClaimReader(), redact: (text: string) => text, embedder: null, improve: null, search: { index, indexes },
          };
          for (let steps = 0; !(await isDone(deps, tenantId, steps)); ) steps += 1;
          assert.equal(await runUpkeep(deps, HERE, { tenantId }), "done", "again changes nothing");
          const gaps = await listGaps(database, tenantId, { status: "open", after: null, limit: 50 });
          assert.deepEqual(gaps.map((gap) => [gap.subject, gap.people, gap.questions]), [[`Is the secret${name} zeppelin waterproof?`, 2, 2]]);
          gapIds.push(...gaps.map(({ id }) => id));
        }
        for (const name of TENANTS) {
          const tenantId = tenantOf(run, name);
          const seen = (await Promise.all(gapIds.map((id) => findGap(database, tenantId, id)))).filter((gap) => gap !== null);
          assert.deepEqual(seen.map(({ subject }) => subject), [`Is the secret${name} zeppelin waterproof?`]);
          const own = new Map(docs.filter((doc) => doc.tenant === name).map((doc) => [doc.id, doc]));
          const findings = await listFindings(database, tenantId, { kind: "contradiction", status: "open", after: null, limit: 50 });
          for (const { document, other } of findings) {
            const [one, two] = [own.get(document.id), own.get(other?.id ?? "")];
            assert.ok(one !== undefined && two !== undefined && one.audience.some((each) => two.audience.includes(each)));
          }
          const pairs = [...own.values()].flatMap((one, at, all) => all.slice(at + 1).filter((two) => one.topic === two.topic && one.days !== two.days && one.audience.some((each) => two.audience.includes(each))));
          assert.equal(findings.length > 0, pairs.length > 0, "what contradicts each other is found");
          assert.ok((await listManagedDocuments(database, tenantId, { sourceId: null, query: null, after: null, limit: 100 })).every(({ id }) => own.has(id)));
          for (const doc of docs) assert.equal((await readManagedDocument(database, tenantId, { id: doc.id, version: null })) !== null, own.has(doc.id));
        }
      }),
      { numRuns: 12 },
    );
  });

  test("a kept answer is given to the very same rights of the same tenant only", async () => {
    const cache = createStoredCache({ database, clock: systemClock, ttlSeconds: 600 });
    const run = (runs += 1);
    for (const name of TENANTS) await ensureTenant(database, tenantOf(run, name), name);
    const request = (who: { tenant: string; audiences: string[] }, mark = ""): ModelRequest => ({
      context: { tenantId: tenantOf(run, who.tenant), purpose: "reply", dataClasses: [], audiences: who.audiences, cache: "exact" }, messages: [{ role: "system", text: "Answer." }, { role: "user", text: `How long can it be rented?${mark}` }], tools: [], maxOutputTokens: 100, temperature: 0, signal: new AbortController().signal,
    });
    const rights = (who: { tenant: string; audiences: string[] }) => `${who.tenant} ${who.audiences.toSorted().join()}`;
    let marks = 0;
    await fc.assert(
      fc.asyncProperty(asker, asker, async (keeper, reader) => {
        const mark = ` ${(marks += 1)}`;
        const [kept, read] = [cacheKey(request(keeper, mark), false), cacheKey(request(reader, mark), false)];
        assert.ok(kept !== null && read !== null);
        await cache.keep(tenantOf(run, keeper.tenant), kept, { text: "For members: 14 days.", usage: { promptTokens: 1, completionTokens: 1, isEstimated: true }, served: { modelId: "m", provider: "p", costMicroUsd: 0 } }, null);
        assert.equal((await cache.find(tenantOf(run, reader.tenant), read)) !== null, rights(keeper) === rights(reader));
      }),
      { numRuns: 60 },
    );
  });
});

describe("rights in the whole product", () => {
  test("no trace, reply or citation of a visitor names an article that is not for them, and without rights a search is blocked and in the ledger", async () => {
    await using app = await startTestApp();
    const sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
    try {
      const { rows } = await sql.query<{ id: string; title: string; audience: string[] }>("select id, title, audience from document where to_version is null and not audience && '{public}' order by id limit 6");
      assert.ok(rows.length > 3, "the shop has articles for its staff");
      for (const { title } of rows) await (await app.visit()).ask(`${title}?`);
      const traced = await sql.query("select c.document_id from turn t cross join lateral jsonb_array_elements(t.stages) s cross join lateral jsonb_array_elements(s -> 'detail' -> 'passages') p join chunk c on c.id = p ->> 'chunkId' where s ->> 'stage' = 'act'");
      assert.ok(traced.rows.length > 0, "passages are in the trace");
      const shown = await sql.query("select 1 from document d where d.id = any($1) and not d.audience && '{public}'", [traced.rows.map((row: { document_id: string }) => row.document_id)]);
      assert.equal(shown.rows.length, 0, "a staff article was searched for a visitor");
      const cited = await sql.query("select 1 from message m cross join lateral jsonb_array_elements(m.citations) c join document d on d.id = c ->> 'documentId' where not d.audience && '{public}'");
      assert.equal(cited.rows.length, 0);

      const parts = app.running.app;
      const caller: McpCaller = { tenantId: parts.workspace.tenantId, principal: { type: "ApiKey", id: "key_nobody" }, isVerified: false, contact: null, conversationId: null };
      const nobody = { ...parts, workspace: { ...parts.workspace, audiences: [] } };
      await assert.rejects(searchKnowledge(nobody, caller, { query: "returns" }), /Unknown tool/);
      parts.turns.audiences = [];
      const visit = await app.visit();
      const { reply } = await visit.ask("How long do I have to return something?");
      assert.match(reply?.text ?? "", /won't guess/);
      const blocked = await sql.query<{ actor: string; subject_id: string }>("select actor, subject_id from ledger_entry where kind = 'knowledge.search_blocked' order by at, id");
      assert.deepEqual(new Map(blocked.rows.map(({ actor, subject_id }) => [actor.split(":")[0], subject_id])), new Map([["key", "key_nobody"], ["contact", visit.conversationId]]));
      assert.equal(blocked.rows.length, 2);
      const evidence = z.object({ reason: z.string() }).parse((await sql.query("select s -> 'detail' -> 'evidence' as evidence from turn, jsonb_array_elements(stages) s where id = $1 and s ->> 'stage' = 'act'", [reply?.turnId])).rows[0]?.["evidence"]);
      assert.match(evidence.reason, /blocked/);
    } finally {
      await sql.end();
    }
  });
});
