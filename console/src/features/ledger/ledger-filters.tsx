import { Link, useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Button } from "../../ui/button.tsx";
import type { LedgerSearch } from "./ledger.ts";

const CONTROL = "h-9 min-w-0 w-full rounded-lg border border-line bg-surface px-2.5 text-base md:h-8 md:text-sm";
/** The beginnings of kinds, as people ask for them. */
const KINDS: readonly (readonly [kind: string, label: string])[] = [
  ["turn", "Turns"], ["tool", "Tool calls"], ["model", "Models asked"], ["approval", "Approvals"], ["handoff", "Handoffs"], ["draft", "Drafts"], ["human", "Replies of people"], ["policy", "Refused by policy"],
  ["autonomy", "Autonomy"], ["workflows", "Releases of workflows"], ["workspace", "Workspace"], ["settings", "Settings"], ["knowledge", "Knowledge"], ["budget", "Budgets"], ["key", "API keys"], ["user", "Sign-ins and roles"],
  ["secret", "Secrets"], ["hold", "Legal holds"], ["retention", "Retention"], ["privacy", "Access exports"], ["ledger", "The ledger itself"],
];

/** Narrows the list; what is asked for stands in the address. */
export function LedgerFilters({ search }: { search: LedgerSearch }) {
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const names = ["caseId", "kind", "actor", "from", "to"] as const;
    const wanted = Object.fromEntries(names.flatMap((name) => {
      const value = String(form.get(name) ?? "").trim();
      return value === "" ? [] : [[name, value]];
    }));
    void navigate({ to: "/ledger", search: wanted });
  };
  const { caseId, kind, actor, from, to } = search;
  const isAny = [caseId, kind, actor, from, to].some((each) => each !== undefined);
  return (
    <form onSubmit={submit} aria-label="Filter the ledger" className="mb-3 grid grid-cols-2 items-center gap-2 md:grid-cols-[1.3fr_1fr_1fr_auto_auto_auto]">
      <input type="search" name="caseId" aria-label="Show one case" placeholder="Case id" pattern="[a-z_0-9]+" defaultValue={caseId ?? ""} className={CONTROL} />
      <select name="kind" aria-label="What happened" defaultValue={kind ?? ""} className={CONTROL}>
        <option value="">Everything</option>
        {KINDS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        {kind !== undefined && !KINDS.some(([value]) => value === kind) && <option value={kind}>{kind}</option>}
      </select>
      <input type="search" name="actor" aria-label="By whom" placeholder="By whom: user:…" defaultValue={actor ?? ""} className={CONTROL} />
      <input type="date" name="from" aria-label="From" defaultValue={from ?? ""} className={CONTROL} />
      <input type="date" name="to" aria-label="Until" defaultValue={to ?? ""} className={CONTROL} />
      <span className="flex gap-2">
        <Button type="submit">Show</Button>
        {isAny && <Button tone="quiet" onClick={() => void navigate({ to: "/ledger", search: {} })}>Show all</Button>}
      </span>
      {caseId !== undefined && <Link to="/ledger/cases/$caseId" params={{ caseId }} className="col-span-full text-sm text-accent-ink underline underline-offset-2">Read this case as an account</Link>}
    </form>
  );
}
