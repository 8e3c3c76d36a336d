import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ApprovalView } from "../../../../src/shapes/approval.ts";
import { formatFull, formatWait } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { StateBadge } from "../../ui/state-badge.tsx";
import { CALL_STATUSES, RISKS } from "../observe/turn-words.ts";
import { Actor } from "../identity/actor.tsx";
import { amountOf, APPROVAL_STATUSES, sayAskedBy, sayDeadline, sayWanted } from "./approval-words.ts";
import { ArgumentTable } from "./argument-table.tsx";
import { DecisionForm } from "./decision-form.tsx";
import { HandOnForm } from "./hand-on-form.tsx";

/** `isBare`: stands in a panel of its run, so it needs no frame and no link there. */
type ApprovalCardProps = { approval: ApprovalView; nowMs: number; isBare?: boolean };

/** The exact call that a person is asked about, and what was decided. */
export function ApprovalCard({ approval, nowMs, isBare = false }: ApprovalCardProps) {
  const risk = RISKS[approval.risk];
  const amount = amountOf(approval);
  const deadline = sayDeadline(approval.deadlineAt, nowMs);
  const isWaiting = approval.status === "waiting";
  return (
    <article aria-label={approval.describedAs} {...(isBare ? {} : { tabIndex: -1, "data-list-item": true, className: "rounded-xl border border-line bg-surface p-4 md:p-5" })}>
      <div className="flex flex-wrap items-center gap-2">
        <StateBadge state={APPROVAL_STATUSES[approval.status]} />
        <Badge tone={risk.tone}>{risk.words}</Badge>
        {approval.editedBy !== null && <Badge tone="accent">Changed</Badge>}
        {isWaiting && <span title={approval.deadlineAt === null ? undefined : formatFull(approval.deadlineAt)} className={`ml-auto text-xs tabular-nums ${deadline.isPressing ? "font-medium text-bad" : "text-ink-faint"}`}>{deadline.words}</span>}
        {!isWaiting && approval.decidedAt !== null && <time dateTime={approval.decidedAt} className="ml-auto text-xs text-ink-faint tabular-nums">{formatFull(approval.decidedAt)}</time>}
      </div>
      <h2 className="mt-2.5 text-md font-semibold break-words">{approval.describedAs}</h2>
      <p className="mt-0.5 break-words text-ink-soft">{approval.reason}</p>
      {approval.said !== null && <blockquote className="mt-2.5 border-l-2 border-line-strong pl-3 break-words whitespace-pre-line text-ink-soft"><span className="sr-only">The customer wrote: </span>{approval.said}</blockquote>}
      <div className="mt-3 rounded-lg border border-line bg-canvas px-3.5 py-3">
        <dl className="mb-3 grid grid-cols-[repeat(auto-fit,minmax(7rem,1fr))] gap-x-5 gap-y-2 border-b border-line pb-3">
          <Fact name="Tool"><span className="font-mono text-xs break-all">{approval.tool}</span></Fact>
          {amount !== null && <Fact name="Amount"><span className="font-semibold tabular-nums">{amount}</span></Fact>}
          <Fact name="Customer">{approval.contactName ?? "none"}</Fact>
          <Fact name="Asked by"><span title={approval.taskName ?? undefined}>{sayAskedBy(approval)}</span></Fact>
          {approval.rules.length > 0 && <Fact name="Policy"><span className="font-mono text-xs break-all">{approval.rules.join(", ")}</span></Fact>}
        </dl>
        <ArgumentTable approval={approval} />
        <p className="mt-3 font-mono text-2xs break-all text-ink-faint" title="Only the call with this hash may run">{isBare ? approval.callHash.slice(0, 16) : approval.callHash}</p>
      </div>
      <Votes approval={approval} />
      {isWaiting && <p className="mt-2.5 text-xs text-ink-soft">{approval.next}</p>}
      <p className="mt-2.5 flex flex-wrap gap-x-3 gap-y-1 text-xs text-ink-faint">
        <span>Asked {formatWait(approval.requestedAt, nowMs)} ago</span>
        {!isBare && approval.runId !== null && <Link to="/runs/$runId" params={{ runId: approval.runId }} className="text-accent-ink underline underline-offset-2">Open the run</Link>}
        {approval.conversationId !== null && <Link to="/conversations/$conversationId" params={{ conversationId: approval.conversationId }} className="text-accent-ink underline underline-offset-2">Open the conversation</Link>}
        <Link to="/approvals/$approvalId" params={{ approvalId: approval.id }} className="text-accent-ink underline underline-offset-2">Link to this approval</Link>
      </p>
      {isWaiting && approval.isMine && <><DecisionForm approval={approval} /><HandOnForm approval={approval} /></>}
      {isWaiting && !approval.isMine && <p className="mt-3 rounded-lg bg-sunken px-3 py-2 text-xs text-ink-soft">Waits for {sayWanted(approval.wanted)}.</p>}
      {!isWaiting && <Outcome approval={approval} />}
    </article>
  );
}

/** Who has said yes so far, and who has to as well. */
function Votes({ approval: { votes, wanted, status } }: { approval: ApprovalView }) {
  if (votes.length === 0 || status !== "waiting") return null;
  return (
    <p className="mt-2.5 text-xs text-ink-soft">
      {votes.map((vote, place) => <span key={vote.by}>{place > 0 && ", "}✓ <Actor id={vote.by} />{vote.standsFor !== null && <> for <Actor id={vote.standsFor} /></>}</span>)} said yes. Still needed: {sayWanted(wanted)}.
    </p>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-2xs text-ink-faint">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}

function Outcome({ approval }: { approval: ApprovalView }) {
  const { status, decidedBy, comment, outcome } = approval;
  const over = { waiting: "", expired: "Nobody decided in time, so it was not done.", withdrawn: approval.runId === null ? "It was taken back before somebody decided." : "The run ended before somebody decided." };
  const words = status === "approved" || status === "refused" ? <>{APPROVAL_STATUSES[status].words} by {decidedBy === null ? "a person" : <Actor id={decidedBy} />}{approval.votes.length > 1 && ` and ${approval.votes.length - 1} more`}.</> : over[status];
  return (
    <div className="mt-3 text-ink-soft">
      <p>{words}</p>
      {comment !== null && comment !== "" && <p className="mt-1 border-l-2 border-line-strong pl-3 break-words">{comment}</p>}
      {status === "approved" && <p className="mt-1 break-words">{outcome === null ? "The call is being made." : `${CALL_STATUSES[outcome.status].words}: ${outcome.words ?? "no further words"}`}</p>}
    </div>
  );
}
