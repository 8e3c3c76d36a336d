import { queryOptions } from "@tanstack/react-query";
import { fetchJson } from "../../../lib/fetch-json.ts";
import type { DocumentWord } from "./document-keys.ts";

/** One of our functions as `call` names it, with what it takes: what must be given first. */
export type FunctionWords = { name: string; info: string; takes: readonly (DocumentWord & { isNeeded: boolean })[] };

/** A function as the server describes it; the schema is JSON Schema. */
export type FunctionView = { name: string; summary: string; inputSchema: Record<string, unknown> | null };

/** The catalog changes with the server only. */
export const functionsQuery = queryOptions({
  queryKey: ["workflow-functions"],
  queryFn: async ({ signal }) => (await fetchJson<{ items: FunctionView[] }>("/api/workflow-functions", { signal })).items.map(toFunctionWords),
  staleTime: Infinity,
});

export function toFunctionWords({ name, summary, inputSchema }: FunctionView): FunctionWords {
  const properties = recordOf(inputSchema?.["properties"]);
  const required = new Set(Array.isArray(inputSchema?.["required"]) ? inputSchema["required"].filter((each) => typeof each === "string") : []);
  const takes = Object.entries(properties).map(([label, schema]) => {
    const { description, default: fallback } = recordOf(schema);
    return { label, info: typeof description === "string" ? description : sayType(recordOf(schema)), isNeeded: required.has(label) && fallback === undefined };
  });
  return { name, info: summary, takes: takes.toSorted((left, right) => Number(right.isNeeded) - Number(left.isNeeded)) };
}

function sayType({ type, enum: choices }: Record<string, unknown>): string {
  if (Array.isArray(choices)) return choices.map(String).join(" or ");
  return typeof type === "string" ? `${type.charAt(0).toUpperCase()}${type.slice(1)}.` : "";
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}
