import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, type ReactNode } from "react";
import type { WorkflowView } from "../../../../src/shapes/workflow.ts";
import { isMissing, sayProblem } from "../../lib/fetch-json.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { SearchIcon } from "../../ui/icons.tsx";
import { StateBadge } from "../../ui/state-badge.tsx";
import { GraphTab } from "./graph/graph-tab.tsx";
import { RunsTab } from "./runs/runs-tab.tsx";
import { VersionsTab } from "./versions/versions-tab.tsx";
import { tabClass } from "../../ui/tab-class.ts";
import { WidePage } from "../../ui/wide-page.tsx";
import { workflowQuery } from "./workflow-queries.ts";
import type { WorkflowSearch, WorkflowTab } from "./workflow-search.ts";
import { sayHealth, sayStart, titleOf } from "./workflow-words.ts";

const DocumentTab = lazy(async () => ({ default: (await import("./document/document-tab.tsx")).DocumentTab }));

const TABS: { tab: WorkflowTab; title: string }[] = [
  { tab: "graph", title: "Graph" },
  { tab: "document", title: "Document" },
  { tab: "versions", title: "Versions" },
  { tab: "runs", title: "Runs" },
];

/** One workflow: its graph with live counts, its document, its versions and its runs. */
export function WorkflowPage({ name, search }: { name: string; search: WorkflowSearch }) {
  const workflow = useQuery(workflowQuery(name));
  const tab = search.tab ?? "graph";
  const title = workflow.data === undefined ? name : titleOf(workflow.data);
  usePageTitle(`${title} · Workflows`);
  return (
    <WidePage
      back={<Link to="/workflows" className="underline-offset-2 hover:text-ink hover:underline">Workflows</Link>}
      title={title}
      badges={workflow.data !== undefined && <Badges workflow={workflow.data} />}
      note={workflow.data?.summary ? <span className="line-clamp-2 md:line-clamp-none">{workflow.data.summary}</span> : workflow.data === undefined ? undefined : <span className="first-letter:uppercase inline-block">{sayStart(workflow.data)}</span>}
      below={!isMissing(workflow.error) && <Tabs name={name} current={tab} />}
    >
      {workflow.isPending && <LoadingRows count={5} label="Loading the workflow" className="h-16" />}
      {workflow.isError && (isMissing(workflow.error) ? <NoWorkflow /> : <Problem text={sayProblem(workflow.error)} onRetry={() => void workflow.refetch()} />)}
      {workflow.data !== undefined && (
        <Suspense fallback={<LoadingRows count={5} label="Loading the editor" className="h-16" />}>
          <Tab tab={tab} workflow={workflow.data} search={search} />
        </Suspense>
      )}
    </WidePage>
  );
}

function NoWorkflow() {
  return (
    <EmptyState icon={<SearchIcon />} title="There is no such workflow">
      It may have another name now. <Link to="/workflows" className="text-accent-ink underline underline-offset-2">See all workflows</Link>.
    </EmptyState>
  );
}

function Tab({ tab, workflow, search }: { tab: WorkflowTab; workflow: WorkflowView; search: WorkflowSearch }): ReactNode {
  if (tab === "document") return <DocumentTab workflow={workflow} />;
  if (tab === "versions") return <VersionsTab workflow={workflow} before={search.before ?? null} after={search.after ?? null} />;
  if (tab === "runs") return <RunsTab name={workflow.name} status={search.status ?? null} />;
  return <GraphTab workflow={workflow} />;
}

function Badges({ workflow }: { workflow: WorkflowView }) {
  return (
    <>
      <StateBadge state={sayHealth(workflow.health)} />
      <span className="text-xs text-ink-faint tabular-nums">version {workflow.version}</span>
    </>
  );
}

function Tabs({ name, current }: { name: string; current: WorkflowTab }) {
  return (
    <nav aria-label="Views of the workflow" className="-mb-px flex gap-1">
      {TABS.map(({ tab, title }) => (
        <Link
          key={tab}
          to="/workflows/$workflowName"
          params={{ workflowName: name }}
          search={tab === "graph" ? {} : { tab }}
          activeOptions={{ exact: true, includeSearch: false }}
          aria-current={tab === current ? "page" : undefined}
          activeProps={{}}
          className={tabClass(tab === current)}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
