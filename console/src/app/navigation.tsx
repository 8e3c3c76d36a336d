import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { waitingApprovalsQuery } from "../features/approvals/approval-queries.ts";
import { statusQuery } from "../features/observe/status.ts";
import { ConversationsIcon, CostIcon, HandoffIcon, KnowledgeIcon, LedgerIcon, LogoIcon, PolicyIcon, SparkIcon, ToolIcon, VerifiedIcon, WorkflowIcon } from "../ui/icons.tsx";
import { AccountMenu } from "./account-menu.tsx";

/** A rail on wide screens, a tab bar on phones. */
export function Navigation({ onHelp }: { onHelp: () => void }) {
  const waiting = useQuery(statusQuery).data?.waitingHandoffs ?? 0;
  const approvals = useQuery(waitingApprovalsQuery).data ?? 0;
  return (
    <nav aria-label="Main" className="flex w-full items-stretch justify-around border-t border-line bg-canvas px-1 pb-[env(safe-area-inset-bottom)] md:flex-col md:justify-start md:gap-1 md:border-t-0 md:border-r md:px-1.5 md:py-3">
      <span className="mb-3 hidden justify-center md:flex"><LogoIcon /></span>
      <Place to="/conversations" icon={<ConversationsIcon className="size-5" />} label="Conversations" />
      <Place to="/handoffs" icon={<HandoffIcon className="size-5" />} label="Handoffs" count={waiting} />
      <Place to="/approvals" icon={<VerifiedIcon className="size-5" />} label="Approvals" count={approvals} />
      <Place to="/knowledge" icon={<KnowledgeIcon className="size-5" />} label="Knowledge" />
      <Place to="/workflows" icon={<WorkflowIcon className="size-5" />} label="Workflows" />
      <Place to="/tools" icon={<ToolIcon className="size-5" />} label="Tools" />
      <Place to="/cost" icon={<CostIcon className="size-5" />} label="Cost" />
      <Place to="/policies" icon={<PolicyIcon className="size-5" />} label="Policies" />
      <Place to="/understanding" icon={<SparkIcon className="size-5" />} label="Understanding" />
      <Place to="/ledger" icon={<LedgerIcon className="size-5" />} label="Ledger" />
      <span className="hidden flex-1 md:block" />
      <AccountMenu onHelp={onHelp} />
    </nav>
  );
}

type PlaceProps = { to: "/conversations" | "/handoffs" | "/approvals" | "/knowledge" | "/workflows" | "/tools" | "/cost" | "/policies" | "/understanding" | "/ledger"; icon: ReactNode; label: string; count?: number };

function Place({ to, icon, label, count = 0 }: PlaceProps) {
  return (
    <Link
      to={to}
      className="group flex min-w-0 flex-col items-center gap-0.5 rounded-lg py-1.5 text-2xs text-ink-faint hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink"
    >
      <span className="relative inline-flex h-7 w-11 items-center justify-center rounded-lg transition-colors group-hover:bg-sunken group-aria-[current=page]:bg-accent-soft group-aria-[current=page]:text-accent-ink">
        {icon}
        {count > 0 && (
          <span className="absolute -top-1 -right-0.5 inline-flex h-4 min-w-4 items-center justify-center rounded-full bg-accent px-1 text-2xs font-semibold text-on-accent tabular-nums ring-2 ring-canvas">
            {count > 99 ? "99+" : count}
          </span>
        )}
      </span>
      {/* Nine names do not fit beside one another on a phone: there only the one that is open stands. */}
      <span className="max-md:sr-only max-md:group-aria-[current=page]:not-sr-only">{label}</span>
      {count > 0 && <span className="sr-only">, {count} waiting</span>}
    </Link>
  );
}
