import { parseArgs } from "node:util";
import { checkSurroundings } from "../app/workflow-functions/check-documents.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { checkWorkflows } from "../workflows/verify/check-workflow.ts";
import { toText } from "../workflows/verify/to-text.ts";
import { publishDocuments } from "../workflows/versions/publish.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/**
 * `publish [folder] [--note TEXT] [--remove]`: the documents of a workspace become the active ones; a running Baton starts them within
 * a second. Without a folder it is the workspace of the settings. Exit code 1 when refused: a document has errors, or active workflows
 * are not in the folder and `--remove` was not said.
 */
export async function publishCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { note: { type: "string" }, remove: { type: "boolean", default: false } } });
  await using store = await openStore();
  await using named = positionals[0] === undefined ? null : await openWorkspace(positionals[0]);
  const workspace = named ?? store.workspace;
  const { tenantId } = workspace;
  write(`The workflows of ${workspace.folder}, for the tenant "${tenantId}":\n`);
  await ensureTenant(store.database, tenantId, workspace.tenantName);
  const surroundings = checkSurroundings(workspace);
  const outcome = await publishDocuments(
    { database: store.database, clock: systemClock, check: (sources) => checkWorkflows(sources, surroundings), onPublished: async () => {} },
    { tenantId, documents: workspace.workflows, by: "cli", note: values.note ?? null, onlyIfNew: false, mayRemove: values.remove },
  );
  write(toText(outcome.findings));
  if (outcome.kind === "refused") {
    write(outcome.removed.length > 0 ? wouldRemove(outcome.removed) : `Nothing was published: ${outcome.findings.filter((finding) => finding.severity === "error").length} errors.\n`);
    return 1;
  }
  const { number, members } = outcome.publish;
  write(outcome.kind === "unchanged" ? `Nothing to publish: publish ${number} has these ${members.length} workflows already.\n` : `Published as ${number}; a restart keeps it until the folder changes:\n${members.map((member) => `  ${member.name} ${member.version}  ${member.hash.slice(0, 12)}`).join("\n")}\n`);
  return 0;
}

function wouldRemove(names: readonly string[]): string {
  return `Nothing was published: these workflows are active and not in the folder, so they could no longer be started:\n${names.map((name) => `  ${name}`).join("\n")}\nSay --remove when that is what you want.\n`;
}
