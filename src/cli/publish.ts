import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkSurroundings } from "../app/workflow-functions/check-documents.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { checkWorkflows } from "../workflows/verify/check-workflow.ts";
import { toText } from "../workflows/verify/to-text.ts";
import { publishDocuments, type DocumentFile, type PublishOutcome } from "../workflows/versions/publish.ts";
import { raiseVersions, type TakenVersion } from "../workflows/versions/taken-versions.ts";
import { VERSION_PARTS, withVersion, type VersionPart } from "../workflows/versions/version-number.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { advise } from "./advise.ts";
import { openStore, type OpenStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/**
 * `publish [folder] [--note TEXT] [--remove] [--bump patch|minor]`: the documents of a workspace become the active ones; a running
 * Baton starts them within a second. Without a folder it is the workspace of the settings. Exit code 1 when refused: a document has
 * errors, has changed under the number it was published with (`--bump` raises it in the file), or active workflows are not in the
 * folder and `--remove` was not said.
 */
export async function publishCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { note: { type: "string" }, remove: { type: "boolean", default: false }, bump: { type: "string" } } });
  const bump = VERSION_PARTS.find((each) => each === values.bump);
  if (values.bump !== undefined && bump === undefined) return advise(`"--bump ${values.bump}" is not known: say --bump patch for a mended fault, or --bump minor for something new.`);
  await using store = await openStore();
  await using named = positionals[0] === undefined ? null : await openWorkspace(positionals[0]);
  const workspace = named ?? store.workspace;
  write(`The workflows of ${workspace.folder}, for the tenant "${workspace.tenantId}":\n`);
  await ensureTenant(store.database, workspace.tenantId, workspace.tenantName);
  const publish = (documents: readonly DocumentFile[]) => publishFolder(store, workspace, documents, { note: values.note ?? null, mayRemove: values.remove });
  let outcome = await publish(workspace.workflows);
  if (outcome.kind === "refused" && outcome.taken.length > 0 && bump !== undefined) outcome = await publish(await raise(workspace, outcome.taken, bump, write));
  return report(outcome, write);
}

function publishFolder({ database }: OpenStore, workspace: Workspace, documents: readonly DocumentFile[], { note, mayRemove }: { note: string | null; mayRemove: boolean }): Promise<PublishOutcome> {
  const surroundings = checkSurroundings(workspace);
  return publishDocuments(
    { database, clock: systemClock, check: (sources) => checkWorkflows(sources, surroundings), onPublished: async () => {} },
    { tenantId: workspace.tenantId, documents, by: "cli", note, onlyIfNew: false, mayRemove, needsNewNumbers: true },
  );
}

/** Raises the numbers in their files; returns all documents as they are then. */
async function raise(workspace: Workspace, taken: readonly TakenVersion[], part: VersionPart, write: (text: string) => void): Promise<DocumentFile[]> {
  const raised = raiseVersions(taken, part);
  for (const { name, from, version, file, text } of raised) {
    const path = join(workspace.folder, file);
    // What somebody has saved since the folder was read is not written over.
    if (withVersion(await readFile(path, "utf8"), version) !== text) throw new Error(`${file} has changed meanwhile: publish again.`);
    await writeFile(path, text);
    write(`Raised ${name} from ${from} to ${version} in ${file}.\n`);
  }
  return workspace.workflows.map((each) => raised.find(({ file }) => file === each.file) ?? each);
}

function report(outcome: PublishOutcome, write: (text: string) => void): number {
  write(toText(outcome.findings));
  if (outcome.kind === "refused") {
    write(whyNothing(outcome));
    return 1;
  }
  const { number, members } = outcome.publish;
  write(outcome.kind === "unchanged" ? `Nothing to publish: publish ${number} is active and has these ${members.length} workflows exactly as they are.\n` : `Published as ${number}; a restart keeps it until the folder changes:\n${members.map((member) => `  ${member.name} ${member.version}  ${member.hash.slice(0, 12)}`).join("\n")}\n`);
  return 0;
}

function whyNothing({ findings, removed, taken }: Extract<PublishOutcome, { kind: "refused" }>): string {
  if (removed.length > 0) return `Nothing was published: these workflows are active and not in the folder, so they could no longer be started:\n${removed.map((name) => `  ${name}`).join("\n")}\nSay --remove when that is what you want.\n`;
  if (taken.length > 0) return `Nothing was published: a version number stands for one text for good, so that runs and reports can be told apart.\nRaise ${taken.length === 1 ? "it" : "them"} by hand, or say --bump patch (or --bump minor) to have it done.\n`;
  const errors = findings.filter((finding) => finding.severity === "error").length;
  return `Nothing was published: ${errors} ${errors === 1 ? "error" : "errors"}.\n`;
}
