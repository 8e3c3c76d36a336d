import { useEffect, useMemo, useRef } from "react";
import type { InlineNode } from "../../lib/inline-text.ts";
import { InlineText } from "../../ui/inline-text.tsx";
import { markQuote, withoutTitle } from "./mark-quote.ts";
import { parseMarkdown, type Block } from "./markdown.ts";

export type Article = { id: string; title: string; path: string; text: string; audience: string[]; /** False: as it was when it said what is quoted. */ isCurrent?: boolean };

/** An article as React elements, with the quoted span marked and scrolled into view. */
export function ArticleView({ article, quote, heading }: { article: Article; quote: string; heading: string }) {
  const body = useRef<HTMLDivElement>(null);
  const { blocks, isFound } = useMemo(() => {
    const marked = markQuote(parseMarkdown(article.text), quote, heading);
    return { ...marked, blocks: withoutTitle(marked.blocks, article.title) };
  }, [article, quote, heading]);

  useEffect(() => {
    body.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, [blocks]);

  return (
    <div ref={body} className="px-5 py-4 text-md text-ink-soft">
      {!isFound && quote !== "" && (
        <blockquote className="mb-4 rounded-lg border border-line bg-sunken px-3 py-2 text-sm">
          <p className="mb-1 text-xs text-ink-faint">Not found word for word in this version of the article. What was quoted:</p>
          {quote}
        </blockquote>
      )}
      <Blocks blocks={blocks} />
    </div>
  );
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block, index) => <BlockView key={index} block={block} />);
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return <Heading level={block.level} content={block.content} />;
    case "paragraph":
      return <p className="my-2.5 break-words first:mt-0"><InlineText nodes={block.content} /></p>;
    case "code":
      return <pre tabIndex={0} className="my-3 overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-xs"><code><InlineText nodes={block.content} /></code></pre>;
    case "quote":
      return <blockquote className="my-3 border-l-2 border-line-strong pl-3"><Blocks blocks={block.blocks} /></blockquote>;
    case "rule":
      return <hr className="my-5 border-line" />;
    case "list":
      return <ListView items={block.items} start={block.start} />;
    case "table":
      return <TableView header={block.header} rows={block.rows} />;
  }
}

function Heading({ level, content }: { level: number; content: InlineNode[] }) {
  const text = <InlineText nodes={content} />;
  if (level <= 2) return <h3 className="mt-5 mb-1.5 text-md font-semibold text-ink first:mt-0">{text}</h3>;
  return <h4 className="mt-4 mb-1 text-sm font-semibold text-ink first:mt-0">{text}</h4>;
}

function ListView({ items, start }: { items: readonly Block[][]; start: number | null }) {
  const content = items.map((item, index) => <li key={index} className="my-1 [&>p]:my-1"><Blocks blocks={item} /></li>);
  if (start === null) return <ul className="my-2.5 list-disc pl-5 marker:text-ink-faint">{content}</ul>;
  return <ol start={start} className="my-2.5 list-decimal pl-5 marker:text-ink-faint">{content}</ol>;
}

function TableView({ header, rows }: { header: readonly InlineNode[][]; rows: readonly InlineNode[][][] }) {
  return (
    <div tabIndex={0} role="region" aria-label="Table" className="my-3 overflow-x-auto rounded-lg border border-line">
      <table className="w-full text-left text-sm">
        <thead className="bg-sunken text-xs text-ink">
          <tr>{header.map((cell, index) => <th key={index} scope="col" className="px-3 py-1.5 font-medium"><InlineText nodes={cell} /></th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index} className="border-t border-line">
              {row.map((cell, column) => <td key={column} className="px-3 py-1.5 align-top"><InlineText nodes={cell} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
