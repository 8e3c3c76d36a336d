import { useEffect, useState, type ReactNode } from "react";
import type { Citation } from "../../../../src/shapes/conversation.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { LoadingRows, Problem } from "../../ui/feedback.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { ArticleView, type Article } from "./article-view.tsx";

type ArticleSheetProps = { citation: Citation; load: (documentId: string, quote: string) => Promise<Article>; isPathShown?: boolean; /** Below the article. */ children?: ReactNode; onClose: () => void };

/** The article behind a footnote. `load` must keep its identity between renders. */
export function ArticleSheet({ citation, load, isPathShown = false, children, onClose }: ArticleSheetProps) {
  const [article, setArticle] = useState<Article | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const { documentId, quote } = citation;

  useEffect(() => {
    let isWanted = true;
    setProblem(null);
    load(documentId, quote).then(
      (found) => isWanted && setArticle(found),
      (error: unknown) => isWanted && setProblem(sayProblem(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [load, documentId, quote, attempt]);

  const note = isPathShown && article !== null ? <span className="font-mono">{article.path}</span> : citation.heading === "" ? "Article" : citation.heading;
  return (
    <Sheet title={citation.title} note={note} onClose={onClose}>
      {problem !== null && <Problem text={problem} onRetry={() => setAttempt(attempt + 1)} />}
      {article === null && problem === null && <LoadingRows count={4} label="Loading the article" className="h-10" />}
      {article?.isCurrent === false && <p role="status" className="mx-5 mt-4 rounded-lg bg-warn-soft px-3 py-2 text-warn">! This article has changed since. It is shown as it was when it was quoted.</p>}
      {article !== null && <ArticleView article={article} quote={quote} heading={citation.heading} />}
      {article !== null && children}
    </Sheet>
  );
}
