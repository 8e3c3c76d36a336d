import { useInfiniteQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../ui/feedback.tsx";
import { ArticleIcon } from "../../../ui/icons.tsx";
import { versionsQuery } from "../knowledge-queries.ts";
import type { KnowledgeSearch } from "../knowledge-search.ts";
import { ChangeList } from "./change-list.tsx";
import { CompareForm } from "./compare-form.tsx";
import { RollbackNotice, useRollback } from "./rollback.tsx";
import { SnapshotList } from "./snapshot-list.tsx";
import { TextDiff } from "./text-diff.tsx";
import { VersionList } from "./version-list.tsx";

/** Snapshots, all versions, what differs between two of them, and the way back. Without a choice: the newest against the one before. */
export function VersionsTab({ search }: { search: KnowledgeSearch }) {
  const newest = useInfiniteQuery(versionsQuery).data?.pages[0]?.items[0]?.version ?? null;
  const rollback = useRollback();
  const to = search.to ?? "now";
  const from = search.from ?? (newest === null ? null : String(Math.max(0, newest - 1)));
  return (
    <div className="flex h-full min-h-0 flex-col overflow-y-auto lg:flex-row lg:overflow-hidden">
      <aside aria-label="Versions" tabIndex={0} className="w-full shrink-0 border-b border-line bg-surface lg:w-80 lg:overflow-y-auto lg:border-r lg:border-b-0">
        <SnapshotList newest={newest} onRollBack={rollback.ask} />
        <VersionList newest={newest} from={from} to={to} onRollBack={rollback.ask} />
      </aside>
      <div tabIndex={0} role="region" aria-label="Comparison" className="min-w-0 lg:min-h-0 lg:flex-1 lg:overflow-y-auto">
        <div className="flex flex-col gap-4 p-4 md:p-6">
          <RollbackNotice rollback={rollback} />
          {from === null ? <EmptyState icon={<ArticleIcon />} title="Nothing to compare">The first sync makes the first version.</EmptyState> : (
            <>
              <CompareForm key={`${from} ${to}`} from={from} to={to} newest={newest} />
              {search.document === undefined ? <ChangeList from={from} to={to} /> : <TextDiff id={search.document} from={from} to={to} />}
            </>
          )}
        </div>
      </div>
      {rollback.dialog}
    </div>
  );
}
