import { MAX_QUERY_LENGTH, MAX_QUERY_TERMS } from "../search-index.ts";
import { indexTerms } from "../terms.ts";

/** A term of a query and how many chunks hold it. */
export type QueryTerm = { term: string; count: number };

/** The distinct terms of a query that occur at all, in its order; of more than 64 the rarest. */
export function queryTerms(query: string, countOf: (term: string) => number): QueryTerm[] {
  const terms = [...new Set(indexTerms(query.slice(0, MAX_QUERY_LENGTH)))].map((term) => ({ term, count: countOf(term) })).filter(({ count }) => count > 0);
  return terms.length <= MAX_QUERY_TERMS ? terms : terms.sort((left, right) => left.count - right.count).slice(0, MAX_QUERY_TERMS);
}
