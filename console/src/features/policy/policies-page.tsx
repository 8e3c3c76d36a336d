import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sayProblem } from "../../lib/fetch-json.ts";
import { useNow } from "../../lib/use-now.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { LoadingRows, Problem } from "../../ui/feedback.tsx";
import { tabClass } from "../../ui/tab-class.ts";
import { WidePage } from "../../ui/wide-page.tsx";
import { useSession } from "../identity/session.ts";
import { AskTab } from "./ask/ask-tab.tsx";
import { LadderTab } from "./ladder/ladder-tab.tsx";
import { StopBanner, StopControl } from "./ladder/stop-control.tsx";
import { autonomyQuery, policiesQuery } from "./policy-queries.ts";
import type { PolicySearch, PolicyTab } from "./policy-search.ts";
import { RulesTab } from "./rules/rules-tab.tsx";

const TABS: { tab: PolicyTab; title: string }[] = [
  { tab: "ladder", title: "Autonomy" },
  { tab: "rules", title: "Policies in force" },
  { tab: "ask", title: "Who may …?" },
];

/** How far the AI may go: the ladder with its switches, the policies as they are written, and questions to both. */
export function PoliciesPage({ search }: { search: PolicySearch }) {
  const tab = search.tab ?? "ladder";
  const ladder = useQuery(autonomyQuery);
  const policies = useQuery(policiesQuery);
  const nowMs = useNow(30_000);
  // As the server has it: admins change the ladder.
  const mayChange = useSession()?.user.role === "admin";
  usePageTitle("Policies");
  return (
    <WidePage
      title="Policies"
      note="What may be done and read, by whom, and how far the AI goes by itself. Policies are code: they are changed in the workspace."
      actions={mayChange && ladder.data !== undefined ? <StopControl ladder={ladder.data} /> : undefined}
      below={<Tabs current={tab} />}
    >
      <div className="flex h-full min-h-0 flex-col">
        {ladder.data !== undefined && <StopBanner ladder={ladder.data} mayChange={mayChange} nowMs={nowMs} />}
        <div className="min-h-0 flex-1 overflow-y-auto px-4 py-5 md:px-6">
          {tab === "ladder" && <Loaded from={ladder} label="Loading the ladder">{(data) => <LadderTab ladder={data} mayChange={mayChange} nowMs={nowMs} />}</Loaded>}
          {tab === "rules" && <Loaded from={policies} label="Loading the policies">{(data) => <RulesTab policies={data} chosen={search.rule ?? null} />}</Loaded>}
          {tab === "ask" && <Loaded from={policies} label="Loading the policies">{(data) => <AskTab policies={data} />}</Loaded>}
        </div>
      </div>
    </WidePage>
  );
}

/** What was read stays in sight when reading it again fails; the problem stands above it. */
function Loaded<Data>({ from, label, children }: { from: UseQueryResult<Data>; label: string; children: (data: Data) => ReactNode }) {
  return (
    <>
      {from.isPending && <LoadingRows count={5} label={label} className="h-14" />}
      {from.isError && <Problem text={sayProblem(from.error)} onRetry={() => void from.refetch()} />}
      {from.data !== undefined && children(from.data)}
    </>
  );
}

function Tabs({ current }: { current: PolicyTab }) {
  return (
    <nav aria-label="Views of the policies" className="-mb-px flex gap-1">
      {TABS.map(({ tab, title }) => (
        <Link
          key={tab}
          to="/policies"
          search={tab === "ladder" ? {} : { tab }}
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
