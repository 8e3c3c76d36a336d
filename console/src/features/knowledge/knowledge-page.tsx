import { Link } from "@tanstack/react-router";
import { lazy, Suspense, type ReactNode } from "react";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { EmptyState, LoadingRows } from "../../ui/feedback.tsx";
import { KnowledgeIcon } from "../../ui/icons.tsx";
import { tabClass } from "../../ui/tab-class.ts";
import { WidePage } from "../../ui/wide-page.tsx";
import { useSession } from "../identity/session.ts";
import { DocumentsTab } from "./documents/documents-tab.tsx";
import type { KnowledgeSearch, KnowledgeTab } from "./knowledge-search.ts";
import { SearchTab } from "./search/search-tab.tsx";
import { SourceActions } from "./sources/source-actions.tsx";
import { SourcesTab } from "./sources/sources-tab.tsx";

// The comparison of texts is large.
const VersionsTab = lazy(async () => ({ default: (await import("./versions/versions-tab.tsx")).VersionsTab }));
const GapsTab = lazy(async () => ({ default: (await import("./gaps/gaps-tab.tsx")).GapsTab }));

const TABS: { tab: KnowledgeTab; title: string }[] = [
  { tab: "sources", title: "Sources" },
  { tab: "documents", title: "Documents" },
  { tab: "search", title: "Search" },
  { tab: "versions", title: "Versions" },
  { tab: "gaps", title: "Gaps" },
];

/** What the AI answers from: where it comes from, what it is, how it is found, how it changed, and what is missing. */
export function KnowledgePage({ search }: { search: KnowledgeSearch }) {
  const tab = search.tab ?? "sources";
  // As the server has it: admins keep the knowledge, and see documents of all audiences.
  const mayManage = useSession()?.user.role === "admin";
  usePageTitle("Knowledge");
  return (
    <WidePage
      title="Knowledge"
      note="What answers are made of. Each document is shown only to the audiences it names."
      actions={mayManage && tab === "sources" ? <SourceActions /> : undefined}
      below={mayManage ? <Tabs current={tab} /> : undefined}
    >
      <Suspense fallback={<LoadingRows count={5} label="Loading the page" className="h-14" />}>
        {mayManage ? <Tab tab={tab} search={search} /> : <ForAdmins />}
      </Suspense>
    </WidePage>
  );
}

function Tab({ tab, search }: { tab: KnowledgeTab; search: KnowledgeSearch }): ReactNode {
  if (tab === "documents") return <DocumentsTab search={search} />;
  if (tab === "search") return <SearchTab />;
  if (tab === "versions") return <VersionsTab search={search} />;
  if (tab === "gaps") return <GapsTab />;
  return <SourcesTab />;
}

function ForAdmins() {
  return <EmptyState icon={<KnowledgeIcon />} title="Admins keep the knowledge">What stands here is of all audiences. Ask an admin, or sign in as one.</EmptyState>;
}

function Tabs({ current }: { current: KnowledgeTab }) {
  return (
    <nav aria-label="Views of the knowledge" className="-mb-px flex gap-1 overflow-x-auto">
      {TABS.map(({ tab, title }) => (
        <Link key={tab} to="/knowledge" search={tab === "sources" ? {} : { tab }} activeOptions={{ exact: true, includeSearch: false }} aria-current={tab === current ? "page" : undefined} activeProps={{}} className={tabClass(tab === current)}>
          {title}
        </Link>
      ))}
    </nav>
  );
}
