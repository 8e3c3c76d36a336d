import { parseArgs } from "node:util";
import { systemClock } from "../lib/clock.ts";
import { releaseHolds, unreportedSum } from "../models/budgets/release-unreported.ts";
import { readUnreported } from "../models/budgets/unreported.store.ts";
import { openStore } from "./open-store.ts";
import { textTable, usdText } from "./text-table.ts";
import { toStdout } from "./to-stdout.ts";

const USAGE = "Usage: baton cost release [--budget NAME] [--spent USD] [--yes] [--workspace FOLDER]\n";
const ALWAYS = { from: "1970-01-01T00:00:00Z", to: "9999-01-01T00:00:00Z" };

/** `cost release`: what processes held of budgets that ended without reporting, and with `--yes` its release. Exit code 2 for a wrong use. */
export async function costReleaseCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { budget: { type: "string" }, spent: { type: "string", default: "0" }, yes: { type: "boolean", default: false }, workspace: { type: "string" } } });
  const spent = Number(values.spent);
  if (positionals.length > 0 || !Number.isFinite(spent) || spent < 0) {
    write(USAGE);
    return 2;
  }
  await using store = await openStore(values.workspace);
  const { database, tenantId } = store;
  const { budget = null } = values;
  if (values.yes) {
    const released = await releaseHolds({ database, clock: systemClock }, { tenantId, budget, spentMicroUsd: Math.round(spent * 1_000_000), by: "cli" });
    write(released.length === 0 ? "Nothing is held by processes that are gone.\n" : `Released:\n\n${textTable([{ title: "budget" }, { title: "of" }, { title: "USD held", isFigure: true }], released.map((each) => [each.budget, each.subject, usdText(each.microUsd)]))}\n${spent > 0 ? `  Up to ${values.spent} USD of each budget counts as spent, the rest is free again.\n` : "  All of it is free again.\n"}`);
    return 0;
  }
  const holds = (await readUnreported(database, tenantId, ALWAYS)).filter((hold) => budget === null || hold.budget === budget);
  if (holds.length === 0) {
    write("Nothing is held by processes that are gone.\n");
    return 0;
  }
  const table = textTable([{ title: "budget" }, { title: "of" }, { title: "process" }, { title: "last heard of by" }, { title: "USD held", isFigure: true }], holds.map((hold) => [hold.budget, hold.subject, hold.process.slice(0, 12), hold.at.slice(0, 16).replace("T", " "), usdText(hold.microUsd)]));
  write(`Processes that ended without reporting their last calls held:\n\n${table}\n  Up to ${usdText(unreportedSum(holds).microUsd)} USD may have been spent of it, and budgets count it as spent. Hold it against the provider's bill\n  (baton cost reconcile), then give back what was not: baton cost release --yes, or with --spent USD for what the bill says.\n`);
  return 0;
}
