import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CaseView, ConversationView } from "../../../../src/shapes/conversation.ts";
import type { RunSummary } from "../../../../src/shapes/workflow.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatFull } from "../../lib/format.ts";
import { useNow } from "../../lib/use-now.ts";
import { Badge } from "../../ui/badge.tsx";
import { Problem } from "../../ui/feedback.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Section } from "../../ui/section.tsx";
import { runsQuery } from "../workflows/workflow-queries.ts";
import { CaseRun } from "./case-run.tsx";

/** The contact's cases, each with the workflow runs that work or worked on it. */
export function CasesSection({ conversation }: { conversation: ConversationView }) {
  const list = useInfiniteQuery(runsQuery({ conversationId: conversation.id }));
  const nowMs = useNow(1_000);
  const runs = list.data?.pages.flatMap((page) => page.items) ?? [];
  const known = new Set(conversation.cases.map((each) => each.id));
  const others = runs.filter((run) => run.caseId === null || !known.has(run.caseId));
  return (
    <>
      <Section title="Cases">
        {conversation.cases.length === 0 && <p className="text-xs text-ink-faint">No case yet. The next message opens one.</p>}
        <ul className="flex flex-col gap-3">{conversation.cases.map((each) => <CaseRow key={each.id} view={each} runs={runs.filter((run) => run.caseId === each.id)} nowMs={nowMs} />)}</ul>
        {list.isError && <div className="-mx-3"><Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} /></div>}
        {list.hasNextPage && <LoadMore label="Show earlier runs" isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
      </Section>
      {others.length > 0 && <Section title="Runs without a case"><Runs runs={others} nowMs={nowMs} label="Runs without a case" /></Section>}
    </>
  );
}

function CaseRow({ view, runs, nowMs }: { view: CaseView; runs: readonly RunSummary[]; nowMs: number }) {
  const subject = view.subject ?? "No subject";
  return (
    <li>
      <div className="flex items-start justify-between gap-3">
        <span className="min-w-0">
          <span className="block break-words">{subject}</span>
          <time dateTime={view.openedAt} className="text-xs text-ink-faint">{formatFull(view.openedAt)}</time>
          {" "}<Link to="/ledger/cases/$caseId" params={{ caseId: view.id }} aria-label={`Why it went so: ${subject}`} className="text-xs text-accent-ink underline underline-offset-2">Why it went so</Link>
        </span>
        <Badge tone={view.status === "open" ? "accent" : "neutral"}>{view.status === "open" ? "Open" : "Resolved"}</Badge>
      </div>
      {runs.length > 0 && <Runs runs={runs} nowMs={nowMs} label={`Runs of the case ${subject}`} />}
    </li>
  );
}

function Runs({ runs, nowMs, label }: { runs: readonly RunSummary[]; nowMs: number; label: string }) {
  return <ul aria-label={label} className="mt-2 flex flex-col gap-1.5">{runs.map((run) => <CaseRun key={run.id} run={run} nowMs={nowMs} />)}</ul>;
}
