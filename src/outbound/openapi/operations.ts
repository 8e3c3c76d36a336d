import { didYouMean } from "../../lib/did-you-mean.ts";
import { isRecord } from "../../lib/is-record.ts";
import { cut } from "../../lib/cut.ts";
import { outboundFault } from "../outbound.errors.ts";
import { METHODS, type OpenApiDocument } from "./read-document.ts";

/** An operation as it stands in a document. `key`: `GET /pets/{id}`. */
export type FoundOperation = { key: string; operationId: string | null; method: string; path: string; summary: string; tags: readonly string[]; item: Record<string, unknown>; operation: Record<string, unknown> };

/** Line ends, control characters, and those that turn the writing direction. */
const UNSEEN = /[\s\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu;

/** Every operation, in the document's order. Replay: pure. */
export function listOperations(document: OpenApiDocument): FoundOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((name): FoundOperation[] => {
      const operation = item[name];
      if (!isRecord(operation)) return [];
      const method = name.toUpperCase();
      const text = [operation["summary"], operation["description"]].find((each) => typeof each === "string" && each.trim() !== "");
      const operationId = typeof operation["operationId"] === "string" && operation["operationId"] !== "" ? operation["operationId"] : null;
      return [{ key: `${method} ${path}`, operationId, method, path, summary: typeof text === "string" ? cut(text.replace(UNSEEN, " ").trim(), 1_000) : "", tags: Array.isArray(operation["tags"]) ? operation["tags"].map(String) : [], item, operation }];
    }),
  );
}

/** By its operationId, or as `GET /pets/{id}`. Throws `outbound.configuration` naming what is near. */
export function pickOperation(operations: readonly FoundOperation[], wanted: string): FoundOperation {
  const found = operations.find(({ operationId, key }) => operationId === wanted || key === wanted);
  if (found !== undefined) return found;
  throw outboundFault("configuration", { detail: `The document has no operation "${wanted}".${didYouMean(wanted, operations.map(({ operationId, key }) => operationId ?? key))}` });
}
