import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { AccountStep, CaseAccountView } from "../../../../src/shapes/privacy.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatFull } from "../../lib/format.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { Badge } from "../../ui/badge.tsx";
import { LoadingRows, Problem } from "../../ui/feedback.tsx";
import { PageFrame } from "../../ui/page-frame.tsx";
import { accountQuery } from "./ledger.ts";

const LINK = "text-accent-ink underline underline-offset-2";

/** Why a case went as it did, in plain words, out of the ledger. */
export function AccountPage({ caseId }: { caseId: string }) {
  const account = useQuery(accountQuery(caseId));
  usePageTitle("Account of a case");
  return (
    <PageFrame title="Account of the case" note={<span className="font-mono text-xs break-all">{caseId}</span>} actions={<Link to="/ledger" search={{ caseId }} className={LINK}>Its entries in the ledger</Link>}>
      {account.isPending && <LoadingRows count={8} label="Loading the account" className="h-9" />}
      {account.isError && <Problem text={sayProblem(account.error)} onRetry={() => void account.refetch()} />}
      {account.data !== undefined && <Account account={account.data} />}
    </PageFrame>
  );
}

function Account({ account }: { account: CaseAccountView }) {
  const { subject, status, contactName, openedAt, resolvedAt, isHeld, isCut, conversationId, steps } = account;
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <p className="font-medium">{subject ?? "No subject"}</p>
        <Badge tone={status === "open" ? "accent" : "neutral"}>{status === "open" ? "Open" : status === "resolved" ? "Resolved" : "Forgotten"}</Badge>
        {isHeld && <Badge tone="warn">Legal hold</Badge>}
        {conversationId !== null && <Link to="/conversations/$conversationId" params={{ conversationId }} className={LINK}>{contactName ?? "The conversation"}</Link>}
        {openedAt !== null && <span className="text-xs text-ink-faint">opened {formatFull(openedAt)}{resolvedAt !== null && `, resolved ${formatFull(resolvedAt)}`}</span>}
      </div>
      {status === "forgotten" && <p className="mb-4 rounded-lg bg-sunken px-3.5 py-2.5 text-ink-soft">What was said is forgotten. This is what the ledger still has.</p>}
      <ol aria-label="What happened" className="overflow-hidden rounded-xl border border-line bg-surface">
        {steps.map((step, place) => <Step key={`${step.entryId}-${place}`} step={step} />)}
      </ol>
      {isCut && <p className="mt-3 text-sm text-ink-faint">There is more than can be told here: `baton ledger export` has all of it.</p>}
    </>
  );
}

function Step({ step }: { step: AccountStep }) {
  return (
    <li className="border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="min-w-0"><span className="font-medium">{step.who}</span> {step.what}</p>
        <span className="text-xs text-ink-faint tabular-nums">{step.seq !== null && `#${step.seq} · `}<time dateTime={step.at}>{formatFull(step.at)}</time></span>
      </div>
      {step.said !== null && <blockquote className="mt-1.5 border-l-2 border-line-strong pl-3 whitespace-pre-wrap text-ink-soft">{step.said}</blockquote>}
      {step.isProven === true && <p className="mt-1 text-xs text-good">This is the text that was recorded.</p>}
      {step.isProven === false && <p className="mt-1 text-xs text-bad">This is not the text that was recorded: it was changed since.</p>}
      {step.facts.length > 0 && (
        <dl className="mt-2 grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
          {step.facts.map(({ name, value }, place) => (
            <div key={`${name}-${place}`} className="contents">
              <dt className="text-ink-faint">{name}</dt>
              <dd className="min-w-0 break-words text-ink-soft">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {step.turnId !== null && step.kind.startsWith("turn.") && <p className="mt-1.5 text-xs"><Link to="/turns/$turnId" params={{ turnId: step.turnId }} className={LINK}>Trace of the turn</Link></p>}
    </li>
  );
}
