import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatFull } from "../../../lib/format.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { Section } from "../../../ui/section.tsx";
import { Actor } from "../../identity/actor.tsx";
import { versionsQuery } from "../knowledge-queries.ts";
import { sayReason } from "../knowledge-words.ts";
import { NameDialog } from "./name-dialog.tsx";

type VersionListProps = { newest: number | null; from: string | null; to: string; onRollBack: (to: string) => void };

/** How the knowledge changed, newest first. */
export function VersionList({ newest, from, to, onRollBack }: VersionListProps) {
  const list = useInfiniteQuery(versionsQuery);
  const [named, setNamed] = useState<number | null>(null);
  const versions = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title="All versions">
      {list.isPending && <LoadingRows count={4} label="Loading the versions" className="h-8" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      <ol aria-label="All versions" className="-mx-2 flex flex-col gap-1">
        {versions.map(({ version, madeAt, madeBy, ...why }) => (
          <li key={version} className={`rounded-lg px-2 py-1.5 ${[from, to === "now" ? String(newest) : to].includes(String(version)) ? "bg-accent-soft/60" : ""}`}>
            <span className="flex flex-wrap items-center gap-2"><span className="font-medium tabular-nums">Version {version}</span>{version === newest && <Badge tone="good">Served</Badge>}<span className="text-xs text-ink-soft">{sayReason(why)}</span></span>
            <p className="text-xs text-ink-faint"><time dateTime={madeAt}>{formatFull(madeAt)}</time> by <Actor id={madeBy} /></p>
            <div className="mt-1 flex flex-wrap items-center gap-2">
              <Link to="/knowledge" search={{ tab: "versions", from: String(Math.max(0, version - 1)), to: String(version) }} className="text-xs text-accent-ink underline underline-offset-2">What it changed</Link>
              {version !== newest && <Button size="small" onClick={() => onRollBack(String(version))}>Roll back…</Button>}
              <Button size="small" tone="quiet" onClick={() => setNamed(version)}>Name it…</Button>
            </div>
          </li>
        ))}
      </ol>
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
      {named !== null && <NameDialog version={named} onClose={() => setNamed(null)} />}
    </Section>
  );
}
