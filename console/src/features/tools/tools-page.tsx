import { useQuery } from "@tanstack/react-query";
import type { SystemView } from "../../../../src/shapes/tool.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { useNow } from "../../lib/use-now.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { useListShortcuts } from "../../lib/use-shortcuts.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { ToolIcon } from "../../ui/icons.tsx";
import { StateBadge } from "../../ui/state-badge.tsx";
import { WidePage } from "../../ui/wide-page.tsx";
import { WideTable, type TableColumn } from "../../ui/wide-table.tsx";
import { ToolRow } from "./tool-row.tsx";
import { saySystem } from "./tool-words.ts";
import { toolsQuery } from "./tools-query.ts";

/** On a phone only the essential ones stand; the rest is in the opened line. */
const COLUMNS: readonly TableColumn[] = [
  { title: "Tool", isEssential: true },
  { title: "Health", note: "The last 24 hours", isEssential: true },
  { title: "Risk", note: "How much harm a call can do" },
  { title: "System" },
  { title: "Calls", className: "text-right", note: "Of the last 24 hours" },
  { title: "Failed", className: "text-right", note: "Of the last 24 hours" },
  { title: "Usual time", className: "text-right", note: "Half of the calls took less" },
];

/** What the AI and workflows may do in other systems, and how those systems do. */
export function ToolsPage() {
  const list = useQuery(toolsQuery);
  const nowMs = useNow(30_000);
  const box = useListShortcuts<HTMLTableSectionElement>();
  usePageTitle("Tools");
  return (
    <WidePage title="Tools" note="What the AI and workflows may do in your systems. A system that keeps failing is left alone for a moment; what needs it goes to a person meanwhile.">
      <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
        {list.isPending && <LoadingRows count={6} label="Loading the tools" className="h-12" />}
        {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
        {list.isSuccess && list.data.tools.length === 0 && <NoTools />}
        {list.isSuccess && list.data.tools.length > 0 && (
          <>
            <Systems systems={list.data.systems} />
            <WideTable label="Tools" columns={COLUMNS} minWidth="md:min-w-[52rem]" box={box}>
              {list.data.tools.map((tool) => <ToolRow key={tool.name} tool={tool} nowMs={nowMs} />)}
            </WideTable>
          </>
        )}
      </div>
    </WidePage>
  );
}

function Systems({ systems }: { systems: SystemView[] }) {
  return (
    <ul aria-label="Systems" className="mb-4 flex flex-wrap gap-2">
      {systems.map((system) => (
        <li key={system.system} title={system.lastError ?? undefined} className="flex items-center gap-2 rounded-lg border border-line bg-surface px-3 py-1.5 text-xs">
          <span className="font-medium">{system.system}</span><StateBadge state={saySystem(system)} />
        </li>
      ))}
    </ul>
  );
}

function NoTools() {
  return (
    <EmptyState icon={<ToolIcon />} title="There are no tools yet">
      <p>Put one into the folder <code className="rounded bg-sunken px-1 py-0.5 font-mono text-2xs text-ink-soft">tools/</code> of your workspace: a TypeScript file, or a YAML declaration of an API, a database or an MCP server.</p>
    </EmptyState>
  );
}
