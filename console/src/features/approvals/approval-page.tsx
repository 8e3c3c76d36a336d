import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { sayProblem } from "../../lib/fetch-json.ts";
import { useNow } from "../../lib/use-now.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { LoadingRows, Problem } from "../../ui/feedback.tsx";
import { PageFrame } from "../../ui/page-frame.tsx";
import { ApprovalCard } from "./approval-card.tsx";
import { approvalQuery } from "./approval-queries.ts";
import { goToDecision } from "./go-to-decision.ts";

/** One approval: where the link of a notice leads. Opening it decides nothing. */
export function ApprovalPage({ approvalId }: { approvalId: string }) {
  const read = useQuery(approvalQuery(approvalId));
  const nowMs = useNow(1_000);
  const box = useRef<HTMLDivElement>(null);
  useShortcuts({ a: () => goToDecision(box.current, "approved"), d: () => goToDecision(box.current, "refused") });
  usePageTitle("Approval");
  return (
    <PageFrame title="Approval" note="A yes allows exactly the call you see, once." actions={<Link to="/approvals" className="text-accent-ink underline underline-offset-2">All approvals</Link>}>
      {read.isPending && <LoadingRows count={1} label="Loading the approval" className="h-40" />}
      {read.isError && <Problem text={sayProblem(read.error)} onRetry={() => void read.refetch()} />}
      <div ref={box}>{read.isSuccess && <ApprovalCard approval={read.data} nowMs={nowMs} />}</div>
    </PageFrame>
  );
}
