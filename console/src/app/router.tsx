import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import type { Holder } from "../../../src/shapes/conversation.ts";
import { ApprovalPage } from "../features/approvals/approval-page.tsx";
import { ApprovalsPage } from "../features/approvals/approvals-page.tsx";
import { ConversationPage } from "../features/conversations/conversation-page.tsx";
import { ConversationsPage, NoConversation } from "../features/conversations/conversations-page.tsx";
import { HandoffsPage } from "../features/handoff/handoffs-page.tsx";
import { sessionQuery } from "../features/identity/session.ts";
import { SignInPage } from "../features/identity/sign-in-page.tsx";
import { AccountPage } from "../features/ledger/account-page.tsx";
import { LedgerPage } from "../features/ledger/ledger-page.tsx";
import { readLedgerSearch } from "../features/ledger/ledger.ts";
import { TurnPage } from "../features/observe/turn-page.tsx";
import { readDocumentSearch, readKnowledgeSearch } from "../features/knowledge/knowledge-search.ts";
import { readPolicySearch } from "../features/policy/policy-search.ts";
import { ToolsPage } from "../features/tools/tools-page.tsx";
import { readApprovalSearch, readWorkflowSearch } from "../features/workflows/workflow-search.ts";
import { WorkflowsPage } from "../features/workflows/workflows-page.tsx";
import { ErrorPage, NotFoundPage, OutsideShell, WholeErrorPage } from "./error-page.tsx";
import { Shell } from "./shell.tsx";

type ConversationSearch = { holder?: Holder; status?: "open" | "resolved"; query?: string; turn?: string };

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet, notFoundComponent: OutsideShell, errorComponent: WholeErrorPage });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search): { next?: string } => (typeof search["next"] === "string" ? { next: search["next"] } : {}),
  component: function SignIn() {
    return <SignInPage next={safeNext(signInRoute.useSearch().next)} />;
  },
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
  component: Shell,
  errorComponent: WholeErrorPage,
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/conversations", replace: true });
  },
});

const conversationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/conversations",
  validateSearch: (search): ConversationSearch => ({
    ...(isHolder(search["holder"]) ? { holder: search["holder"] } : {}),
    ...(search["status"] === "open" || search["status"] === "resolved" ? { status: search["status"] } : {}),
    ...(typeof search["query"] === "string" && search["query"] !== "" ? { query: search["query"] } : {}),
    ...(typeof search["turn"] === "string" ? { turn: search["turn"] } : {}),
  }),
  component: ConversationsPage,
});

const noConversationRoute = createRoute({ getParentRoute: () => conversationsRoute, path: "/", component: NoConversation });

const conversationRoute = createRoute({
  getParentRoute: () => conversationsRoute,
  path: "$conversationId",
  component: function Conversation() {
    const { conversationId } = conversationRoute.useParams();
    return <ConversationPage key={conversationId} conversationId={conversationId} turnId={conversationRoute.useSearch().turn ?? null} />;
  },
});

const handoffsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/handoffs", component: HandoffsPage });

const ledgerRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/ledger",
  validateSearch: readLedgerSearch,
  component: function Ledger() {
    return <LedgerPage search={ledgerRoute.useSearch()} />;
  },
});

const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/ledger/cases/$caseId",
  component: function Account() {
    return <AccountPage caseId={accountRoute.useParams().caseId} />;
  },
});

const turnRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/turns/$turnId",
  component: function Turn() {
    return <TurnPage turnId={turnRoute.useParams().turnId} />;
  },
});

const workflowsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/workflows", component: WorkflowsPage });

// The graph and the editor are large: they are loaded when a workflow or a run is opened.
const WorkflowPage = lazyRouteComponent(() => import("../features/workflows/workflow-page.tsx"), "WorkflowPage");
const RunPage = lazyRouteComponent(() => import("../features/workflows/runs/run-page.tsx"), "RunPage");

const workflowRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowName",
  validateSearch: readWorkflowSearch,
  component: function Workflow() {
    const { workflowName } = workflowRoute.useParams();
    return <WorkflowPage key={workflowName} name={workflowName} search={workflowRoute.useSearch()} />;
  },
});

const runRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/runs/$runId",
  component: function Run() {
    return <RunPage runId={runRoute.useParams().runId} />;
  },
});

const approvalsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/approvals",
  validateSearch: readApprovalSearch,
  component: function Approvals() {
    const { status = "waiting" } = approvalsRoute.useSearch();
    return <ApprovalsPage status={status === "all" ? null : status} />;
  },
});

const approvalRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/approvals/$approvalId",
  component: function Approval() {
    return <ApprovalPage approvalId={approvalRoute.useParams().approvalId} />;
  },
});

const KnowledgePage = lazyRouteComponent(() => import("../features/knowledge/knowledge-page.tsx"), "KnowledgePage");
const SourcePage = lazyRouteComponent(() => import("../features/knowledge/sources/source-page.tsx"), "SourcePage");
const DocumentPage = lazyRouteComponent(() => import("../features/knowledge/documents/document-page.tsx"), "DocumentPage");

const knowledgeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/knowledge",
  validateSearch: readKnowledgeSearch,
  component: function Knowledge() {
    return <KnowledgePage search={knowledgeRoute.useSearch()} />;
  },
});

const sourceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/knowledge/sources/$sourceName",
  component: function Source() {
    const { sourceName } = sourceRoute.useParams();
    return <SourcePage key={sourceName} name={sourceName} />;
  },
});

const documentRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/knowledge/documents/$documentId",
  validateSearch: readDocumentSearch,
  component: function Document() {
    const { documentId } = documentRoute.useParams();
    return <DocumentPage key={documentId} id={documentId} search={documentRoute.useSearch()} />;
  },
});

const toolsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/tools", component: ToolsPage });

const CostPage = lazyRouteComponent(() => import("../features/cost/cost-page.tsx"), "CostPage");

const costRoute = createRoute({ getParentRoute: () => shellRoute, path: "/cost", component: CostPage });

const RoutesPage = lazyRouteComponent(() => import("../features/routes/routes-page.tsx"), "RoutesPage");

const routesRoute = createRoute({ getParentRoute: () => shellRoute, path: "/routes", component: RoutesPage });

const PoliciesPage = lazyRouteComponent(() => import("../features/policy/policies-page.tsx"), "PoliciesPage");

const policiesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/policies",
  validateSearch: readPolicySearch,
  component: function Policies() {
    return <PoliciesPage search={policiesRoute.useSearch()} />;
  },
});

const UnderstandingPage = lazyRouteComponent(() => import("../features/understanding/understanding-page.tsx"), "UnderstandingPage");

const understandingRoute = createRoute({ getParentRoute: () => shellRoute, path: "/understanding", component: UnderstandingPage });

const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([homeRoute, conversationsRoute.addChildren([noConversationRoute, conversationRoute]), handoffsRoute, approvalsRoute, approvalRoute, knowledgeRoute, sourceRoute, documentRoute, workflowsRoute, workflowRoute, runRoute, toolsRoute, costRoute, routesRoute, policiesRoute, understandingRoute, ledgerRoute, accountRoute, turnRoute]),
]);

export function createConsoleRouter(queryClient: QueryClient) {
  const router = createRouter({ routeTree, basepath: "/console", context: { queryClient }, defaultErrorComponent: ErrorPage, defaultNotFoundComponent: NotFoundPage });
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type === "updated" && event.query.queryKey[0] === "session" && event.query.state.data === null) void router.invalidate();
  });
  return router;
}

/** Only a place inside the console; anything else leads home. */
function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?!\/)/.test(next) && !next.startsWith("/sign-in") ? next : "/conversations";
}

function isHolder(value: unknown): value is Holder {
  return value === "ai" || value === "queue" || value === "human";
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
