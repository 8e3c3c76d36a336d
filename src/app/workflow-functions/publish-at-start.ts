import type { Log } from "../../lib/log.ts";
import { publishDocuments, type PublishDeps } from "../../workflows/versions/publish.ts";
import type { PublishedVersions } from "../../workflows/versions/workflow-versions.ts";
import type { Workspace } from "../../workspace/workspace.ts";

/**
 * Publishes the workspace's documents when the folder has changed since it was last published; neither a rollback nor what was
 * published in the console is undone by a restart.
 * Documents with errors are named in the log and what was active stays so: nothing else is disturbed.
 */
export async function publishAtStart(deps: { publishing: PublishDeps; versions: PublishedVersions; log: Log }, workspace: Pick<Workspace, "tenantId" | "workflows" | "intents">): Promise<void> {
  const { tenantId } = workspace;
  if (workspace.workflows.length > 0 || (await deps.versions.hasAny(tenantId))) {
    const outcome = await publishDocuments(deps.publishing, { tenantId, documents: workspace.workflows, by: "start", note: null, onlyIfNew: true });
    for (const finding of outcome.findings) {
      if (outcome.kind === "refused" && finding.severity === "error") deps.log.error("workflows.not_published", { place: `${finding.place.file}:${finding.place.line}:${finding.place.column}`, rule: finding.rule, reason: finding.message, advice: finding.advice });
    }
    if (outcome.kind === "unchanged" && !outcome.publish.is_active) deps.log.info("workflows.kept", { reason: "the folder has not changed since it was published, and other documents have been made active since; `baton publish` makes the folder's active" });
    if (outcome.kind === "published") deps.log.info("workflows.published", { number: outcome.publish.number, workflows: outcome.publish.members.map((member) => `${member.name} ${member.version}`) });
  }
  const names = new Set((await deps.versions.active(tenantId)).map((version) => version.name));
  for (const { name, action } of workspace.intents) {
    if (action.kind === "workflow" && !names.has(action.workflow)) deps.log.error("workflows.intent_without_workflow", { intent: name, workflow: action.workflow, reason: "its messages go to a person until it is published" });
  }
}
