import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { SourceView } from "../../../../../src/shapes/knowledge.ts";
import { isMissing, sayProblem } from "../../../lib/fetch-json.ts";
import { formatAgo, formatCount, formatFull, formatSeconds } from "../../../lib/format.ts";
import { useNow } from "../../../lib/use-now.ts";
import { usePageTitle } from "../../../lib/use-page-title.ts";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { SearchIcon } from "../../../ui/icons.tsx";
import { KeyValues } from "../../../ui/key-values.tsx";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { WidePage } from "../../../ui/wide-page.tsx";
import { useSession } from "../../identity/session.ts";
import { sourceQuery } from "../knowledge-queries.ts";
import { isUnderWay, sayKind, saySchedule, saySource } from "../knowledge-words.ts";
import { FileList } from "./file-list.tsx";
import { HeldNotice } from "./held-notice.tsx";
import { ProblemList } from "./problem-list.tsx";
import { SourceButtons } from "./source-buttons.tsx";
import { SyncList } from "./sync-list.tsx";
import { SyncProgress } from "./sync-progress.tsx";
import { UploadBox } from "./upload-box.tsx";

/** One source: how it stands, what could not be taken, its syncs, and its files when they are uploaded. */
export function SourcePage({ name }: { name: string }) {
  const source = useQuery(sourceQuery(name));
  const mayManage = useSession()?.user.role === "admin";
  usePageTitle(`${name} · Knowledge`);
  return (
    <WidePage
      back={<Link to="/knowledge" className="underline-offset-2 hover:text-ink hover:underline">Sources</Link>}
      title={name}
      badges={source.data !== undefined && <StateBadge state={saySource(source.data)} />}
      note={source.data !== undefined && `${sayKind(source.data.kind)}${source.data.isDeclared ? ", declared by the workspace and changed there" : ""}`}
      actions={mayManage && source.data !== undefined ? <SourceButtons source={source.data} /> : undefined}
    >
      <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
        {source.isPending && <LoadingRows count={5} label="Loading the source" className="h-14" />}
        {source.isError && (isMissing(source.error) ? <NoSource /> : <Problem text={sayProblem(source.error)} onRetry={() => void source.refetch()} />)}
        {source.data !== undefined && <Body source={source.data} mayManage={mayManage} />}
      </div>
    </WidePage>
  );
}

function NoSource() {
  return <EmptyState icon={<SearchIcon />} title="There is no such source">It may have been removed. <Link to="/knowledge" className="text-accent-ink underline underline-offset-2">See all sources</Link>.</EmptyState>;
}

function Body({ source, mayManage }: { source: SourceView; mayManage: boolean }) {
  const { lastSync } = source;
  return (
    <div className="mx-auto grid max-w-6xl gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex min-w-0 flex-col gap-5">
        {source.isStale && <p role="status" className="rounded-lg bg-warn-soft px-3.5 py-2.5 text-warn">! Not synced for longer than {formatSeconds((source.staleAfterMinutes ?? 0) * 60)}. Answers may be out of date: see the last syncs for the reason.</p>}
        {lastSync?.status === "held" && <HeldNotice sync={lastSync} mayManage={mayManage} />}
        {lastSync?.status === "failed" && <p role="status" className="rounded-lg bg-bad-soft px-3.5 py-2.5 break-words text-bad">✕ The last sync failed: {lastSync.error ?? "no reason was given"}</p>}
        {lastSync !== null && isUnderWay(lastSync) && <div className="rounded-xl border border-line bg-surface px-4 py-3"><SyncProgress sync={lastSync} /></div>}
        {source.kind === "upload" && mayManage && <UploadBox source={source} />}
        <Block title="Problems"><ProblemList source={source.id} /></Block>
        {source.kind === "upload" && <Block title="Files"><FileList source={source.id} mayManage={mayManage} /></Block>}
        <Block title="Syncs"><SyncList source={source.id} /></Block>
      </div>
      <aside aria-label="About this source" className="order-first min-w-0 lg:order-none"><Facts source={source} mayManage={mayManage} /></aside>
    </div>
  );
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return <section aria-label={title}><h2 className="mb-2 text-sm font-semibold">{title}</h2>{children}</section>;
}

function Facts({ source, mayManage }: { source: SourceView; mayManage: boolean }) {
  const nowMs = useNow(30_000);
  const { audience, ...rest } = source.defaults;
  const time = (at: string) => <time dateTime={at} title={formatFull(at)}>{formatAgo(at, nowMs)}</time>;
  return (
    <div className="rounded-xl border border-line bg-surface px-4 py-3 text-xs">
      <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5 [&_dd]:break-words [&_dd]:text-ink-soft [&_dt]:text-ink-faint">
        <dt>Documents</dt><dd>{mayManage ? <Link to="/knowledge" search={{ tab: "documents", source: source.id }} className="text-accent-ink underline underline-offset-2">{formatCount(source.documents, "document", "documents")}</Link> : formatCount(source.documents, "document", "documents")}</dd>
        <dt>Synced</dt><dd>{source.isPaused ? "Paused" : saySchedule(source.schedule)}</dd>
        <dt>Last synced</dt><dd>{source.lastOkAt === null ? "never" : time(source.lastOkAt)}</dd>
        {source.nextAt !== null && !source.isPaused && <><dt>Next</dt><dd>{formatFull(source.nextAt)}</dd></>}
        <dt>Alarm</dt><dd>{source.staleAfterMinutes === null ? "none" : `after ${formatSeconds(source.staleAfterMinutes * 60)} without a sync`}</dd>
        <dt>Audience</dt><dd>{audience.length === 0 ? "as each document says" : audience.join(", ")}</dd>
      </dl>
      {(Object.keys(rest).length > 0 || Object.keys(source.settings).length > 0) && <div className="mt-3 border-t border-line pt-3"><KeyValues values={{ ...rest, ...source.settings }} /></div>}
    </div>
  );
}
