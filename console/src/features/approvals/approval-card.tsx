import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import type { ApprovalView } from "../../../../src/shapes/workflow.ts";
import { formatFull, formatWait, sayCode } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { KeyValues } from "../../ui/key-values.tsx";
import { StateBadge } from "../../ui/state-badge.tsx";
import { RISKS } from "../observe/turn-words.ts";
import { Actor } from "../identity/actor.tsx";
import { amountOf, APPROVAL_STATUSES, sayDeadline } from "./approval-words.ts";
import { DecisionForm } from "./decision-form.tsx";
import { HandOnForm } from "./hand-on-form.tsx";

/** `isBare`: stands in a panel of its run, so it needs no frame and no link there. */
type ApprovalCardProps = { approval: ApprovalView; nowMs: number; isBare?: boolean };

/** The exact call that a person is asked about, and what was decided. */
export function ApprovalCard({ approval, nowMs, isBare = false }: ApprovalCardProps) {
  const risk = RISKS[approval.risk];
  const amount = amountOf(approval.arguments);
  const deadline = sayDeadline(approval.deadlineAt, nowMs);
  const isWaiting = approval.status === "waiting";
  return (
    <article aria-label={approval.describedAs} {...(isBare ? {} : { tabIndex: -1, "data-list-item": true, className: "rounded-xl border border-line bg-surface p-4 md:p-5" })}>
      <div className="flex flex-wrap items-center gap-2">
        <StateBadge state={APPROVAL_STATUSES[approval.status]} />
        <Badge tone={risk.tone}>{risk.words}</Badge>
        {isWaiting && <span title={approval.deadlineAt === null ? undefined : formatFull(approval.deadlineAt)} className={`ml-auto text-xs tabular-nums ${deadline.isPressing ? "font-medium text-bad" : "text-ink-faint"}`}>{deadline.words}</span>}
        {!isWaiting && approval.decidedAt !== null && <time dateTime={approval.decidedAt} className="ml-auto text-xs text-ink-faint tabular-nums">{formatFull(approval.decidedAt)}</time>}
      </div>
      <h2 className="mt-2.5 text-md font-semibold break-words">{approval.describedAs}</h2>
      <p className="mt-0.5 break-words text-ink-soft">{approval.reason}</p>
      <div className="mt-3 rounded-lg border border-line bg-canvas px-3.5 py-3">
        <dl className="mb-3 grid grid-cols-[repeat(auto-fit,minmax(7rem,1fr))] gap-x-5 gap-y-2 border-b border-line pb-3">
          <Fact name="Tool"><span className="font-mono text-xs break-all">{approval.tool}</span></Fact>
          {amount !== null && <Fact name="Amount"><span className="font-semibold tabular-nums">{amount}</span></Fact>}
          <Fact name="Customer">{approval.contactName ?? "none"}</Fact>
          <Fact name="Asked by"><span title={approval.taskName}>{sayCode(approval.workflow)}</span></Fact>
        </dl>
        <p className="mb-1 text-2xs font-medium text-ink-faint">Exactly these arguments</p>
        <KeyValues values={approval.arguments} isCode />
        <p className="mt-3 font-mono text-2xs break-all text-ink-faint" title="Only the call with this hash may run">{isBare ? approval.callHash.slice(0, 16) : approval.callHash}</p>
      </div>
      <p className="mt-2.5 flex flex-wrap gap-x-3 gap-y-1 text-xs text-ink-faint">
        <span>Asked {formatWait(approval.requestedAt, nowMs)} ago</span>
        {!isBare && <Link to="/runs/$runId" params={{ runId: approval.runId }} className="text-accent-ink underline underline-offset-2">Open the run</Link>}
        {approval.conversationId !== null && <Link to="/conversations/$conversationId" params={{ conversationId: approval.conversationId }} className="text-accent-ink underline underline-offset-2">Open the conversation</Link>}
      </p>
      {isWaiting && approval.isMine && <><DecisionForm approval={approval} /><HandOnForm approval={approval} /></>}
      {isWaiting && !approval.isMine && <p className="mt-3 rounded-lg bg-sunken px-3 py-2 text-xs text-ink-soft"><Deciders approval={approval} /></p>}
      {!isWaiting && <Outcome approval={approval} />}
    </article>
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
  const { status, decidedBy, comment } = approval;
  const words = status === "expired" ? "Nobody decided in time, so it was not done." : status === "withdrawn" ? "The run ended before somebody decided." : <>{APPROVAL_STATUSES[status].words} by {decidedBy === null ? "a person" : <Actor id={decidedBy} />}.</>;
  return (
    <p className="mt-3 text-ink-soft">
      {words}
      {comment !== null && comment !== "" && <span className="mt-1 block border-l-2 border-line-strong pl-3 break-words">{comment}</span>}
    </p>
  );
}

function Deciders({ approval: { assignees, decidedByRole } }: { approval: ApprovalView }) {
  if (assignees.length === 0) return decidedByRole === "admin" ? "Waits for an admin." : "Waits for another person.";
  return <>Waits for {assignees.map((assignee, place) => <Fragment key={assignee}>{place > 0 && " or "}{assignee.includes("@") ? assignee : <Actor id={`user:${assignee}`} />}</Fragment>)}.</>;
}
