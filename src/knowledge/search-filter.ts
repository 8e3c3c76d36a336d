import { z } from "zod";
import { searchFilterInvalid } from "./knowledge.errors.ts";
import type { SearchFilter } from "./search-index.ts";

const values = z.array(z.string().min(1).max(120)).min(1).max(20).optional();

/** What narrows a search besides rights, as askers give it: each list names the values that pass. Members of other routes take these as they are. */
export const filterMembers = {
  languages: values.describe("Language tags, such as en or pt-BR."), products: values, brands: values,
  updatedAfter: z.iso.date().optional().describe("Only documents of this day (UTC) or later."),
};
const givenFilter = z.strictObject(filterMembers);
export type GivenFilter = z.output<typeof givenFilter>;

/** The filter that an index takes; undefined: nothing narrows the search. Pure. */
export function toSearchFilter({ languages, products, brands, updatedAfter }: GivenFilter): SearchFilter | undefined {
  const filter: SearchFilter = { ...(languages && { languages }), ...(products && { products }), ...(brands && { brands }), ...(updatedAfter === undefined ? {} : { updatedAfterMs: Date.parse(updatedAfter) }) };
  return Object.keys(filter).length === 0 ? undefined : filter;
}

/** The filter of a header `x-baton-filter`: the members as JSON, `{"brands":["acme"]}`. Throws `knowledge.filter_invalid`, naming the member. */
export function readFilterHeader(text: string | undefined): SearchFilter | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const read = givenFilter.safeParse(parseJson(text));
  if (!read.success) throw searchFilterInvalid({ message: `x-baton-filter: ${z.prettifyError(read.error)}` });
  return toSearchFilter(read.data);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Said of the whole header by the schema.
    return text;
  }
}
