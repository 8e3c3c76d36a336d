import { tortureApprovals } from "./torture/torture-approvals.ts";
import { tortureTurn } from "./torture/torture-turn.ts";
import { tortureWorkflow } from "./torture/torture-workflow.ts";

/** `npm run torture -- NAME --kills N [--customers N] [--seed N] [--keep]`: exits with 1 when anything was lost, repeated or broken. */
const TORTURES: Record<string, typeof tortureTurn> = { turn: tortureTurn, workflow: tortureWorkflow, approvals: tortureApprovals };

function numberOf(flag: string, fallback: number): number {
  const place = process.argv.indexOf(flag);
  return place < 0 ? fallback : Number(process.argv[place + 1]);
}

// Leaving by a signal still runs what is set for the exit: the servers go with us.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const name = process.argv[2] ?? "";
const torture = Object.hasOwn(TORTURES, name) ? TORTURES[name] : undefined;
if (torture === undefined) {
  process.stdout.write(`unknown: "${name}". There are: ${Object.keys(TORTURES).join(", ")}\n`);
  process.exitCode = 2;
} else {
  const options = { kills: numberOf("--kills", 200), customers: numberOf("--customers", 20), seed: numberOf("--seed", Date.now() % 1_000_000), isKept: process.argv.includes("--keep") };
  process.exitCode = await torture(options);
}
