import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { PublishView } from "../../../../../src/shapes/workflow.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatFull, sayCode } from "../../../lib/format.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { Problem } from "../../../ui/feedback.tsx";
import { Section } from "../../../ui/section.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { useSession } from "../../identity/session.ts";
import { publishesQuery, rollBackTo } from "../workflow-queries.ts";
import { Actor } from "../../identity/actor.tsx";

/** A publish is a whole set: going back to it takes all workflows with it. */
export function PublishList() {
  const list = useQuery(publishesQuery);
  const [asked, setAsked] = useState<PublishView | null>(null);
  const isAdmin = useSession()?.user.role === "admin";
  const publishes = list.data ?? [];
  const active = publishes.find((publish) => publish.isActive) ?? null;
  return (
    <Section title="Publishes of all workflows">
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      <ul className="-mx-2 flex flex-col gap-1">
        {publishes.map((publish) => (
          <li key={publish.id} className="rounded-lg px-2 py-2">
            <div className="flex items-center gap-2"><span className="font-medium tabular-nums">Number {publish.number}</span>{publish.isActive && <Badge tone="good">Active</Badge>}</div>
            <p className="text-xs text-ink-faint"><time dateTime={publish.publishedAt}>{formatFull(publish.publishedAt)}</time> by <Actor id={publish.publishedBy} /></p>
            {publish.note !== null && <p className="text-xs break-words text-ink-soft">{publish.note}</p>}
            <p className="text-xs break-words text-ink-faint">{sayTouched(publish)}</p>
            {isAdmin && !publish.isActive && <Button size="small" className="mt-1.5" onClick={() => setAsked(publish)}>Roll all back to this</Button>}
          </li>
        ))}
      </ul>
      {asked !== null && <AskRollback publish={asked} active={active} onClose={() => setAsked(null)} />}
    </Section>
  );
}

function AskRollback({ publish, active, onClose }: { publish: PublishView; active: PublishView | null; onClose: () => void }) {
  const queryClient = useQueryClient();
  const going = useMutation({
    mutationFn: () => rollBackTo(publish.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["workflows"] });
      onClose();
    },
  });
  return (
    <Confirm title={`Roll all workflows back to number ${publish.number}?`} confirmLabel="Roll all back" isBusy={going.isPending} problem={going.isError ? sayProblem(going.error) : null} onConfirm={() => going.mutate()} onClose={onClose}>
      <p>New runs use the documents of that publish at once; runs under way keep theirs.</p>
      <ul className="mt-2 list-disc pl-5">{differencesOf(publish, active).map((line) => <li key={line}>{line}</li>)}</ul>
    </Confirm>
  );
}

/** What going back would change, workflow by workflow. */
function differencesOf(target: PublishView, active: PublishView | null): string[] {
  const now = new Map((active?.members ?? []).map((member) => [`${member.namespace}/${member.name}`, member]));
  const then = new Map(target.members.map((member) => [`${member.namespace}/${member.name}`, member]));
  const back = [...then].filter(([key, member]) => now.get(key)?.hash !== member.hash).map(([key, member]) => `${sayCode(member.name)}: ${now.get(key)?.version ?? "none"} becomes ${member.version}`);
  const gone = [...now].filter(([key]) => !then.has(key)).map(([, member]) => `${sayCode(member.name)}: can no longer be started`);
  return [...back, ...gone];
}

function sayTouched({ added, changed, removed }: PublishView): string {
  const say = (verb: string, names: readonly string[]): string[] => (names.length === 0 ? [] : [`${verb} ${names.length > 4 ? `${names.slice(0, 4).join(", ")} and ${names.length - 4} more` : names.join(", ")}`]);
  return [...say("added", added), ...say("changed", changed), ...say("removed", removed)].join("; ") || "the same documents";
}
