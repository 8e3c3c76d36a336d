import { parseArgs } from "node:util";
import { systemClock } from "../lib/clock.ts";
import { listHolds, type HoldTarget } from "../privacy/hold.store.ts";
import { endHold, placeHold } from "../privacy/holds.ts";
import { openStore, type OpenStore } from "./open-store.ts";
import { textTable } from "./text-table.ts";
import { toStdout } from "./to-stdout.ts";

const USAGE = "Usage: baton hold list [--all]\n       baton hold place CONTACT|CASE --reason TEXT\n       baton hold lift HOLD --reason TEXT\n";

/** `hold list|place|lift`: what must not be forgotten. */
export async function holdCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals: [verb, id, ...more] } = parseArgs({ args: [...args], options: { reason: { type: "string" }, all: { type: "boolean", default: false } }, allowPositionals: true });
  const { reason = "" } = values;
  const target = id === undefined ? null : targetOf(id);
  const isRight = more.length === 0 && ((verb === "list" && id === undefined) || (reason.trim() !== "" && ((verb === "place" && target !== null) || (verb === "lift" && /^hold_[0-9a-z]{1,60}$/.test(id ?? "")))));
  if (!isRight) {
    process.stderr.write(USAGE);
    return 2;
  }
  await using store = await openStore();
  const deps = { database: store.database, clock: systemClock };
  const given = { tenantId: store.tenantId, reason: reason.trim().slice(0, 500), by: "cli" };
  if (verb === "place" && target !== null) write(`${(await placeHold(deps, { ...given, target })).id}\n`);
  else if (verb === "lift" && id !== undefined) write(`${(await endHold(deps, { ...given, id })).id} is lifted.\n`);
  else await show(store, values.all, write);
  return 0;
}

function targetOf(id: string): HoldTarget | null {
  if (/^cont_[0-9a-z]{1,60}$/.test(id)) return { contactId: id };
  return /^case_[0-9a-z]{1,60}$/.test(id) ? { caseId: id } : null;
}

async function show({ database, tenantId }: OpenStore, isAll: boolean, write: (text: string) => void): Promise<void> {
  const holds = await listHolds(database, tenantId, { isInForce: !isAll });
  if (holds.length === 0) return write("There is no legal hold.\n");
  write(textTable([{ title: "hold" }, { title: "of" }, { title: "since" }, { title: "by" }, { title: "reason" }], holds.map((hold) => [hold.id, hold.contactId ?? hold.caseId ?? "", hold.placedAt.slice(0, 10), hold.placedBy, `${hold.reason}${hold.liftedAt === null ? "" : ` (lifted ${hold.liftedAt.slice(0, 10)}: ${hold.liftReason ?? ""})`}`])));
}
