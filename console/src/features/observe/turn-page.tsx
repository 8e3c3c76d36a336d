import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sayProblem } from "../../lib/fetch-json.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { LoadingRows, Problem } from "../../ui/feedback.tsx";
import { PageFrame } from "../../ui/page-frame.tsx";
import { turnQuery } from "./turn-query.ts";
import { TurnTrace } from "./turn-trace.tsx";

/** A trace on a page of its own, for links from the ledger and from elsewhere. */
export function TurnPage({ turnId }: { turnId: string }) {
  const turn = useQuery(turnQuery(turnId));
  usePageTitle("Turn");
  const conversationLink = turn.data === undefined ? null : (
    <Link to="/conversations/$conversationId" params={{ conversationId: turn.data.conversationId }} className="text-accent-ink underline underline-offset-2">Open the conversation</Link>
  );
  return (
    <PageFrame title="Trace of the turn" note={<span className="font-mono text-xs break-all">{turnId}</span>} actions={conversationLink}>
      <h2 className="sr-only">Trace</h2>
      <div className="overflow-hidden rounded-xl border border-line bg-surface">
        {turn.isPending && <LoadingRows count={8} label="Loading the trace" className="h-9" />}
        {turn.isError && <Problem text={sayProblem(turn.error)} onRetry={() => void turn.refetch()} />}
        {turn.data !== undefined && <TurnTrace turn={turn.data} />}
      </div>
    </PageFrame>
  );
}
