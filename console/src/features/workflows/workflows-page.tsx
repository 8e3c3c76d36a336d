import { useQuery } from "@tanstack/react-query";
import { sayProblem } from "../../lib/fetch-json.ts";
import { useNow } from "../../lib/use-now.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { useListShortcuts } from "../../lib/use-shortcuts.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { WorkflowIcon } from "../../ui/icons.tsx";
import { WidePage } from "../../ui/wide-page.tsx";
import { WideTable, type TableColumn } from "../../ui/wide-table.tsx";
import { workflowsQuery } from "./workflow-queries.ts";
import { WorkflowRow } from "./workflow-row.tsx";

/** On a phone only the essential ones stand; the rest of the figures is on the workflow's own page. */
const COLUMNS: readonly TableColumn[] = [
  { title: "Workflow", isEssential: true },
  { title: "Health", note: "The last 24 hours", isEssential: true },
  { title: "Runs", className: "text-right", note: "Of the last 24 hours" },
  { title: "Failed", className: "text-right", note: "Share of the last 24 hours' runs" },
  { title: "Now", className: "text-right", note: "Under way and waiting now" },
  { title: "Usual time", className: "text-right", note: "Half of the runs took less" },
  { title: "Version" },
  { title: "Last change" },
];

/** All active workflows: what they do, how they go, when they were changed. */
export function WorkflowsPage() {
  const list = useQuery(workflowsQuery);
  const nowMs = useNow(30_000);
  const box = useListShortcuts<HTMLTableSectionElement>();
  usePageTitle("Workflows");
  return (
    <WidePage title="Workflows" note="What happens when a customer asks, an event comes in or a time is reached. Every run keeps the version it began with.">
      <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
        {list.isPending && <LoadingRows count={6} label="Loading the workflows" className="h-12" />}
        {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
        {list.isSuccess && list.data.length === 0 && <NoWorkflows />}
        {list.isSuccess && list.data.length > 0 && (
          <WideTable label="Workflows" columns={COLUMNS} minWidth="md:min-w-[56rem]" box={box}>
            {list.data.map((workflow) => <WorkflowRow key={`${workflow.namespace}/${workflow.name}`} workflow={workflow} nowMs={nowMs} />)}
          </WideTable>
        )}
      </div>
    </WidePage>
  );
}

function NoWorkflows() {
  return (
    <EmptyState icon={<WorkflowIcon />} title="There are no workflows yet">
      <p>Put a Serverless Workflow document into the folder <Code>workflows/</Code> of your workspace, then run</p>
      <p className="my-2"><Code>baton check</Code> and <Code>baton publish</Code>.</p>
      <p>An intent starts one with <Code>{"action: { workflow: name }"}</Code>.</p>
    </EmptyState>
  );
}

function Code({ children }: { children: string }) {
  return <code className="rounded bg-sunken px-1 py-0.5 font-mono text-2xs whitespace-nowrap text-ink-soft">{children}</code>;
}
