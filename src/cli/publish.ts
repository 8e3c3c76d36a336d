import { checkDocuments, checkSurroundings, createLanguages } from "../app/workflow-functions/check-documents.ts";
import { systemClock } from "../lib/clock.ts";
import type { Finding } from "../workflows/verify/finding.ts";
import { publishDocuments } from "../workflows/versions/publish.ts";
import { loadWorkspace } from "../workspace/load-workspace.ts";
import { openStore } from "./open-store.ts";

/** `publish [--note TEXT]`: the workspace's documents become the active ones; a running Baton starts them within a second. Exit code 1 when refused. */
export async function publishCommand(args: readonly string[]): Promise<number> {
  await using store = await openStore();
  const workspace = await loadWorkspace(store.config.workspace);
  const surroundings = checkSurroundings(workspace, createLanguages());
  const at = args.indexOf("--note");
  const outcome = await publishDocuments(
    { database: store.database, clock: systemClock, check: (sources) => checkDocuments(surroundings, sources), onPublished: () => {} },
    { tenantId: store.tenantId, documents: workspace.workflows, by: "cli", note: at < 0 ? null : (args[at + 1] ?? null), onlyIfNew: false },
  );
  for (const finding of outcome.findings) process.stdout.write(`${lineOf(finding)}\n`);
  if (outcome.kind === "refused") {
    process.stdout.write(`Nothing was published: ${outcome.findings.filter((finding) => finding.severity === "error").length} errors.\n`);
    return 1;
  }
  const { number, members } = outcome.publish;
  process.stdout.write(outcome.kind === "unchanged" ? `Nothing to publish: publish ${number} has these ${members.length} workflows already.\n` : `Published as ${number}:\n${members.map((member) => `  ${member.name} ${member.version}  ${member.hash.slice(0, 12)}`).join("\n")}\n`);
  return 0;
}

function lineOf({ place, severity, message, advice }: Finding): string {
  return `${place.file}:${place.line}:${place.column}: ${severity}: ${message} ${advice}`;
}
