import { benchGateway } from "./gateway.ts";
import { benchGuard } from "./guard.ts";
import { benchOutage } from "./outage.ts";
import { benchPolicy } from "./policy.ts";
import { benchSearch } from "./search.ts";
import { benchTurn } from "./turn.ts";
import { benchWorkflow } from "./workflow.ts";

/** `npm run bench -- NAME [--quick]`: prints a table and one JSON line, and exits with 1 when a target is missed. */
const BENCHMARKS: Record<string, (options: { isQuick: boolean }) => Promise<number>> = { gateway: benchGateway, guard: benchGuard, outage: benchOutage, policy: benchPolicy, search: benchSearch, turn: benchTurn, workflow: benchWorkflow };

// Leaving by a signal still runs what is set for the exit: the servers go with us.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const name = process.argv[2] ?? "";
const bench = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (bench === undefined) {
  process.stdout.write(`unknown: "${name}". There are: ${Object.keys(BENCHMARKS).join(", ")}\n`);
  process.exitCode = 2;
} else process.exitCode = await bench({ isQuick: process.argv.includes("--quick") });
