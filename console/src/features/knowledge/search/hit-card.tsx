import { Link } from "@tanstack/react-router";
import type { SearchHitView } from "../../../../../src/shapes/knowledge-search.ts";
import { Badge } from "../../../ui/badge.tsx";
import { markWords } from "./mark-words.ts";

/** One passage: its place, where it stood in each step, and the words that matched. */
export function HitCard({ hit }: { hit: SearchHitView }) {
  return (
    <li className="rounded-xl border border-line bg-surface px-4 py-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="font-semibold tabular-nums">{hit.place === null ? "–" : hit.place}</span>
        <Link to="/knowledge/documents/$documentId" params={{ documentId: hit.documentId }} search={{ quote: hit.text.slice(0, 600), heading: hit.heading }} className="min-w-0 font-medium break-words text-accent-ink underline underline-offset-2">{hit.title}</Link>
        {hit.heading !== "" && <span className="text-xs break-words text-ink-faint">{hit.heading}</span>}
        {hit.why !== null && <Badge tone="warn">{hit.why}</Badge>}
      </div>
      <dl className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs tabular-nums">
        <Step name="Words" value={hit.lexical === null ? "not found" : `#${hit.lexical.rank}, ${hit.lexical.score.toFixed(2)}`} />
        <Step name="Meaning" value={hit.vector === null ? "–" : `#${hit.vector.rank}, ${hit.vector.score.toFixed(3)}`} />
        <Step name="Fused" value={`#${hit.fusedRank}, ${hit.fusedScore.toFixed(2)}`} />
        <Step name="Reranked" value={hit.score.toFixed(2)} />
      </dl>
      <p className="mt-2 line-clamp-6 text-sm break-words whitespace-pre-line text-ink-soft">
        {markWords(hit.text, hit.matched).map((piece, index) => (piece.isMarked ? <mark key={index}>{piece.text}</mark> : piece.text))}
      </p>
      <p className="mt-1.5 text-2xs break-words text-ink-faint">{hit.matched.length === 0 ? "No word of the question: found by its meaning, or by what was said before" : `Matched: ${hit.matched.join(", ")}`}</p>
    </li>
  );
}

function Step({ name, value }: { name: string; value: string }) {
  return <div className="flex gap-1.5"><dt className="text-ink-faint">{name}</dt><dd className="text-ink">{value}</dd></div>;
}
