export type KnowledgeTab = "sources" | "documents" | "search" | "versions" | "gaps";

/** What the address of the page says. `warnings`: only documents that were not read without loss. `from`, `to`: versions to compare; `document`: of which the texts are compared. */
export type KnowledgeSearch = { tab?: KnowledgeTab; source?: string; query?: string; audience?: string; language?: string; warnings?: boolean; from?: string; to?: string; document?: string };

/** `version`: as it was then. `quote`, `heading`: what a citation says of it. `view`: with its chunks drawn. */
export type DocumentSearch = { version?: number; quote?: string; heading?: string; view?: "chunks" };

const TABS: readonly KnowledgeTab[] = ["documents", "search", "versions", "gaps"];
const TEXTS = ["source", "query", "audience", "language", "from", "to", "document"] as const;

/** Anything else in the address is dropped. */
export function readKnowledgeSearch(given: Record<string, unknown>): KnowledgeSearch {
  const search: KnowledgeSearch = {};
  const tab = TABS.find((each) => each === given["tab"]);
  if (tab !== undefined) search.tab = tab;
  for (const name of TEXTS) {
    const text = textOf(given[name]);
    if (text !== "") search[name] = text;
  }
  if (given["warnings"] === true) search.warnings = true;
  return search;
}

export function readDocumentSearch(given: Record<string, unknown>): DocumentSearch {
  const { version } = given;
  const [quote, heading] = [textOf(given["quote"]), textOf(given["heading"])];
  return {
    ...(typeof version === "number" && Number.isInteger(version) && version >= 0 ? { version } : {}), ...(quote === "" ? {} : { quote }), ...(heading === "" ? {} : { heading }), ...(given["view"] === "chunks" ? { view: "chunks" } : {}),
  };
}

/** A number in the address is a text that looks like one. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
