import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { askToExportByCommand } from "../app/ask-policy.ts";
import { systemClock } from "../lib/clock.ts";
import { exportPerson } from "../privacy/export-person.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/** `contact export CONTACT [--out FILE]`: everything that is stored of a person, as JSON. */
export async function exportContactCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals: [contactId, ...more] } = parseArgs({ args: [...args], options: { out: { type: "string" } }, allowPositionals: true });
  if (contactId === undefined || more.length > 0 || !/^cont_[0-9a-z]{1,60}$/.test(contactId)) {
    process.stderr.write("Of whom? baton contact export cont_… [--out FILE]\n");
    return 2;
  }
  await using store = await openStore();
  await askToExportByCommand({ ...store, clock: systemClock }, "contact");
  const all = await exportPerson({ database: store.database, clock: systemClock }, { tenantId: store.tenantId, contactId, by: "cli", mostRows: Number.MAX_SAFE_INTEGER - 1 });
  const text = `${JSON.stringify(all, null, 1)}\n`;
  if (values.out === undefined) write(text);
  else await writeFile(values.out, text, { mode: 0o600 });
  return 0;
}
