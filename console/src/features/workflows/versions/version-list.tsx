import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { VersionView, WorkflowView } from "../../../../../src/shapes/workflow.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatFull } from "../../../lib/format.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { Section } from "../../../ui/section.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { useSession } from "../../identity/session.ts";
import { FindingList } from "../document/document-findings.tsx";
import { publishDocument, workflowQuery } from "../workflow-queries.ts";
import { Actor } from "../../identity/actor.tsx";

/** All versions, newest first: each against the one before it or the active one, and back to it. */
export function VersionList({ workflow, before, after }: { workflow: WorkflowView; before: string | null; after: string | null }) {
  const [asked, setAsked] = useState<VersionView | null>(null);
  const isAdmin = useSession()?.user.role === "admin";
  const active = workflow.versions.find((version) => version.isActive);
  return (
    <Section title="Versions of this workflow">
      <ul className="-mx-2 flex flex-col gap-1">
        {workflow.versions.map((version, place) => {
          const older = workflow.versions[place + 1];
          const isShown = version.hash === before || version.hash === after;
          return (
            <li key={version.hash} className={`rounded-lg px-2 py-2 ${isShown ? "bg-accent-soft/60" : ""}`}>
              <div className="flex flex-wrap items-center gap-2">
                <span className="font-medium tabular-nums">{version.version}</span>
                <span className="font-mono text-2xs text-ink-faint">{version.hash.slice(0, 8)}</span>
                {version.isActive && <Badge tone="good">Active</Badge>}
                {version.hash === before && <Badge>older side</Badge>}
                {version.hash === after && before !== null && <Badge>newer side</Badge>}
              </div>
              <p className="text-xs text-ink-faint"><time dateTime={version.publishedAt}>{formatFull(version.publishedAt)}</time> by <Actor id={version.publishedBy} /></p>
              <p className="mt-1 flex flex-wrap gap-x-3 text-xs">
                {older !== undefined && <Compare name={workflow.name} before={older.hash} after={version.hash} words="Against the one before" />}
                {active !== undefined && !version.isActive && <Compare name={workflow.name} before={version.hash} after={active.hash} words="Against the active one" />}
              </p>
              {isAdmin && !version.isActive && <Button size="small" className="mt-1.5" onClick={() => setAsked(version)}>Roll back to this version</Button>}
            </li>
          );
        })}
      </ul>
      {asked !== null && <AskRollback workflow={workflow} version={asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}

function Compare({ name, before, after, words }: { name: string; before: string; after: string; words: string }) {
  return <Link to="/workflows/$workflowName" params={{ workflowName: name }} search={{ tab: "versions", before, after }} className="text-accent-ink underline underline-offset-2">{words}</Link>;
}

/** Publishes the old text again: the same version becomes active, and the other workflows stay as they are. */
function AskRollback({ workflow, version, onClose }: { workflow: WorkflowView; version: VersionView; onClose: () => void }) {
  const queryClient = useQueryClient();
  const going = useMutation({
    mutationFn: async () => {
      const old = await queryClient.fetchQuery(workflowQuery(workflow.name, version.hash));
      return publishDocument({ file: old.file, text: old.text, note: `Back to version ${version.version} of ${workflow.name}`, raise: null });
    },
    onSuccess: async (outcome) => {
      if (outcome.status === "refused") return;
      await queryClient.invalidateQueries({ queryKey: ["workflows"] });
      onClose();
    },
  });
  const refused = going.data?.status === "refused" ? going.data.findings : null;
  return (
    <Confirm title={`Roll back to version ${version.version}?`} confirmLabel="Roll back" isBusy={going.isPending} problem={going.isError ? sayProblem(going.error) : refused === null ? null : "It was not rolled back: the check finds errors."} onConfirm={() => going.mutate()} onClose={onClose}>
      <p>New runs of this workflow use version {version.version} at once. Runs under way keep the version they began with, and the other workflows stay as they are.</p>
      {refused !== null && <div className="mt-3"><FindingList findings={refused} isFileNamed /></div>}
    </Confirm>
  );
}
