import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { HoldView, PersonView } from "../../../../src/shapes/privacy.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatCount, formatDate } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { LoadingRows, Problem } from "../../ui/feedback.tsx";
import { Section } from "../../ui/section.tsx";
import { Actor } from "../identity/actor.tsx";
import { useSession } from "../identity/session.ts";
import { HoldDialog } from "./hold-dialog.tsx";
import { downloadPerson, liftHold, personQuery, placeHold } from "./privacy-query.ts";

/** What is stored of a contact, what keeps it from being forgotten, and the answer to "what do you know of me". */
export function PrivacySection({ contactId }: { contactId: string }) {
  const person = useQuery(personQuery(contactId));
  return (
    <Section title="Privacy">
      {person.isPending && <LoadingRows count={2} label="Loading what is stored" className="h-8" />}
      {person.isError && <Problem text={sayProblem(person.error)} onRetry={() => void person.refetch()} />}
      {person.data !== undefined && <Person person={person.data} />}
    </Section>
  );
}

function Person({ person }: { person: PersonView }) {
  const isAdmin = useSession()?.user.role === "admin";
  const [isHolding, setIsHolding] = useState(false);
  const download = useMutation({ mutationFn: () => downloadPerson(person.contactId) });
  const held = person.holds.filter((hold) => hold.liftedAt === null);
  const stores = person.stores.filter((store) => store.rows > 0);
  const rows = stores.reduce((sum, store) => sum + store.rows, 0);
  return (
    <div className="flex flex-col gap-3">
      {held.map((hold) => <Hold key={hold.id} hold={hold} isAdmin={isAdmin} />)}
      <details>
        <summary className="cursor-pointer text-sm text-ink-soft">{formatCount(rows, "record", "records")} in {formatCount(stores.length, "store", "stores")}</summary>
        <dl className="mt-2 grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 text-xs">
          {stores.map((store) => (
            <div key={store.table} className="contents">
              <dt className="min-w-0 text-ink-soft">{store.about}</dt>
              <dd className="text-right text-ink-faint tabular-nums">{store.rows}</dd>
            </div>
          ))}
        </dl>
      </details>
      {isAdmin ? (
        <div className="flex flex-wrap gap-2">
          <Button size="small" isBusy={download.isPending} onClick={() => download.mutate()}>Export all of it</Button>
          {held.every((hold) => hold.contactId === null) && <Button size="small" onClick={() => setIsHolding(true)}>Place a legal hold</Button>}
        </div>
      ) : <p className="text-xs text-ink-faint">Admins export this and place legal holds.</p>}
      {download.isError && <p role="alert" className="text-sm text-bad">{sayProblem(download.error)}</p>}
      {isHolding && <HoldDialog title="Place a legal hold" note="Nothing of this contact is forgotten until the hold is lifted." label="Place the hold" change={(reason) => placeHold(person.contactId, reason)} onClose={() => setIsHolding(false)} />}
    </div>
  );
}

function Hold({ hold, isAdmin }: { hold: HoldView; isAdmin: boolean }) {
  const [isLifting, setIsLifting] = useState(false);
  return (
    <div className="rounded-lg border border-line px-3 py-2">
      <p className="flex flex-wrap items-center gap-2"><Badge tone="warn">Legal hold</Badge><span className="min-w-0 break-words">{hold.reason}</span></p>
      <p className="mt-1 text-xs text-ink-faint">{hold.caseId === null ? "On everything" : "On one case"}, by <Actor id={hold.placedBy} /> since {formatDate(hold.placedAt)}</p>
      {isAdmin && <Button size="small" tone="quiet" className="mt-1 -ml-2" onClick={() => setIsLifting(true)}>Lift it</Button>}
      {isLifting && <HoldDialog title="Lift the legal hold" note="From the next night on, what is older than its time is forgotten again." label="Lift the hold" change={(reason) => liftHold(hold.id, reason)} onClose={() => setIsLifting(false)} />}
    </div>
  );
}
