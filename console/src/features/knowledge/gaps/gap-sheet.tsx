import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { GapView } from "../../../../../src/shapes/knowledge-upkeep.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatCount, formatFull } from "../../../lib/format.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { AreaField, CheckField, TextField } from "../../../ui/fields.tsx";
import { Section } from "../../../ui/section.tsx";
import { Sheet } from "../../../ui/sheet.tsx";
import { Actor } from "../../identity/actor.tsx";
import { facetsQuery } from "../knowledge-queries.ts";
import { dismissGap, gapQuery, publishGap, reopenGap, type GapArticle } from "./gap-queries.ts";

/** One gap: what was asked, and the article that would close it. */
export function GapSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const gap = useQuery(gapQuery(id));
  return (
    <Sheet title={gap.data?.subject ?? "Gap"} note={gap.data && `${formatCount(gap.data.people, "person", "people")} asked, ${formatCount(gap.data.questions, "question", "questions")}`} place="wide" onClose={onClose}>
      {gap.isPending && <LoadingRows count={4} label="Loading the gap" className="h-12" />}
      {gap.isError && <Problem text={sayProblem(gap.error)} onRetry={() => void gap.refetch()} />}
      {gap.data !== undefined && (gap.data.status === "open" ? <Decide gap={gap.data} onClose={onClose} /> : <Decided gap={gap.data} onClose={onClose} />)}
      {gap.data !== undefined && <Questions gap={gap.data} />}
    </Sheet>
  );
}

function Decided({ gap, onClose }: { gap: GapView; onClose: () => void }) {
  const reopening = useDecision(() => reopenGap(gap.id), onClose);
  return (
    <Section title={gap.status === "published" ? "Published" : "Dismissed"}>
      <p className="text-ink-soft">{gap.decidedBy !== null && <>By <Actor id={gap.decidedBy} />{gap.decidedAt !== null && `, ${formatFull(gap.decidedAt)}`}. </>}{gap.reason}</p>
      {gap.documentId !== null && <Link to="/knowledge/documents/$documentId" params={{ documentId: gap.documentId }} className="text-xs text-accent-ink underline underline-offset-2">Open the article</Link>}
      <p className="mt-3"><Button isBusy={reopening.isPending} onClick={() => reopening.mutate()}>{gap.status === "published" ? "Undo: take the article out" : "Undo: open it again"}</Button></p>
      {reopening.isError && <Problem text={sayProblem(reopening.error)} />}
    </Section>
  );
}

function Decide({ gap, onClose }: { gap: GapView; onClose: () => void }) {
  const known = useQuery(facetsQuery).data?.audiences ?? [];
  const [article, setArticle] = useState<GapArticle>({ title: gap.draft?.title ?? gap.subject, body: gap.draft?.body ?? "", audience: [], language: "en" });
  const [reason, setReason] = useState("");
  const publishing = useDecision(() => publishGap(gap.id, article), onClose);
  const dismissing = useDecision(() => dismissGap(gap.id, reason), onClose);
  const change = (part: Partial<GapArticle>): void => setArticle((before) => ({ ...before, ...part }));
  const failed = publishing.error ?? dismissing.error;
  return (
    <Section title="The article that closes it">
      <p className="mb-3 text-xs text-ink-faint">{gap.draft === null ? "Nobody has replied yet, so there is no draft: write it yourself." : "Drafted from what a colleague replied. Read it: what stands in square brackets has to be replaced."}</p>
      <form className="flex flex-col gap-3" onSubmit={(event) => { event.preventDefault(); publishing.mutate(); }}>
        <TextField label="Title" value={article.title} onChange={(title) => change({ title })} isRequired />
        <AreaField label="Text (Markdown)" value={article.body} onChange={(body) => change({ body })} rows={9} maxLength={200_000} isRequired />
        <fieldset className="flex flex-wrap gap-x-5 gap-y-1.5">
          <legend className="mb-1 text-xs text-ink-faint">Who may see it</legend>
          {known.map((audience) => <CheckField key={audience} label={audience} isChecked={article.audience.includes(audience)} onChange={(isChecked) => change({ audience: isChecked ? [...article.audience, audience] : article.audience.filter((each) => each !== audience) })} />)}
        </fieldset>
        <div className="w-32"><TextField label="Language" value={article.language} onChange={(language) => change({ language })} isRequired /></div>
        <div><Button type="submit" tone="primary" isBusy={publishing.isPending} disabled={article.audience.length === 0}>Publish</Button></div>
      </form>
      <form className="mt-4 flex flex-wrap items-end gap-2 border-t border-line pt-3" onSubmit={(event) => { event.preventDefault(); dismissing.mutate(); }}>
        <div className="min-w-48 flex-1"><TextField label="Or no article: why? (optional)" value={reason} onChange={setReason} /></div>
        <Button type="submit" className="h-9" isBusy={dismissing.isPending}>Dismiss</Button>
      </form>
      {failed !== null && <Problem text={sayProblem(failed)} />}
    </Section>
  );
}

const WHY = { declined: "Not enough evidence", handed_off: "Handed off", unanswered: "Answered without evidence" };

function Questions({ gap }: { gap: GapView }) {
  return (
    <Section title="What was asked">
      <ul className="flex flex-col gap-3">
        {gap.examples.map((example) => (
          <li key={example.id}>
            <p className="break-words">“{example.text}” <Badge>{WHY[example.why]}</Badge></p>
            {example.reply !== null && <p className="mt-0.5 border-l-2 border-line-strong pl-2 text-xs break-words text-ink-soft">{example.reply}</p>}
            <p className="text-2xs text-ink-faint"><time dateTime={example.askedAt}>{formatFull(example.askedAt)}</time>, <Link to="/conversations/$conversationId" params={{ conversationId: example.conversationId }} className="text-accent-ink underline underline-offset-2">the conversation</Link></p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function useDecision(decide: () => Promise<GapView>, onDone: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: decide,
    onSuccess: async () => {
      onDone();
      await queryClient.invalidateQueries({ queryKey: ["knowledge"] });
    },
  });
}
