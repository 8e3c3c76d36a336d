import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatFull } from "../../../lib/format.ts";
import { Badge } from "../../../ui/badge.tsx";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { Section } from "../../../ui/section.tsx";
import { Actor } from "../../identity/actor.tsx";
import { documentVersionsQuery } from "../knowledge-queries.ts";
import { sayReason } from "../knowledge-words.ts";

/** The forms in which it was served, newest first; each opens as it was, and against the one before. */
export function DocumentVersions({ id, shown }: { id: string; shown: number }) {
  const list = useQuery(documentVersionsQuery(id));
  return (
    <Section title="Its versions">
      {list.isPending && <LoadingRows count={2} label="Loading the versions" className="h-8" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      <ol className="-mx-2 flex flex-col gap-1">
        {(list.data ?? []).map((version, place, all) => {
          const older = all[place + 1];
          return (
            <li key={version.fromVersion} className={`rounded-lg px-2 py-1.5 ${version.fromVersion === shown ? "bg-accent-soft/60" : ""}`}>
              <span className="flex flex-wrap items-center gap-2">
                <Link to="/knowledge/documents/$documentId" params={{ documentId: id }} search={version.toVersion === null ? {} : { version: version.fromVersion }} className="font-medium underline-offset-2 hover:underline">From version {version.fromVersion}</Link>
                {version.toVersion === null && <Badge tone="good">Served</Badge>}
                {version.fromVersion === shown && <Badge>shown</Badge>}
              </span>
              <p className="text-xs text-ink-faint"><time dateTime={version.madeAt}>{formatFull(version.madeAt)}</time>{version.reason !== "" && `, ${sayReason({ reason: version.reason, subject: null }).toLowerCase()}`}{version.madeBy !== "" && <> by <Actor id={version.madeBy} /></>}</p>
              {older !== undefined && <Link to="/knowledge" search={{ tab: "versions", from: String(older.fromVersion), to: String(version.fromVersion), document: id }} className="text-xs text-accent-ink underline underline-offset-2">Against the one before</Link>}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
