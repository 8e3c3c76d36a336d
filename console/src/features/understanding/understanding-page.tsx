import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { UnderstandingView } from "../../../../src/shapes/understanding.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { sayShare } from "../../lib/format.ts";
import { useNow } from "../../lib/use-now.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { LoadingRows, Problem } from "../../ui/feedback.tsx";
import { WidePage } from "../../ui/wide-page.tsx";
import { useSession } from "../identity/session.ts";
import { ConfusionMatrix } from "./confusion-matrix.tsx";
import { Teaching } from "./teaching.tsx";
import { TryForm } from "./try-form.tsx";
import { understandingQuery } from "./understanding-queries.ts";
import { UnsureList } from "./unsure-list.tsx";

/** How well messages are read, and teaching it: unsure messages, corrections, learning with the figures before and after. */
export function UnderstandingPage() {
  const view = useQuery(understandingQuery);
  const nowMs = useNow(30_000);
  const mayLearn = useSession()?.user.role === "admin";
  usePageTitle("Understanding");
  return (
    <WidePage title="Understanding" note="What messages ask for, as Baton reads it. What you correct becomes an example; learned examples count at once.">
      <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
        {view.isPending && <LoadingRows count={5} label="Measuring how well messages are read; the first time takes some seconds" />}
        {view.isError && <Problem text={sayProblem(view.error)} onRetry={() => void view.refetch()} />}
        {view.data !== undefined && (
          <div className="flex flex-col gap-6">
            <Summary view={view.data} />
            <Block title="Unsure messages" note="Less than 60 % sure, newest first. Say what they mean."><UnsureList intents={view.data.intents} nowMs={nowMs} /></Block>
            <Block title="Corrections" note="Kept with personal values taken out. “baton intents export” writes them into intents.yaml."><Teaching view={view.data} mayLearn={mayLearn} nowMs={nowMs} /></Block>
            <Block title="Which intents are confused" note="Every example read by a classifier that had not seen it. Open a red number to see the examples."><ConfusionMatrix report={view.data.report} /></Block>
            <Block title="Try a message" note="Nothing is sent or done."><TryForm /></Block>
          </div>
        )}
      </div>
    </WidePage>
  );
}

function Block({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="font-semibold">{title}</h2>
      <p className="mb-2 text-xs text-ink-faint">{note}</p>
      {children}
    </section>
  );
}

function Summary({ view: { report, by } }: { view: UnderstandingView }) {
  const figures: [string, string, string][] = [
    ["Right intent", sayShare(report.accuracy), "Of the examples of all intents"],
    ["None seen as none", sayShare(report.noneRecall), "Of the examples that fit no intent"],
    ["Confidence off by", sayShare(report.calibrationError), "How far confidence and truth lie apart on average"],
    ["Examples", report.examples.toLocaleString("en"), `Read by ${by.join(", then ")}`],
  ];
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {figures.map(([title, figure, note]) => (
        <div key={title} className="rounded-xl border border-line bg-surface px-4 py-3">
          <dt className="text-xs text-ink-faint">{title}</dt>
          <dd className="mt-0.5 text-lg font-semibold tabular-nums">{figure}</dd>
          <dd className="text-2xs text-ink-faint">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
