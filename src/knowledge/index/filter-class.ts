import type { IndexChunk, SearchFilter } from "../search-index.ts";

/** What rights and filters look at, apart from the time: chunks alike in it are of one class. */
export type FilterClass = { audiences: readonly string[]; language: string | null; product: string | null; brand: string | null };

export function classOf(chunk: Pick<IndexChunk, "audiences" | "language" | "product" | "brand">): FilterClass {
  return { audiences: chunk.audiences, language: chunk.language ?? null, product: chunk.product ?? null, brand: chunk.brand ?? null };
}

/** Whether chunks of this class may be seen by one of `audiences` and pass the filter (its time apart). */
export function passes(given: FilterClass, audiences: ReadonlySet<string>, filter: SearchFilter): boolean {
  return given.audiences.some((audience) => audiences.has(audience)) && isIn(filter.languages, given.language) && isIn(filter.products, given.product) && isIn(filter.brands, given.brand);
}

function isIn(list: readonly (string | null)[] | undefined, value: string | null): boolean {
  return list === undefined || list.includes(value);
}
