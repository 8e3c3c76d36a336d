import { createHmac } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SecretCache } from "../identity/authenticate.ts";
import type { Clock } from "../lib/clock.ts";
import { isRecord } from "../lib/is-record.ts";
import { parseJson } from "../lib/parse-json.ts";
import { sha256, sha256Bytes } from "../lib/sha256.ts";
import { lockConfiguration, newestOfKind } from "../observe/ledger.store.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { Database, TransactionQuery } from "../storage/database.ts";
import { SETTINGS, type Config } from "./settings.ts";

type RecordDeps = { database: Database; clock: Clock; secrets: SecretCache };

/** Of one process, not of the installation. */
const LOCAL = new Set(["role", "host", "port", "endpointHost", "endpointPort", "endpointUrl", "dataDir", "workspace", "logLevel", "databaseConnections"]);
/** Articles have versions of their own; the rest is nobody's configuration. */
const LEFT_OUT = /^(knowledge\/(?!sources\.yaml$)|data\/|node_modules\/|\.)|\/\.|\/node_modules\//;
const MOST_FILES = 2_000;

/**
 * Writes into the ledger under which settings and which workspace (tools, policies, intents, models, agents) Baton goes on from
 * here, when they are others than before. Values of secrets are told apart only by whoever holds the tenant's own secret.
 *
 * Replay: the same configuration is recorded once, whichever process starts.
 */
export async function recordConfiguration(deps: RecordDeps, given: { tenantId: string; config: Config; folder: string }): Promise<void> {
  const { tenantId } = given;
  const key = await deps.secrets.of(tenantId, "identity");
  const settings = settingsOf(given.config, (text) => createHmac("sha256", key).update(text).digest("hex").slice(0, 16));
  const files = await filesOf(given.folder);
  const at = new Date(deps.clock.nowMs());
  await deps.database.transaction(tenantId, async (query) => {
    await lockConfiguration(query, tenantId);
    await recordChange(query, tenantId, { kind: "settings.changed", at, values: settings });
    await recordChange(query, tenantId, { kind: "workspace.changed", at, values: files });
  });
}

async function recordChange(query: TransactionQuery, tenantId: string, given: { kind: string; at: Date; values: Record<string, string> }): Promise<void> {
  const { kind, at, values } = given;
  const hash = sha256(JSON.stringify(values));
  const body = parseJson((await newestOfKind(query, tenantId, kind)) ?? "null");
  if (isRecord(body) && body["hash"] === hash) return;
  const before = isRecord(body) && isRecord(body["values"]) ? body["values"] : null;
  const changed = before === null ? [] : Object.keys(values).filter((name) => before[name] !== values[name]);
  const removed = before === null ? [] : Object.keys(before).filter((name) => !(name in values));
  await recordInLedger(query, tenantId, [{ kind, subjectId: hash.slice(0, 12), actor: "baton", at, body: { hash, isFirst: before === null, changed, removed, values } }]);
}

/** By the name of the variable; unset ones are left out. */
function settingsOf(config: Config, mask: (text: string) => string): Record<string, string> {
  const values: Record<string, string> = {};
  const all: Readonly<Record<string, unknown>> = config;
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const value = all[name];
    if (LOCAL.has(name) || value === undefined) continue;
    values[setting.env] = "isSecret" in setting && setting.isSecret === true ? mask(String(value)) : String(value);
  }
  return values;
}

/** SHA-256 of each file of the workspace, by its path. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name).slice(folder.length + 1).replaceAll("\\", "/"));
  const wanted = names.filter((name) => !LEFT_OUT.test(name)).sort().slice(0, MOST_FILES);
  return Object.fromEntries(await Promise.all(wanted.map(async (name) => [name, sha256Bytes(await readFile(join(folder, name)))] as const)));
}
