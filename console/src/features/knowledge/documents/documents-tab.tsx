import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { DocumentHeadView } from "../../../../../src/shapes/knowledge.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatAgo, formatFull } from "../../../lib/format.ts";
import { useNow } from "../../../lib/use-now.ts";
import { useListShortcuts } from "../../../lib/use-shortcuts.ts";
import { Badge } from "../../../ui/badge.tsx";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { CheckField, SelectField, TextField } from "../../../ui/fields.tsx";
import { SearchIcon } from "../../../ui/icons.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { WideTable, type TableColumn } from "../../../ui/wide-table.tsx";
import { documentsQuery, facetsQuery, sourcesQuery } from "../knowledge-queries.ts";
import type { KnowledgeSearch } from "../knowledge-search.ts";
import { sayLanguage } from "../knowledge-words.ts";
import { ProblemList } from "../sources/problem-list.tsx";

const COLUMNS: readonly TableColumn[] = [
  { title: "Document", isEssential: true },
  { title: "Source" },
  { title: "Audience", note: "Who may see it" },
  { title: "Language" },
  { title: "Product" },
  { title: "Changed" },
];

/** Every document that is served, whoever may read it; with the filter for problems also what could not be taken. */
export function DocumentsTab({ search }: { search: KnowledgeSearch }) {
  const { source = null, query = null, audience = null, language = null } = search;
  const list = useInfiniteQuery({ ...documentsQuery({ source, query, audience, language, warnings: search.warnings === true ? true : null }), placeholderData: (before) => before });
  const nowMs = useNow(60_000);
  const box = useListShortcuts<HTMLTableSectionElement>();
  const documents = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
      <FilterBar search={search} />
      {list.isPending && <LoadingRows count={8} label="Loading the documents" className="h-10" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && documents.length === 0 && <EmptyState icon={<SearchIcon />} title={search.warnings === true ? "No document with problems" : "No document found"}>{search.warnings === true ? "Every document was read whole." : "Change the filters, or add a source."}</EmptyState>}
      {documents.length > 0 && (
        <WideTable label="Documents" columns={COLUMNS} minWidth="md:min-w-[54rem]" box={box}>
          {documents.map((document) => <DocumentRow key={document.id} document={document} nowMs={nowMs} />)}
        </WideTable>
      )}
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
      {search.warnings === true && <section aria-label="Not taken at all" className="mt-5"><h2 className="mb-2 text-sm font-semibold">Not taken at all</h2><ProblemList source={source} /></section>}
    </div>
  );
}

function FilterBar({ search }: { search: KnowledgeSearch }) {
  const navigate = useNavigate();
  const facets = useQuery(facetsQuery).data;
  const sources = useQuery(sourcesQuery).data ?? [];
  const narrow = (part: Partial<Record<"source" | "query" | "audience" | "language", string>> & { warnings?: boolean }): void => {
    const { source = "", query = "", audience = "", language = "", warnings = false } = { ...search, ...part };
    void navigate({ to: "/knowledge", replace: true, search: { tab: "documents", ...(source && { source }), ...(query && { query }), ...(audience && { audience }), ...(language && { language }), ...(warnings && { warnings }) } });
  };
  const any = (label: string, values: readonly string[], chosen: string | undefined, say = (value: string) => value) => [{ value: "", label }, ...[...new Set([...values, ...(chosen === undefined ? [] : [chosen])])].map((value) => ({ value, label: say(value) }))];
  return (
    <div role="search" aria-label="Filter the documents" className="mb-4 grid gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(12rem,2fr)_1fr_1fr_1fr_auto] lg:items-end">
      <TextField label="Title or path" type="search" value={search.query ?? ""} onChange={(query) => narrow({ query })} placeholder="Search" />
      <SelectField label="Source" value={search.source ?? ""} choices={any("Every source", sources.map((source) => source.id), search.source)} onChange={(source) => narrow({ source })} />
      <SelectField label="Audience" value={search.audience ?? ""} choices={any("Every audience", facets?.audiences ?? [], search.audience)} onChange={(audience) => narrow({ audience })} />
      <SelectField label="Language" value={search.language ?? ""} choices={any("Every language", facets?.languages ?? [], search.language, sayLanguage)} onChange={(language) => narrow({ language })} />
      <div className="flex h-9 items-center"><CheckField label="With problems" isChecked={search.warnings === true} onChange={(warnings) => narrow({ warnings })} /></div>
    </div>
  );
}

function DocumentRow({ document, nowMs }: { document: DocumentHeadView; nowMs: number }) {
  return (
    <tr className="relative border-b border-line last:border-b-0 hover:bg-sunken/60">
      <th scope="row" className="max-w-96 py-2 pr-3 pl-4 font-normal">
        <Link to="/knowledge/documents/$documentId" params={{ documentId: document.id }} data-list-item
          className="font-medium break-words after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">
          {document.title}
        </Link>
        {document.warnings.length > 0 && <span className="ml-2 align-middle"><Badge tone="warn">! {document.warnings.length}</Badge></span>}
        <p className="font-mono text-2xs break-all text-ink-faint">{document.path}</p>
      </th>
      <td className="hidden px-3 text-xs break-all text-ink-soft md:table-cell">{document.sourceId}</td>
      <td className="hidden px-3 md:table-cell"><span className="flex flex-wrap gap-1">{document.audience.map((audience) => <Badge key={audience}>{audience}</Badge>)}</span></td>
      <td className="hidden px-3 text-xs whitespace-nowrap text-ink-soft md:table-cell">{sayLanguage(document.language)}</td>
      <td className="hidden px-3 text-xs text-ink-soft md:table-cell">{[document.product, document.brand].filter((each) => each !== null).join(", ") || "–"}</td>
      <td className="hidden px-3 text-xs whitespace-nowrap text-ink-soft tabular-nums md:table-cell"><time dateTime={document.updatedAt} title={formatFull(document.updatedAt)}>{formatAgo(document.updatedAt, nowMs)}</time></td>
    </tr>
  );
}
