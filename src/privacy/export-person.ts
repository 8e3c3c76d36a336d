import type { Clock } from "../lib/clock.ts";
import { readContact } from "../identity/contact.store.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { PersonView } from "../shapes/privacy.ts";
import type { Database } from "../storage/database.ts";
import { listHolds } from "./hold.store.ts";
import { countPersonal, PERSONAL_TABLES, readPersonal } from "./personal-data.store.ts";
import { exportTooLarge, noSuchContact } from "./privacy.errors.ts";

export type ExportDeps = { database: Database; clock: Clock };

/** Everything that is stored of a person, table by table, for the person to read or for another system to take in. */
export type PersonExport = { about: { contactId: string; tenantId: string; exportedAt: string; note: string }; stores: { table: string; about: string; rows: unknown[] }[] };

const MOST_ROWS = 200_000;
const NOTE = "All that Baton stores of this person. Business systems that it only asks (orders, invoices, tickets) are not part of it. Times are UTC.";

/** What is stored of a person, in numbers; nothing of it is read out. Throws `privacy.no_such_contact`. */
export async function countPerson({ database }: Pick<ExportDeps, "database">, tenantId: string, contactId: string): Promise<PersonView> {
  if ((await readContact(database, tenantId, contactId)) === null) throw noSuchContact();
  const stores: PersonView["stores"] = [];
  for (const each of PERSONAL_TABLES) stores.push({ table: each.table, about: each.about, rows: await countPersonal(database, tenantId, contactId, each) });
  return { contactId, stores, holds: await listHolds(database, tenantId, { contactId, isInForce: false }) };
}

/**
 * The answer to "what do you know of me". That it was made, and by whom, stands in the ledger before anything is given out.
 *
 * Throws: `privacy.no_such_contact`, `privacy.export_too_large`. Replay: another export, and another entry.
 */
export async function exportPerson({ database, clock }: ExportDeps, given: { tenantId: string; contactId: string; by: string; mostRows?: number }): Promise<PersonExport> {
  const { tenantId, contactId, by, mostRows = MOST_ROWS } = given;
  if ((await readContact(database, tenantId, contactId)) === null) throw noSuchContact();
  const at = new Date(clock.nowMs());
  const stores: PersonExport["stores"] = [];
  let room = mostRows;
  for (const each of PERSONAL_TABLES) {
    const rows = await readPersonal(database, tenantId, contactId, each, room + 1);
    room -= rows.length;
    if (room < 0) throw exportTooLarge();
    stores.push({ table: each.table, about: each.about, rows });
  }
  await database.transaction(tenantId, (query) => recordInLedger(query, tenantId, [{ kind: "privacy.exported", subjectId: contactId, actor: by, at, body: { rows: Object.fromEntries(stores.filter(({ rows }) => rows.length > 0).map(({ table, rows }) => [table, rows.length])) } }]));
  return { about: { contactId, tenantId, exportedAt: at.toISOString(), note: NOTE }, stores };
}
