import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeDatabase } from "../../test/start-test-app.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import { openDatabase, type Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createFileKeys } from "./adapters/file-keys.ts";
import { createSettingKeys } from "./adapters/setting-keys.ts";
import { listCredentials } from "./credential.store.ts";
import { readSecret, removeSecret, rewrapSecrets, setSecret } from "./credentials.ts";
import type { KeyStore } from "./key-store.ts";
import { createSharedTokens } from "./shared-tokens.ts";

const log = createLog({ level: "error", isPretty: true });
let database: Database;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-keys-"));
  const { owner } = await makeDatabase();
  await migrate(owner);
  database = openDatabase({ connectionString: owner, maxConnections: 8, log });
  for (const tenantId of ["acme", "globex"]) await ensureTenant(database, tenantId, tenantId);
});
after(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const key = () => randomBytes(32).toString("base64");
const STORES: Record<string, () => KeyStore> = { file: () => createFileKeys(join(folder, "contract.json")), setting: () => createSettingKeys(`${OPERATOR_KEY}\n${key()}`) };
const OPERATOR_KEY = key();

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: what one process wraps another unwraps, in its own place only`, async () => {
    const dataKey = randomBytes(32);
    const wrapped = await open().wrap(dataKey, "here");
    assert.deepEqual(Buffer.from(await open().unwrap(wrapped, "here")), dataKey);
    await assert.rejects(open().unwrap(wrapped, "there"), { code: "credentials.not_readable" });
    await assert.rejects(open().unwrap({ ...wrapped, keyId: "key_gone" }, "here"), { code: "credentials.key_unknown" });
    assert.ok(!Buffer.from(wrapped.wrappedKey, "base64").includes(dataKey));
  });
}

test("the key file is readable by its owner only, and processes that begin at once agree on one key", async () => {
  const path = join(folder, "new", "keys.json");
  const ids = await Promise.all(Array.from({ length: 8 }, () => createFileKeys(path).currentKeyId()));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("a key of the wrong size is refused in words", () => {
  assert.throws(() => createSettingKeys("c2hvcnQ="), { code: "credentials.key_unknown", message: /32 bytes in base64/ });
});

test("a secret is sealed in the database, cannot be put in another's place, and is told by name only", async () => {
  const deps = { database, keys: createFileKeys(join(folder, "a.json")), clock: systemClock };
  await setSecret(deps, "acme", { name: "shop_token", value: "sk-very-secret", by: "user:ada" });
  await setSecret(deps, "acme", { name: "other", value: "another", by: "user:ada" });
  assert.equal(await readSecret(deps, "acme", "shop_token"), "sk-very-secret");
  assert.equal(await readSecret(deps, "globex", "shop_token"), null);
  const rows = JSON.stringify(await database.query("acme", { name: "test_all", text: "select c.*, l.body from credential c, ledger_entry l" }, []));
  assert.ok(!rows.includes("sk-very-secret") && rows.includes("shop_token"));
  await database.query("acme", { name: "test_swap", text: "update credential a set key_id = b.key_id, wrapped_key = b.wrapped_key, sealed = b.sealed from credential b where a.name = 'other' and b.name = 'shop_token'" }, []);
  await assert.rejects(readSecret(deps, "acme", "other"), { code: "credentials.not_readable" });
  assert.equal(await removeSecret(deps, "acme", { name: "other", by: "user:ada" }), true);
  assert.equal(await removeSecret(deps, "acme", { name: "other", by: "user:ada" }), false);
});

test("after a rotation every secret is under the new key, and a process that held the old one reads on", async () => {
  const path = join(folder, "b.json");
  const old = { database, keys: createFileKeys(path), clock: systemClock };
  await setSecret(old, "globex", { name: "token", value: "kept", by: "user:ada" });
  const operator = { ...old, keys: createFileKeys(path) };
  const fresh = await operator.keys.rotate();
  assert.equal(await rewrapSecrets(operator, "globex", "user:ada"), 1);
  assert.equal(await rewrapSecrets(operator, "globex", "user:ada"), 0);
  assert.deepEqual((await listCredentials(database, "globex")).map((each) => each.keyId), [fresh]);
  assert.equal(await readSecret(old, "globex", "token"), "kept");
  assert.equal(JSON.parse(await readFile(path, "utf8")).length, 2);
});

test("processes that want the same token at once ask the authority once, and anew when it was refused", async () => {
  const keys = createFileKeys(join(folder, "c.json"));
  const processes = Array.from({ length: 4 }, () => createSharedTokens({ database, keys, clock: systemClock }));
  const at = { tenantId: "acme", key: "crm" };
  let asked = 0;
  const obtain = async () => {
    asked += 1;
    const token = `token-${asked}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { token, freshUntilMs: Date.now() + 60_000 };
  };
  const tokens = await Promise.all(processes.flatMap((each) => Array.from({ length: 10 }, () => each.get(at, obtain))));
  assert.deepEqual([new Set(tokens), asked], [new Set(["token-1"]), 1]);
  const dropped = await Promise.all(processes.map((each) => each.drop(at, "token-1")));
  assert.ok(dropped.every(Boolean));
  assert.deepEqual(new Set(await Promise.all(processes.map((each) => each.get(at, obtain)))), new Set(["token-2"]));
  assert.equal(await processes[0]?.drop(at, "token-1"), false);
});

test("an authority that gives nothing is asked again by the next one", async () => {
  const tokens = createSharedTokens({ database, keys: createFileKeys(join(folder, "d.json")), clock: systemClock });
  const at = { tenantId: "acme", key: "erp" };
  await assert.rejects(tokens.get(at, () => Promise.reject(new Error("503"))), /503/);
  assert.equal(await tokens.get(at, () => Promise.resolve({ token: "t", freshUntilMs: Date.now() + 1_000 })), "t");
});

test("whoever asks longer than a lease lasts ends nobody else's", async () => {
  const keys = createFileKeys(join(folder, "e.json"));
  const late = { ms: 0 };
  const processes = Array.from({ length: 3 }, () => createSharedTokens({ database, keys, clock: { nowMs: () => systemClock.nowMs() + late.ms } }));
  const at = { tenantId: "acme", key: "slow" };
  let asked = 0;
  const answers: { give(token: string): void; fail(): void }[] = [];
  const obtain = () => new Promise<{ token: string; freshUntilMs: number }>((resolve, reject) => {
    asked += 1;
    answers.push({ give: (token) => resolve({ token, freshUntilMs: Date.now() + 3_600_000 }), fail: () => reject(new Error("timeout")) });
  });
  const untilAsked = async (times: number) => {
    while (asked < times) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const first = processes[0]?.get(at, obtain);
  await untilAsked(1);
  late.ms = 40_000;
  const second = processes[1]?.get(at, obtain);
  await untilAsked(2);
  answers[0]?.fail();
  await assert.rejects(first ?? Promise.resolve(), /timeout/);
  const third = processes[2]?.get(at, obtain);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(asked, 2, "the second one's lease stands");
  answers[1]?.give("fresh");
  assert.deepEqual(await Promise.all([second, third]), ["fresh", "fresh"]);
});

test("a key file that could not be read once is read again", async () => {
  const path = join(folder, "late.json");
  const wrapped = await createFileKeys(path).wrap(randomBytes(32), "here");
  const whole = await readFile(path, "utf8");
  await writeFile(path, whole.slice(0, 10));
  const keys = createFileKeys(path);
  await assert.rejects(keys.unwrap(wrapped, "here"), { code: "credentials.keys_away" });
  await writeFile(path, whole);
  assert.equal((await keys.unwrap(wrapped, "here")).byteLength, 32);
});
