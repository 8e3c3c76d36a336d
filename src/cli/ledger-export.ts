import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { askToExportByCommand } from "../app/ask-policy.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { exportLedger } from "../observe/ledger-file.ts";
import { recordInLedger } from "../observe/ledger.ts";
import { openStore } from "./open-store.ts";

/** `ledger export [--out FILE]`: the whole ledger as JSON lines, to a file or standard output; that it was given out stands in the ledger. */
export async function exportCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { out: { type: "string" } } });
  await using store = await openStore();
  const { database, tenantId } = store;
  await ensureTenant(database, tenantId, store.workspace.tenantName);
  await askToExportByCommand({ ...store, clock: systemClock }, "ledger");
  const at = new Date(systemClock.nowMs());
  const lines = Readable.from(exportLedger(database, tenantId, at));
  if (values.out === undefined) await pipeline(lines, process.stdout, { end: false });
  else await pipeline(lines, createWriteStream(values.out, { mode: 0o600 }));
  await database.transaction(tenantId, (query) => recordInLedger(query, tenantId, [{ kind: "ledger.exported", subjectId: tenantId, actor: "cli", at, body: {} }]));
  if (values.out !== undefined) process.stderr.write(`Written to ${values.out}. Anybody can check it: baton ledger verify --file ${values.out} --key PUBLIC-KEY.pem\n`);
  return 0;
}
