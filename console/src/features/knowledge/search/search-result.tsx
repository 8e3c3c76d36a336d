import type { SearchTestView } from "../../../../../src/shapes/knowledge-search.ts";
import { formatCount } from "../../../lib/format.ts";
import { Badge, type Tone } from "../../../ui/badge.tsx";
import { HitCard } from "./hit-card.tsx";

const KINDS: Record<SearchTestView["decision"]["kind"], { words: string; sign: string; tone: Tone; box: string }> = {
  answer: { words: "Answer", sign: "✓", tone: "good", box: "border-good" },
  ask_back: { words: "Ask back", sign: "?", tone: "accent", box: "border-accent-ink" },
  decline: { words: "Decline", sign: "–", tone: "warn", box: "border-warn" },
};

/** What would be decided, what was searched, and every passage with where it stood. */
export function SearchResult({ found }: { found: SearchTestView }) {
  const kept = found.hits.filter((hit) => hit.place !== null);
  const rest = found.hits.filter((hit) => hit.place === null);
  return (
    <div className="flex flex-col gap-4">
      <Decision found={found} />
      <Steps found={found} />
      {kept.length > 0 && <ol aria-label="Passages" className="flex flex-col gap-3">{kept.map((hit) => <HitCard key={hit.chunkId} hit={hit} />)}</ol>}
      {rest.length > 0 && (
        <details className="rounded-xl border border-line bg-surface px-4 py-3">
          <summary className="text-sm text-ink-soft">{formatCount(rest.length, "more was", "more were")} found and left out</summary>
          <ol aria-label="Left out" className="mt-3 flex flex-col gap-3">{rest.map((hit) => <HitCard key={hit.chunkId} hit={hit} />)}</ol>
        </details>
      )}
    </div>
  );
}

function Decision({ found: { decision } }: { found: SearchTestView }) {
  const kind = KINDS[decision.kind];
  return (
    <section aria-label="Decision" role="status" className={`rounded-xl border-l-4 bg-surface px-4 py-3 ${kind.box}`}>
      <p className="flex flex-wrap items-center gap-2"><Badge tone={kind.tone}><span aria-hidden="true">{kind.sign}</span>{kind.words}</Badge><span className="text-ink-soft first-letter:uppercase">{decision.reason}</span></p>
      <p className="mt-1 text-xs text-ink-faint tabular-nums">Evidence {decision.confidence.toFixed(2)}; an answer needs {decision.needed.toFixed(2)}.</p>
      {decision.answer !== null && <p className="mt-2 break-words whitespace-pre-wrap">{decision.answer}</p>}
      {decision.options.length > 0 && <ul className="mt-2 list-disc pl-5 text-ink-soft">{decision.options.map((option) => <li key={option}>{option}</li>)}</ul>}
    </section>
  );
}

function Steps({ found }: { found: SearchTestView }) {
  return (
    <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs [&_dd]:break-words [&_dd]:text-ink-soft [&_dt]:text-ink-faint">
      <dt>May see</dt><dd>{found.audiences.length === 0 ? "nothing" : found.audiences.join(", ")}</dd>
      <dt>Searched by</dt><dd>{found.model === null ? "words alone" : `words, and meaning (${found.model})`}{found.reranker !== null && `; put in order by ${found.reranker}`}</dd>
      <dt>Version</dt><dd className="tabular-nums">{found.knowledgeVersion}</dd>
      {found.parts.length > 1 && <><dt>Searched for</dt><dd><ul>{found.parts.map((part, index) => <li key={index}>“{part.text}” <span className="text-ink-faint tabular-nums">counts {part.weight}, {formatCount(part.hits, "hit", "hits")}</span></li>)}</ul></dd></>}
    </dl>
  );
}
