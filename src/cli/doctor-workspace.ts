import { adviceFor, createSecretCheck, findMissingNeeds } from "../app/missing-needs.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import { SETTINGS } from "../app/settings.ts";
import { messageOf } from "../lib/app-error.ts";
import { createLog } from "../lib/log.ts";
import { splitList } from "../lib/split-list.ts";
import { createTargetRule } from "../outbound/guard-address.ts";
import { openDatabase } from "../storage/database.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Check } from "./doctor.ts";
import { readRunning } from "./open-store.ts";

const LONGEST_MESSAGE = 500;

/** Whether the workspace can be read, and what its tools need from the operator and do not have: a warning each. Nothing is called. */
export async function checkWorkspace(env: Record<string, string | undefined>, dataDir: string): Promise<Check[]> {
  const name = "workspace";
  const folder = SETTINGS.workspace.schema.catch("examples/shop").parse(env["BATON_WORKSPACE"]);
  try {
    await using workspace = await openWorkspace(folder);
    return [{ name, status: "ok", message: folder, advice: null }, ...(await checkNeeds(workspace, env, dataDir))];
  } catch (error) {
    return [{ name, status: "fail", message: `${folder}: ${messageOf(error).slice(0, LONGEST_MESSAGE)}`, advice: "Correct it, or name another folder by BATON_WORKSPACE; `npm run baton -- check` shows every fault." }];
  }
}

async function checkNeeds({ needs, tenantId }: Workspace, env: Record<string, string | undefined>, dataDir: string): Promise<Check[]> {
  const allowed = env["BATON_OUTBOUND_ALLOW"] ?? "";
  const { isSet, isStoreKnown } = await secretCheck(env, dataDir, tenantId);
  const missing = await findMissingNeeds(needs, { isSet, isAllowed: createTargetRule(splitList(allowed)) });
  const checks = missing.map((each): Check => {
    const { kind, name, files } = each;
    const where = `${files.join(", ")} ${files.length === 1 ? "needs" : "need"} it`;
    if (kind === "address") return { name: "private address", status: "warn", message: `${name} is not in BATON_OUTBOUND_ALLOW; ${where}`, advice: adviceFor(each, allowed) };
    const unseen = isStoreKnown ? "is not set" : "is not in the environment, and stored ones are seen only while Baton runs";
    return { name: "secret", status: "warn", message: `${name} ${unseen}; ${where}`, advice: adviceFor(each, allowed) };
  });
  if (checks.length > 0) return checks;
  const count = new Set([...needs.values()].flatMap(({ secrets }) => secrets)).size;
  return [{ name: "needs of tools", status: "ok", message: count === 0 ? "none" : `${count} ${count === 1 ? "secret is" : "secrets are"} set`, advice: null }];
}

/** Stored secrets are read where a database answers by itself; none is started for it. */
async function secretCheck(env: Record<string, string | undefined>, dataDir: string, tenantId: string): Promise<{ isSet(name: string): boolean; isStoreKnown: boolean }> {
  const connectionString = env["DATABASE_URL"] || (await readRunning({ dataDir }))?.databaseUrl;
  try {
    await using cleanup = new AsyncDisposableStack();
    if (connectionString !== undefined) {
      const database = cleanup.adopt(openDatabase({ connectionString, maxConnections: 1, log: createLog({ level: "error", isPretty: true }) }), (opened) => opened.close());
      return { isSet: await createSecretCheck(database, tenantId, env), isStoreKnown: true };
    }
  } catch {
    // The check of the database says what is wrong with it.
  }
  return { isSet: await createSecretCheck(null, tenantId, env), isStoreKnown: false };
}
