import { fetchJson } from "../../lib/fetch-json.ts";
import type { Article } from "./article-view.tsx";

/** The address of a cited article: the server gives it as it was when it said what is quoted. */
export function articleAddress(base: "/api/documents" | "/api/chat/documents", documentId: string, quote: string): string {
  return `${base}/${encodeURIComponent(documentId)}${quote === "" ? "" : `?${new URLSearchParams({ quote })}`}`;
}

/** An article as the human agent may read it. */
export function loadArticle(documentId: string, quote: string): Promise<Article> {
  return fetchJson<Article>(articleAddress("/api/documents", documentId, quote));
}
