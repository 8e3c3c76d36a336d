import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { startScriptedModel, type ScriptedModelServer } from "../../../test/scripted-model.ts";
import { startTestApp, type TestApp } from "../../../test/start-test-app.ts";
import { createKey } from "../../identity/authenticate.ts";
import { ensureTenant } from "../../identity/identity.store.ts";
import { closeDocuments, lockKnowledge, openVersion, putChunks, putDocuments } from "../../knowledge/snapshots/version.store.ts";
import { makeDocument } from "../../knowledge/sync/make-document.ts";
import type { PolicyRequest } from "../../policy/policy.ts";
import { createGateway, type Gateway } from "./gateway.ts";

const AUDIENCES = ["public", "member", "partner", "staff"];
const TENANTS = ["acme", "birch"];
const TOPICS = ["zeppelin anchor", "glacier rope", "harbour lantern"];

type Given = { tenant: string; topic: string; audience: string[]; days: number };
type Doc = Given & { id: string; mark: string; isGone: boolean };
type Asker = { tenant: string; audiences: string[]; topic: string };

const given = fc.record({ tenant: fc.constantFrom(...TENANTS), topic: fc.constantFrom(...TOPICS), audience: fc.subarray(AUDIENCES, { minLength: 1 }), days: fc.integer({ min: 1, max: 60 }) });
const asker = fc.record({ tenant: fc.constantFrom(...TENANTS), audiences: fc.subarray(AUDIENCES), topic: fc.constantFrom(...TOPICS) });
const change = fc.record({ at: fc.nat(), audience: fc.option(fc.subarray(AUDIENCES, { minLength: 1 })) });

describe("no foreign passage by the gateway", () => {
  let app: TestApp;
  let model: ScriptedModelServer;
  let folder: string;
  let gateway: Gateway;
  let server: Server;
  let url: string;
  let runs = 0;
  const audiencesOf = new Map<string, readonly string[]>();

  before(async () => {
    // The worst model: it says all that it was told, as if the articles stood in its answer word by word.
    model = await startScriptedModel((request) => [{ text: [...request.raw.matchAll(/The [a-z ]+ can be rented for \d+ days\. It is known as \w+\./g)].map(([sentence]) => `${sentence} [1]`).join(" ") || "Nothing." }]);
    folder = await mkdtemp(join(tmpdir(), "baton-gateway-"));
    await cp("examples/shop", folder, { recursive: true });
    await writeFile(join(folder, "models.yaml"), ["models:", `  - { name: house, provider: openai-compatible, url: "${model.url}", handling: inside, abilities: [text, stream] }`, "routes:", "  default: [house]", "cache: { personal: true }"].join("\n"));
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
    const parts = app.running.app;
    const decide = ({ principal, action, resource }: PolicyRequest) => (action === "readAudience" && audiencesOf.get(principal.id)?.includes(resource.id) === true ? { effect: "allow" as const, rules: [] } : { effect: "deny" as const, rules: [], reason: "not yours", needsPerson: false });
    gateway = createGateway({ ...parts, policy: { ...parts.policy, decide }, workspace: { ...parts.workspace, audiences: AUDIENCES }, identity: { ...parts.identity, serves: () => true } });
    server = createServer((request, response) => gateway.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await gateway[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Every run has tenants of its own. */
  const tenantOf = (run: number, name: string) => `${name}-${run}`;

  async function serve(run: number, doc: Given, place: number): Promise<Doc> {
    const { database } = app.running.app;
    const tenantId = tenantOf(run, doc.tenant);
    const mark = `mark${doc.tenant}${place}x`;
    const content = { kind: "record" as const, title: `About the ${doc.topic}`, body: `The ${doc.topic} can be rented for ${doc.days} days. It is known as ${mark}.`, isHtml: false, language: "en", updatedAt: "2026-01-01T00:00:00.000Z", product: null, brand: null };
    const made = await makeDocument({ parse: () => Promise.resolve({ kind: "refused", code: "unsupported", reason: "none" }) }, { tenantId, sourceId: "articles", defaults: { audience: doc.audience }, item: { item: `doc-${place}`, fingerprint: null, uri: null }, content, fingerprint: null, nowMs: Date.now() });
    if (made.kind !== "made") throw new Error("a record makes a document");
    await inNextVersion(tenantId, async (query, version) => {
      await putDocuments(query, tenantId, version, [made.document]);
      await putChunks(query, tenantId, [{ documentId: made.document.id, revision: made.document.revision, chunks: made.chunks }]);
    });
    app.running.app.turns.knowledge.indexes.onKnowledgeChanged(tenantId);
    return { ...doc, id: made.document.id, mark, isGone: false };

    async function inNextVersion(tenant: string, work: (query: Parameters<typeof lockKnowledge>[0], version: number) => Promise<void>) {
      await database.transaction(tenant, async (query) => {
        await lockKnowledge(query, tenant);
        await work(query, await openVersion(query, tenant, { reason: "sync", subject: null, by: "test", at: new Date() }));
      });
    }
  }

  async function remove(run: number, doc: Doc): Promise<void> {
    const tenantId = tenantOf(run, doc.tenant);
    await app.running.app.database.transaction(tenantId, async (query) => {
      await lockKnowledge(query, tenantId);
      await closeDocuments(query, tenantId, await openVersion(query, tenantId, { reason: "sync", subject: null, by: "test", at: new Date() }), [doc.id]);
    });
    app.running.app.turns.knowledge.indexes.onKnowledgeChanged(tenantId);
  }

  const isFor = (doc: Doc, who: Asker) => doc.tenant === who.tenant && !doc.isGone && doc.audience.some((each) => who.audiences.includes(each));

  /** Everything the gateway gives this key, and everything a model was told for it. */
  async function askEverywhere(key: string, { topic }: Asker, docs: readonly Doc[]): Promise<{ said: string[]; told: string; statuses: number[] }> {
    const question = `How long can the ${topic} be rented? ${docs.map(({ mark }) => mark).join(" ")}`;
    const messages = [{ role: "user", content: question }];
    const before = model.requests.length;
    const asked: [path: string, body: object, headers: Record<string, string>][] = [
      ["chat/completions", { model: "baton/support", messages }, {}], ["chat/completions", { model: "baton/support", messages, stream: true }, { "x-baton-cache": "exact" }],
      ["chat/completions", { model: "house", messages }, { "x-baton-knowledge": "on", "x-baton-cache": "exact", "x-baton-data": "none" }], ["chat/completions", { model: "baton/auto", messages, stream: true }, { "x-baton-knowledge": "on" }],
      ["responses", { model: "baton/support", input: question }, { "x-baton-cache": "exact" }], ["responses", { model: "baton/support", input: question, stream: true }, {}],
      // The same words without the articles: a kept answer must not come out here.
      ["chat/completions", { model: "house", messages }, { "x-baton-cache": "exact", "x-baton-data": "none" }], ["embeddings", { model: "baton/embedding", input: question }, {}],
    ];
    const answers = await Promise.all(asked.map(async ([path, body, headers]) => {
      const answer = await fetch(`${url}/v1/${path}`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...headers }, body: JSON.stringify(body) });
      return { status: answer.status, text: await answer.text() };
    }));
    return { said: answers.map(({ text }) => text), told: model.requests.slice(before).map(({ raw }) => raw).join("\n"), statuses: answers.map(({ status }) => status) };
  }

  test("whatever a key asks, by whatever route, it is told and its model is told the articles of its tenant and audiences only, also right after a change", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(given, { minLength: 2, maxLength: 6 }), fc.array(change, { maxLength: 2 }), fc.array(asker, { minLength: 2, maxLength: 3 }), async (given, changes, askers) => {
        const { database, identity } = app.running.app;
        const run = (runs += 1);
        for (const name of TENANTS) await ensureTenant(database, tenantOf(run, name), name);
        const docs: Doc[] = [];
        for (const [place, each] of given.entries()) docs.push(await serve(run, each, place));
        const keys = await Promise.all(askers.map(async (who) => {
          const key = await createKey(identity, tenantOf(run, who.tenant), "a test", ["gateway", "vouch"]);
          audiencesOf.set(key.split(".")[2] ?? "", who.audiences);
          return { key, who };
        }));
        const look = async () => {
          for (const { key, who } of keys) {
            const { said, told, statuses } = await askEverywhere(key, who, docs);
            for (const doc of docs) {
              if (isFor(doc, who)) continue;
              const shown = [...said, told].find((text) => text.includes(`known as ${doc.mark}`) || text.includes(doc.id));
              assert.equal(shown, undefined, `${who.tenant} ${who.audiences.join()} was shown ${doc.tenant} ${doc.audience.join()}`);
            }
            assert.deepEqual(statuses.slice(0, 6), Array.from({ length: 6 }, () => (who.audiences.length === 0 ? 403 : 200)));
            const about = docs.filter((doc) => isFor(doc, who) && doc.topic === who.topic);
            if (about[0] === undefined || about.length > 1) continue;
            answered += 1;
            for (const text of said.slice(0, 6)) assert.ok(text.includes(`rented for ${about[0].days} days`), `what is for the asker is said: ${text}`);
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
      { numRuns: 15 },
    );
    assert.ok(answered > 0 && model.requests.length > 0);
  });
});
