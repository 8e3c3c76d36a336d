import { parseArgs } from "node:util";
import { systemClock } from "../lib/clock.ts";
import { applyRetention } from "../privacy/apply-retention.ts";
import { readRetention } from "../privacy/run-retention.ts";
import type { RetentionReport } from "../shapes/privacy.ts";
import { openStore } from "./open-store.ts";
import { textTable } from "./text-table.ts";
import { toStdout } from "./to-stdout.ts";

/** `retention [run]`: how long what is kept and what would go now; with `run --yes` it goes. */
export async function retentionCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals: [verb, ...more] } = parseArgs({ args: [...args], options: { yes: { type: "boolean", default: false }, json: { type: "boolean", default: false }, workspace: { type: "string" } }, allowPositionals: true });
  if (more.length > 0 || (verb !== undefined && verb !== "run")) {
    process.stderr.write("Usage: baton retention [run --yes] [--json] [--workspace FOLDER]\n");
    return 2;
  }
  await using store = await openStore(values.workspace);
  const { database, tenantId, workspace } = store;
  const deps = { database, clock: systemClock };
  if (verb === "run" && values.yes) {
    const report = await applyRetention(deps, { tenantId, plan: workspace.retention, by: "cli" });
    write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
    return 0;
  }
  const view = await readRetention(deps, tenantId, workspace.retention);
  write(values.json ? `${JSON.stringify(view)}\n` : `${reportText(view.preview)}${view.lastError === null ? "" : `  The last daily run failed: ${view.lastError}\n`}${verb === "run" ? "  Nothing was forgotten. Forget it now: baton retention run --yes\n" : ""}`);
  return 0;
}

function reportText({ isDry, holds, classes }: RetentionReport): string {
  const rows = classes.flatMap(({ name, days, tables }) => {
    if (days === null) return [[name, "kept", "", ""]];
    const some = tables.filter((each) => each.rows > 0);
    if (some.length === 0) return [[name, `${days} days`, "nothing", ""]];
    return some.map((each, place) => [place === 0 ? name : "", place === 0 ? `${days} days` : "", `${each.table}${each.isEmptied ? " (emptied)" : ""}`, String(each.rows)]);
  });
  const held = holds === 0 ? "" : `  ${holds} legal ${holds === 1 ? "hold keeps" : "holds keep"} what is under ${holds === 1 ? "it" : "them"}.\n`;
  return `${isDry ? "What would be forgotten now:" : "Forgotten:"}\n\n${textTable([{ title: "data" }, { title: "kept for" }, { title: isDry ? "would go" : "gone" }, { title: "rows", isFigure: true }], rows)}\n${held}`;
}
