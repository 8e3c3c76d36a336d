import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { DiffEditor } from "../../workflows/versions/diff-editor.tsx";
import { documentDiffQuery } from "../knowledge-queries.ts";

/** One document in two versions, side by side. */
export function TextDiff({ id, from, to }: { id: string; from: string; to: string }) {
  const diff = useQuery(documentDiffQuery(id, from, to));
  if (diff.isPending) return <LoadingRows count={4} label="Comparing" className="h-10" />;
  if (diff.isError) return <Problem text={sayProblem(diff.error)} onRetry={() => void diff.refetch()} />;
  const { title, audience, parts } = diff.data;
  const side = (left: "removed" | "added") => parts.filter((part) => part.kind !== left).flatMap((part) => part.lines).join("\n");
  const [before, after] = [audience.before.join(", "), audience.after.join(", ")];
  return (
    <section aria-labelledby="texts">
      <Link to="/knowledge" search={{ tab: "versions", from, to }} className="text-xs text-accent-ink underline underline-offset-2">All that changed</Link>
      <h2 id="texts" className="mt-1 text-sm font-semibold break-words">{title.after ?? title.before}</h2>
      {title.before !== null && title.after !== null && title.before !== title.after && <p className="text-xs text-ink-faint">Called “{title.before}” before.</p>}
      {before !== after && title.before !== null && title.after !== null && <p className="text-xs text-ink-faint">Audience: {before || "none"} became {after || "none"}.</p>}
      <div className="mt-2 mb-1 grid grid-cols-2 text-xs text-ink-faint"><span>{title.before === null ? "Not there" : `Version ${from}`}</span><span>{title.after === null ? "Not there" : `Version ${to}`}</span></div>
      <DiffEditor key={`${id} ${from} ${to}`} before={side("added")} after={side("removed")} label={title.after ?? title.before ?? id} isYaml={false} />
    </section>
  );
}
