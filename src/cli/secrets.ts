import { createInterface } from "node:readline/promises";
import { readConfig } from "../app/config.ts";
import { openKeys } from "../app/open-keys.ts";
import { listCredentials } from "../credentials/credential.store.ts";
import { removeSecret, rewrapSecrets, setSecret } from "../credentials/credentials.ts";
import { rewrapLedgerKeys } from "../credentials/ledger-signer.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { openStore, type OpenStore } from "./open-store.ts";
import { advise } from "./advise.ts";

const BY = "cli";
const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;

/** `secrets set NAME`: the value comes from standard input, so that it stands in no history and no process list. */
export async function setSecretCommand(args: readonly string[]): Promise<number> {
  const [name] = args;
  if (name === undefined || !NAME.test(name) || args.length > 1) return advise("Name the secret, and give its value on standard input: printf %s \"$TOKEN\" | baton secrets set shop_token");
  const value = await readValue(name);
  if (value === "") return advise("The value is empty: nothing was set.");
  await using store = await openStore();
  // A secret may be set before the first start.
  await ensureTenant(store.database, store.tenantId, store.workspace.tenantName);
  await setSecret(depsOf(store), store.tenantId, { name, value, by: BY });
  process.stdout.write(`${name} is set.\n`);
  return 0;
}

/** `secrets list`: names, never values. */
export async function listSecretsCommand(): Promise<number> {
  await using store = await openStore();
  const found = await listCredentials(store.database, store.tenantId);
  if (found.length === 0) process.stdout.write("No secret is stored. Set one: printf %s \"$TOKEN\" | baton secrets set shop_token\n");
  const width = Math.max(0, ...found.map((each) => each.name.length));
  for (const each of found) process.stdout.write(`${each.name.padEnd(width)}  set ${each.updatedAt.slice(0, 16).replace("T", " ")} by ${each.updatedBy}, under ${each.keyId}\n`);
  return 0;
}

/** `secrets remove NAME`. */
export async function removeSecretCommand(args: readonly string[]): Promise<number> {
  const [name] = args;
  if (name === undefined) return advise("Name the secret: baton secrets remove shop_token");
  await using store = await openStore();
  if (await removeSecret(depsOf(store), store.tenantId, { name, by: BY })) {
    process.stdout.write(`${name} is removed.\n`);
    return 0;
  }
  return advise(`There is no secret "${name}". See \`baton secrets list\`.`);
}

/** `keys rotate`: a new master key, and every secret under it. `--rewrap`: only the second, when the keys come from BATON_MASTER_KEYS. */
export async function rotateKeysCommand(args: readonly string[]): Promise<number> {
  await using store = await openStore();
  const deps = depsOf(store);
  const keyId = args.includes("--rewrap") ? await deps.keys.currentKeyId() : await deps.keys.rotate();
  const count = await rewrapSecrets(deps, store.tenantId, BY);
  await rewrapLedgerKeys(deps, store.tenantId);
  process.stdout.write(`${count} ${count === 1 ? "secret is" : "secrets are"} now under ${keyId}. The older keys stay in the key store, for backups.\n`);
  return 0;
}

function depsOf(store: OpenStore) {
  return { database: store.database, keys: openKeys(readConfig(process.env)), clock: systemClock };
}

async function readValue(name: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const parts: Buffer[] = [];
    for await (const part of process.stdin) parts.push(Buffer.from(part));
    return Buffer.concat(parts).toString("utf8").replace(/\r?\n$/, "");
  }
  // Nothing that is typed is shown: only the question is written.
  const prompt = createInterface({ input: process.stdin, terminal: true });
  process.stderr.write(`Value of ${name} (it is not shown): `);
  try {
    return await prompt.question("");
  } finally {
    process.stderr.write("\n");
    prompt.close();
  }
}
