import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ensureTenant } from "../../identity/identity.store.ts";
import { createFakeClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { publishDocuments, rollBack, type DocumentFile, type Publishing } from "./publish.ts";
import { listActive, listPublishes } from "./version.store.ts";
import { createPublishedVersions } from "./workflow-versions.ts";

const document = (name: string, version = "1.0.0"): DocumentFile => ({ file: `${name}.yaml`, text: `document: { dsl: '1.0.3', namespace: a, name: ${name}, version: '${version}' }\ndo:\n  - done: { set: { ok: true } }\n` });

describe("publishing", () => {
  let database: Database;
  let tenants = 0;
  let tenantId = "";
  before(async () => {
    const { owner } = await makeDatabase();
    await migrate(owner);
    database = openDatabase({ connectionString: owner, maxConnections: 8, log: createLog({ level: "error", isPretty: true }) });
  });
  after(() => database.close());

  const fresh = async () => {
    tenantId = `publish${(tenants += 1)}`;
    await ensureTenant(database, tenantId, tenantId);
  };
  const deps = (check: () => Promise<[]> = () => Promise.resolve([])) => ({ database, clock: createFakeClock(), check, onPublished: () => Promise.resolve() });
  const publish = (documents: readonly DocumentFile[], more: Partial<Publishing> = {}, check?: () => Promise<[]>) => publishDocuments(deps(check), { tenantId, documents, by: "cli", note: null, onlyIfNew: false, ...more });
  const atStart = async (...documents: DocumentFile[]) => (await publish(documents, { by: "start", onlyIfNew: true })).kind;
  const active = async () => (await listActive(database, tenantId)).map((each) => `${each.name} ${each.version}`);

  test("each publish names the knowledge that was served then", async () => {
    await fresh();
    await publish([document("one")]);
    await publish([document("one", "1.1.0")]);
    assert.deepEqual((await listPublishes(database, tenantId, 9)).map((each) => each.knowledge_snapshot), ["release:2", "release:1"]);
    assert.equal((await rollBack(deps(), { tenantId, to: null, by: "cli" })).knowledge_snapshot, "release:1");
  });

  test("a restart keeps what the console has published, until the folder changes", async () => {
    await fresh();
    assert.equal(await atStart(document("one")), "published");
    await publish([document("one", "1.1.0")], { by: "user:user_1", isAmongActive: true });
    assert.equal(await atStart(document("one")), "unchanged");
    assert.deepEqual(await active(), ["one 1.1.0"]);
    assert.equal(await atStart(document("one", "2.0.0")), "published");
    assert.deepEqual(await active(), ["one 2.0.0"]);
  });

  test("a restart keeps a rollback, and what was published after the console published the folder", async () => {
    await fresh();
    await atStart(document("one"));
    await publish([document("one", "1.1.0")], { by: "user:user_1" });
    await publish([document("one", "1.2.0")], { by: "user:user_1", isAmongActive: true });
    assert.equal(await atStart(document("one", "1.1.0")), "unchanged");
    await rollBack(deps(), { tenantId, to: "1", by: "cli" });
    assert.equal(await atStart(document("one", "1.1.0")), "unchanged");
    assert.deepEqual(await active(), ["one 1.0.0"]);
  });

  test("of two workflows with one name the namespace says which is meant", async () => {
    await fresh();
    const other = document("one");
    await publish([document("one"), document("two"), { file: "b.yaml", text: other.text.replace("namespace: a", "namespace: b") }]);
    const versions = createPublishedVersions({ database });
    assert.equal((await versions.oneActive(tenantId, "two")).namespace, "a");
    assert.equal((await versions.oneActive(tenantId, "one", "b")).namespace, "b");
    await assert.rejects(versions.oneActive(tenantId, "one"), /Several workflows are named "one"\. Say the namespace: a, b\./);
    await assert.rejects(versions.oneActive(tenantId, "one", "c"), /There is no workflow "one" in the namespace "c"/);
  });

  test("two documents that are published at the same time are both active", async () => {
    await fresh();
    await publish([document("one"), document("two"), document("three")]);
    const slow = () => new Promise<[]>((resolve) => setTimeout(() => resolve([]), 50));
    await Promise.all(["one", "two", "three"].map((name) => publish([document(name, "1.1.0")], { by: "user:user_1", isAmongActive: true }, slow)));
    assert.deepEqual(await active(), ["one 1.1.0", "three 1.1.0", "two 1.1.0"]);
  });

  test("a document that has changed needs a number that was never published with another text", async () => {
    await fresh();
    const changed = (version: string, more: string): DocumentFile => ({ file: "one.yaml", text: document("one", version).text + more });
    const byHand = (...documents: DocumentFile[]) => publish(documents, { needsNewNumbers: true });
    assert.equal((await byHand(document("one"), document("two"))).kind, "published");
    assert.equal((await byHand(document("one", "1.4.2"), document("two"))).kind, "published");
    const refused = await byHand(changed("1.0.0", "# more\n"), document("two"));
    assert.ok(refused.kind === "refused");
    assert.deepEqual(refused.taken.map(({ source, next }) => [source.file, next]), [["one.yaml", { patch: "1.4.3", minor: "1.5.0" }]]);
    assert.deepEqual(refused.findings.map(({ rule, place, advice }) => [rule, place.line, advice]), [["version-taken", 1, "Raise the version to 1.4.3 for a mended fault, or to 1.5.0 for something new."]]);
    assert.deepEqual(await active(), ["one 1.4.2", "two 1.0.0"], "nothing was changed");
    assert.equal((await byHand(document("one"), document("two"))).kind, "published", "an earlier text may be published again");
    assert.equal((await byHand(document("one"), document("two"))).kind, "unchanged");
    assert.equal((await publish([changed("1.0.0", "# more\n")], { by: "start", onlyIfNew: true })).kind, "published", "who tries things on a machine of their own is not held up");
  });

  test("a set without an active workflow is refused by name where that is not wanted", async () => {
    await fresh();
    await publish([document("one"), document("two")]);
    const refused = await publish([document("two"), document("new")], { mayRemove: false });
    assert.deepEqual(refused, { kind: "refused", findings: [], removed: ["a/one"], taken: [] });
    assert.deepEqual(await active(), ["one 1.0.0", "two 1.0.0"]);
    assert.equal((await publish([document("two"), document("new")], { mayRemove: true })).kind, "published");
    assert.deepEqual(await active(), ["new 1.0.0", "two 1.0.0"]);
  });
});
