import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { SnapshotView } from "../../../../../src/shapes/knowledge.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatFull } from "../../../lib/format.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { Section } from "../../../ui/section.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { Actor } from "../../identity/actor.tsx";
import { forgetSnapshot, snapshotsQuery } from "../knowledge-queries.ts";
import { NameDialog } from "./name-dialog.tsx";

/** Versions with a name. `newest`: what is served now. */
export function SnapshotList({ newest, onRollBack }: { newest: number | null; onRollBack: (to: string) => void }) {
  const list = useQuery(snapshotsQuery);
  const [isNaming, setIsNaming] = useState(false);
  const [forgotten, setForgotten] = useState<string | null>(null);
  return (
    <Section title="Snapshots">
      {list.isPending && <LoadingRows count={2} label="Loading the snapshots" className="h-8" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.data?.length === 0 && <p className="text-xs text-ink-faint">None yet. Give what is served now a name before a large import, so that there is a way back.</p>}
      <ul aria-label="Snapshots" className="-mx-2 flex flex-col gap-1">
        {(list.data ?? []).map((snapshot) => <SnapshotRow key={snapshot.name} snapshot={snapshot} newest={newest} onRollBack={onRollBack} onForget={setForgotten} />)}
      </ul>
      {newest !== null && <Button size="small" className="mt-2" onClick={() => setIsNaming(true)}>Name what is served now</Button>}
      {isNaming && <NameDialog version={null} onClose={() => setIsNaming(false)} />}
      {forgotten !== null && <AskForgetting name={forgotten} onClose={() => setForgotten(null)} />}
    </Section>
  );
}

type RowProps = { snapshot: SnapshotView; newest: number | null; onRollBack: (to: string) => void; onForget: (name: string) => void };

function SnapshotRow({ snapshot, newest, onRollBack, onForget }: RowProps) {
  return (
    <li className="rounded-lg px-2 py-1.5">
      <span className="flex flex-wrap items-center gap-2"><span className="font-medium break-all">{snapshot.name}</span><span className="text-2xs text-ink-faint tabular-nums">version {snapshot.version}</span>{snapshot.version === newest && <Badge tone="good">Served</Badge>}</span>
      <p className="text-xs text-ink-faint"><time dateTime={snapshot.madeAt}>{formatFull(snapshot.madeAt)}</time> by <Actor id={snapshot.madeBy} /></p>
      {snapshot.note !== null && <p className="text-xs break-words text-ink-soft">{snapshot.note}</p>}
      <div className="mt-1 flex flex-wrap items-center gap-2">
        <Link to="/knowledge" search={{ tab: "versions", from: snapshot.name, to: "now" }} className="text-xs text-accent-ink underline underline-offset-2">Against now</Link>
        {snapshot.version !== newest && <Button size="small" onClick={() => onRollBack(snapshot.name)}>Roll back…</Button>}
        <Button size="small" tone="quiet" onClick={() => onForget(snapshot.name)}>Forget the name…</Button>
      </div>
    </li>
  );
}

function AskForgetting({ name, onClose }: { name: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const forgetting = useMutation({
    mutationFn: () => forgetSnapshot(name),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: snapshotsQuery.queryKey });
      onClose();
    },
  });
  return (
    <Confirm title={`Forget the name ${name}?`} confirmLabel="Forget it" isBusy={forgetting.isPending} problem={forgetting.isError ? sayProblem(forgetting.error) : null} onConfirm={() => forgetting.mutate()} onClose={onClose}>
      <p>The version stays and can be reached by its number.</p>
    </Confirm>
  );
}
