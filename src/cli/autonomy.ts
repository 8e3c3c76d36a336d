import { parseArgs } from "node:util";
import { askForCommand } from "../app/ask-policy.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { recordInLedger } from "../observe/ledger.ts";
import { LEVELS, RUNGS } from "../policy/autonomy.ts";
import { readAutonomy, setAutonomy, switchAutonomy, type AutonomyDeps, type AutonomyView } from "../policy/change-autonomy.ts";
import { openStore, type OpenStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

const USAGE = `Usage: baton autonomy show [folder]
       baton autonomy set RULE LEVEL [--reason TEXT]        LEVEL: ${LEVELS.join(", ")}
       baton autonomy kill RUNG|all [--reason TEXT]         closes the rung and those above it; RUNG: ${RUNGS.join(", ")}
       baton autonomy kill RUNG|all --undo [--reason TEXT]  opens it again
Each takes --workspace FOLDER; without it the workspace is that of the settings (BATON_WORKSPACE).
`;

/** `autonomy show|set|kill`: how far the assistant may go, of which workspace is said first. A running Baton follows within a second. */
export async function autonomyCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals: [verb, name, level, ...more] } = parseArgs({ args: [...args], options: { reason: { type: "string", default: "by the command line" }, undo: { type: "boolean", default: false }, workspace: { type: "string" } }, allowPositionals: true });
  const rung = name === "all" ? name : RUNGS.find((each) => each === name);
  const to = LEVELS.find((each) => each === level);
  const isShow = verb === "show" && level === undefined && (name === undefined || values.workspace === undefined);
  if (more.length > 0 || !(isShow || (verb === "set" && name !== undefined && to !== undefined) || (verb === "kill" && rung !== undefined && level === undefined))) {
    write(USAGE);
    return 2;
  }
  await using store = await openStore(isShow ? (name ?? values.workspace) : values.workspace);
  await ensureTenant(store.database, store.tenantId, store.workspace.tenantName);
  const deps = depsOf(store);
  if (verb !== "show") await askForCommand({ ...store, clock: systemClock });
  const by = { tenantId: store.tenantId, by: "cli", reason: values.reason };
  if (verb === "set" && name !== undefined && to !== undefined) await setAutonomy(deps, by, { rule: name, level: to });
  if (verb === "kill" && rung !== undefined) await switchAutonomy(deps, by, { rung, isClosed: !values.undo });
  write(`${verb === "show" ? "The ladder" : "The ladder now"} of ${store.workspace.folder}, for the tenant "${store.tenantId}":\n`);
  write(autonomyText(await readAutonomy(deps, store.tenantId)));
  return 0;
}

function depsOf({ database, workspace }: OpenStore): AutonomyDeps {
  return { database, clock: systemClock, plan: workspace.autonomy, record: (query, tenantId, change) => recordInLedger(query, tenantId, [change]) };
}

function autonomyText({ level, rules, closed }: AutonomyView): string {
  const width = Math.max(0, ...rules.map((rule) => rule.name.length));
  const lines = rules.map((rule) => `  ${rule.name.padEnd(width)}  ${rule.level}${rule.by === null ? "" : ` (baton.yaml: ${rule.declared}; ${rule.by}: ${rule.reason ?? ""})`}, ${rule.overridden} of ${rule.outcomes} overridden`);
  const stops = closed.map((each) => `CLOSED: ${each.rung} and above, by ${each.by}: ${each.reason}`);
  return [`Where no rule fits: ${level}`, ...lines, ...stops, ""].join("\n");
}
