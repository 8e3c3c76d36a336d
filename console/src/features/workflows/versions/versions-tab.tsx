import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { WorkflowView } from "../../../../../src/shapes/workflow.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { ArticleIcon } from "../../../ui/icons.tsx";
import { diffQuery } from "../workflow-queries.ts";
import { ChangeList } from "./change-list.tsx";
import { PublishList } from "./publish-list.tsx";
import { VersionList } from "./version-list.tsx";

const DiffEditor = lazy(async () => ({ default: (await import("./diff-editor.tsx")).DiffEditor }));

/** The versions of one workflow, what changed between two of them, and the way back. Without a choice: the active one against the one before. */
export function VersionsTab({ workflow, before, after }: { workflow: WorkflowView; before: string | null; after: string | null }) {
  const active = workflow.versions.find((version) => version.isActive) ?? workflow.versions[0];
  const newer = workflow.versions.find((version) => version.hash === after) ?? active;
  const older = workflow.versions.find((version) => version.hash === before) ?? previousOf(workflow, newer?.hash);
  return (
    <div className="flex h-full min-h-0 flex-col lg:flex-row">
      <aside aria-label="Versions" tabIndex={0} className="max-h-[45%] w-full shrink-0 overflow-y-auto border-b border-line bg-surface lg:max-h-none lg:w-80 lg:border-r lg:border-b-0">
        <VersionList workflow={workflow} before={older?.hash ?? null} after={newer?.hash ?? null} />
        <PublishList />
      </aside>
      <div tabIndex={0} role="region" aria-label="Comparison" className="min-h-0 min-w-0 flex-1 overflow-y-auto">
        {newer === undefined || older === undefined || older.hash === newer.hash
          ? <EmptyState icon={<ArticleIcon />} title="Nothing to compare">{workflow.versions.length < 2 ? "There is one version so far. The next publish adds another." : "Choose two different versions."}</EmptyState>
          : <Difference before={older.hash} after={newer.hash} />}
      </div>
    </div>
  );
}

/** The version that was published before another; the list has the newest first. */
function previousOf(workflow: WorkflowView, hash: string | undefined): WorkflowView["versions"][number] | undefined {
  const place = workflow.versions.findIndex((version) => version.hash === hash);
  return workflow.versions[place + 1] ?? workflow.versions[place - 1];
}

function Difference({ before, after }: { before: string; after: string }) {
  const diff = useQuery(diffQuery(before, after));
  if (diff.isPending) return <LoadingRows count={6} label="Comparing" className="h-10" />;
  if (diff.isError) return <Problem text={sayProblem(diff.error)} onRetry={() => void diff.refetch()} />;
  const { before: old, after: now, changes } = diff.data;
  if (old === null || now === null) return <Problem text="One of the versions could not be read. Choose two others." />;
  return (
    <div className="flex flex-col gap-5 p-4 md:p-6">
      <section aria-labelledby="changes-words">
        <h2 id="changes-words" className="mb-2 text-sm font-semibold">What changed from {old.version} to {now.version}</h2>
        <ChangeList changes={changes} />
      </section>
      <section aria-labelledby="changes-text">
        <h2 id="changes-text" className="mb-2 text-sm font-semibold">The text side by side</h2>
        <div className="mb-1 grid grid-cols-2 text-xs text-ink-faint tabular-nums"><span>Version {old.version} <span className="font-mono text-2xs">{old.hash.slice(0, 8)}</span></span><span>Version {now.version} <span className="font-mono text-2xs">{now.hash.slice(0, 8)}</span></span></div>
        <Suspense fallback={<LoadingRows count={4} label="Loading the comparison" className="h-10" />}>
          <DiffEditor key={`${before}${after}`} before={old.text} after={now.text} label={`Versions ${old.version} and ${now.version}`} />
        </Suspense>
      </section>
    </div>
  );
}
