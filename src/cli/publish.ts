import { checkSurroundings } from "../app/workflow-functions/check-documents.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { checkWorkflows } from "../workflows/verify/check-workflow.ts";
import { toText } from "../workflows/verify/to-text.ts";
import { publishDocuments } from "../workflows/versions/publish.ts";
import { loadWorkspace } from "../workspace/load-workspace.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/** `publish [--note TEXT]`: the workspace's documents become the active ones; a running Baton starts them within a second. Exit code 1 when refused. */
export async function publishCommand(args: readonly string[], write = toStdout): Promise<number> {
  await using store = await openStore();
  const workspace = await loadWorkspace(store.config.workspace);
  await ensureTenant(store.database, store.tenantId, workspace.tenantName);
  const surroundings = checkSurroundings(workspace);
  const at = args.indexOf("--note");
  const outcome = await publishDocuments(
    { database: store.database, clock: systemClock, check: (sources) => checkWorkflows(sources, surroundings), onPublished: async () => {} },
    { tenantId: store.tenantId, documents: workspace.workflows, by: "cli", note: at < 0 ? null : (args[at + 1] ?? null), onlyIfNew: false },
  );
  write(toText(outcome.findings));
  if (outcome.kind === "refused") {
    write(`Nothing was published: ${outcome.findings.filter((finding) => finding.severity === "error").length} errors.\n`);
    return 1;
  }
  const { number, members } = outcome.publish;
  write(outcome.kind === "unchanged" ? `Nothing to publish: publish ${number} has these ${members.length} workflows already.\n` : `Published as ${number}:\n${members.map((member) => `  ${member.name} ${member.version}  ${member.hash.slice(0, 12)}`).join("\n")}\n`);
  return 0;
}
