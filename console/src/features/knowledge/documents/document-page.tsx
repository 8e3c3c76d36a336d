import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ManagedDocumentView } from "../../../../../src/shapes/knowledge.ts";
import { isMissing, sayProblem } from "../../../lib/fetch-json.ts";
import { usePageTitle } from "../../../lib/use-page-title.ts";
import { Badge } from "../../../ui/badge.tsx";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { SearchIcon } from "../../../ui/icons.tsx";
import { tabClass } from "../../../ui/tab-class.ts";
import { WidePage } from "../../../ui/wide-page.tsx";
import { ArticleView } from "../article-view.tsx";
import { documentQuery } from "../knowledge-queries.ts";
import type { DocumentSearch } from "../knowledge-search.ts";
import { ChunkText } from "./chunk-text.tsx";
import { DocumentFacts } from "./document-facts.tsx";
import { DocumentVersions } from "./document-versions.tsx";

/** One document: as people read it, or with its chunks drawn; its facts, problems and versions beside it. */
export function DocumentPage({ id, search }: { id: string; search: DocumentSearch }) {
  const document = useQuery(documentQuery(id, search.version ?? null));
  const title = document.data?.title ?? "Document";
  usePageTitle(`${title} · Knowledge`);
  return (
    <WidePage
      back={<Link to="/knowledge" search={{ tab: "documents" }} className="underline-offset-2 hover:text-ink hover:underline">Documents</Link>}
      title={title}
      badges={document.data !== undefined && document.data.toVersion !== null && <Badge tone="warn">! Not served now</Badge>}
      note={document.data !== undefined && <span className="font-mono text-xs break-all">{document.data.path}</span>}
      below={document.data !== undefined && <Views id={id} search={search} />}
    >
      {document.isPending && <LoadingRows count={6} label="Loading the document" className="h-10" />}
      {document.isError && (isMissing(document.error) ? <NoDocument /> : <Problem text={sayProblem(document.error)} onRetry={() => void document.refetch()} />)}
      {document.data !== undefined && <Body document={document.data} search={search} />}
    </WidePage>
  );
}

function NoDocument() {
  return <EmptyState icon={<SearchIcon />} title="There is no such document">It may never have been in that version. <Link to="/knowledge" search={{ tab: "documents" }} className="text-accent-ink underline underline-offset-2">See all documents</Link>.</EmptyState>;
}

function Body({ document, search: { view, quote = "", heading = "" } }: { document: ManagedDocumentView; search: DocumentSearch }) {
  return (
    <div className="flex h-full min-h-0 flex-col overflow-y-auto lg:flex-row lg:overflow-hidden">
      <div tabIndex={0} role="region" aria-label="Text" className="min-w-0 lg:min-h-0 lg:flex-1 lg:overflow-y-auto">
        {document.toVersion !== null && (
          <p role="status" className="mx-4 mt-4 rounded-lg bg-warn-soft px-3.5 py-2.5 text-warn md:mx-5">
            ! This is how it was in the versions {document.fromVersion} to {document.toVersion - 1}. Answers are no longer made from it. <Link to="/knowledge/documents/$documentId" params={{ documentId: document.id }} className="underline underline-offset-2">See how it is now</Link>.
          </p>
        )}
        {document.warnings.map((warning) => <p key={warning.code + warning.message} className="mx-4 mt-4 rounded-lg bg-warn-soft px-3.5 py-2.5 text-warn md:mx-5">! {warning.message}</p>)}
        {view === "chunks" ? <ChunkText body={document.body} chunks={document.chunks} /> : <div className="max-w-3xl"><ArticleView article={{ ...document, text: document.body }} quote={quote} heading={heading} /></div>}
      </div>
      <aside aria-label="About this document" tabIndex={0} className="w-full shrink-0 border-t border-line bg-surface lg:w-80 lg:overflow-y-auto lg:border-t-0 lg:border-l">
        <DocumentFacts document={document} />
        <DocumentVersions id={document.id} shown={document.fromVersion} />
      </aside>
    </div>
  );
}

function Views({ id, search: { view, ...rest } }: { id: string; search: DocumentSearch }) {
  const views = [{ title: "Read", isCurrent: view === undefined, search: rest }, { title: "Chunks", isCurrent: view === "chunks", search: { ...rest, view: "chunks" as const } }];
  return (
    <nav aria-label="Views of the document" className="-mb-px flex gap-1">
      {views.map(({ title, isCurrent, search }) => (
        <Link key={title} to="/knowledge/documents/$documentId" params={{ documentId: id }} search={search} replace activeOptions={{ exact: true, includeSearch: false }} aria-current={isCurrent ? "page" : undefined} activeProps={{}} className={tabClass(isCurrent)}>{title}</Link>
      ))}
    </nav>
  );
}
