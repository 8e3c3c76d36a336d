import { isRecord } from "../../lib/is-record.ts";
import { outboundFault } from "../outbound.errors.ts";
import type { OpenApiDocument } from "./read-document.ts";

/** What a reference within the document (`#/components/…`) leads to; undefined when nothing stands there. Source: RFC 6901. */
export function findReference(document: OpenApiDocument, reference: string): unknown {
  if (reference === "#") return document;
  if (!reference.startsWith("#/")) return undefined;
  let found: unknown = document;
  for (const step of reference.slice(2).split("/")) {
    const name = decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}

/**
 * A value, or what it refers to, through every reference in between; `at` names the place for errors.
 * Throws `outbound.configuration`: another file, nothing there, or a circle of references.
 */
export function followReference(document: OpenApiDocument, value: unknown, at: string): { value: unknown; at: string } {
  const seen = new Set<string>();
  let found = { value, at };
  for (let reference = referenceOf(found.value); reference !== null; reference = referenceOf(found.value)) {
    if (seen.has(reference)) throw outboundFault("configuration", { detail: `${at}: "${reference}" refers back to itself.` });
    seen.add(reference);
    found = { value: targetOf(document, reference, found.at), at: reference.slice(2) };
  }
  return found;
}

/** Throws `outbound.configuration` naming the place and the reference. */
export function targetOf(document: OpenApiDocument, reference: string, at: string): unknown {
  if (!reference.startsWith("#")) throw outboundFault("configuration", { detail: `${at}: "${reference}" refers to another file, which is not read. Bundle the document into one file first (\`npx @redocly/cli bundle\`).` });
  const target = findReference(document, reference);
  if (target === undefined) throw outboundFault("configuration", { detail: `${at}: "${reference}" refers to what is not in the document.` });
  return target;
}

export function referenceOf(value: unknown): string | null {
  return isRecord(value) && typeof value["$ref"] === "string" ? value["$ref"] : null;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    // A percent sign that means itself.
    return step;
  }
}
