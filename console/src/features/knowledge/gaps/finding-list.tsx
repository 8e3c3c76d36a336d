import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { FindingView } from "../../../../../src/shapes/knowledge-upkeep.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatFull, sayCode } from "../../../lib/format.ts";
import { Button } from "../../../ui/button.tsx";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { CheckIcon } from "../../../ui/icons.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { correctionsQuery, decideFinding, findingsQuery } from "./gap-queries.ts";

/** What somebody should look at in the articles there are, the heaviest first. */
export function FindingList({ kind, status }: { kind: FindingView["kind"]; status: FindingView["status"] }) {
  const list = useInfiniteQuery(findingsQuery(kind, status));
  if (list.isPending) return <LoadingRows count={3} label="Loading the findings" className="h-20" />;
  if (list.isError) return <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />;
  const findings = list.data.pages.flatMap((page) => page.items);
  if (findings.length === 0) return <EmptyState icon={<CheckIcon />} title={status === "open" ? "Nothing to look at" : "Nothing was dismissed"} />;
  return (
    <>
      <ul aria-label="Findings" className="flex flex-col gap-3">{findings.map((finding) => <FindingCard key={finding.id} finding={finding} />)}</ul>
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
    </>
  );
}

function FindingCard({ finding }: { finding: FindingView }) {
  const queryClient = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  const deciding = useMutation({ mutationFn: (decision: "dismissed" | "open") => decideFinding(finding.id, decision), onSuccess: () => queryClient.invalidateQueries({ queryKey: ["knowledge", "upkeep"] }) });
  const isDismissed = finding.status === "dismissed";
  return (
    <li className="rounded-xl border border-line bg-surface px-4 py-3">
      <p className="mb-2 break-words text-ink-soft first-letter:uppercase">{finding.reason}</p>
      <div className={`grid gap-3 ${finding.other === null ? "" : "md:grid-cols-2"}`}>
        <Side document={finding.document} passage={finding.passage} />
        {finding.other !== null && <Side document={finding.other} passage={finding.otherPassage} />}
      </div>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button size="small" isBusy={deciding.isPending} onClick={() => deciding.mutate(isDismissed ? "open" : "dismissed")}>{isDismissed ? "Undo: open it again" : "Dismiss"}</Button>
        {finding.kind === "corrected" && <Button size="small" tone="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>What people set right</Button>}
        <span className="text-2xs text-ink-faint">since <time dateTime={finding.firstAt}>{formatFull(finding.firstAt)}</time></span>
      </div>
      {isOpen && <Corrections documentId={finding.document.id} />}
      {deciding.isError && <Problem text={sayProblem(deciding.error)} />}
    </li>
  );
}

function Side({ document, passage }: { document: FindingView["document"]; passage: string | null }) {
  return (
    <div className="min-w-0">
      <Link to="/knowledge/documents/$documentId" params={{ documentId: document.id }} search={passage === null ? {} : { quote: passage.slice(0, 600) }} className="font-medium break-words text-accent-ink underline underline-offset-2">{document.title}</Link>
      <p className="font-mono text-2xs break-all text-ink-faint">{document.path}</p>
      {passage !== null && <blockquote className="mt-1 border-l-2 border-line-strong pl-2 text-xs break-words text-ink-soft">{passage}</blockquote>}
    </div>
  );
}

function Corrections({ documentId }: { documentId: string }) {
  const list = useQuery(correctionsQuery(documentId));
  if (list.isPending) return <LoadingRows count={2} label="Loading the corrections" className="h-10" />;
  if (list.isError) return <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />;
  return (
    <ul aria-label="What people set right" className="mt-3 flex flex-col gap-3 border-t border-line pt-3 text-xs">
      {list.data.map((correction) => (
        <li key={correction.id}>
          <p className="text-ink-faint">{sayCode(correction.kind)}, <time dateTime={correction.at}>{formatFull(correction.at)}</time>, <Link to="/conversations/$conversationId" params={{ conversationId: correction.conversationId }} className="text-accent-ink underline underline-offset-2">the conversation</Link></p>
          <p className="break-words text-ink-soft"><span className="text-ink-faint">The AI said:</span> {correction.said}</p>
          {correction.became !== null && <p className="break-words text-ink-soft"><span className="text-ink-faint">It became:</span> {correction.became}</p>}
        </li>
      ))}
    </ul>
  );
}
