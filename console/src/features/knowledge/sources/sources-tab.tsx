import { useQuery } from "@tanstack/react-query";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { useNow } from "../../../lib/use-now.ts";
import { useListShortcuts } from "../../../lib/use-shortcuts.ts";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { KnowledgeIcon } from "../../../ui/icons.tsx";
import { WideTable, type TableColumn } from "../../../ui/wide-table.tsx";
import { sourcesQuery } from "../knowledge-queries.ts";
import { SourceRow } from "./source-row.tsx";

/** On a phone only the essential ones stand; the rest is on the source's own page. */
const COLUMNS: readonly TableColumn[] = [
  { title: "Source", isEssential: true },
  { title: "State", isEssential: true },
  { title: "Schedule" },
  { title: "Last synced" },
  { title: "Documents", className: "text-right", note: "Served now" },
  { title: "Added", className: "text-right", note: "By the last sync" },
  { title: "Changed", className: "text-right", note: "By the last sync" },
  { title: "Removed", className: "text-right", note: "By the last sync" },
  { title: "Problems", className: "text-right", note: "What could not be taken" },
];

/** Where documents come from, and how each source stands. */
export function SourcesTab() {
  const list = useQuery(sourcesQuery);
  const nowMs = useNow(30_000);
  const box = useListShortcuts<HTMLTableSectionElement>();
  return (
    <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
      {list.isPending && <LoadingRows count={5} label="Loading the sources" className="h-12" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && list.data.length === 0 && (
        <EmptyState icon={<KnowledgeIcon />} title="There are no sources yet">
          Add one: files, a folder, a web site, a repository, a bucket, or records of one of your systems.
        </EmptyState>
      )}
      {list.isSuccess && list.data.length > 0 && (
        <WideTable label="Sources" columns={COLUMNS} minWidth="md:min-w-[60rem]" box={box}>
          {list.data.map((source) => <SourceRow key={source.id} source={source} nowMs={nowMs} />)}
        </WideTable>
      )}
    </div>
  );
}
