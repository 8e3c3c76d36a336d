import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { z } from "zod";
import type { Clock } from "../lib/clock.ts";
import { outboundFault } from "./outbound.errors.ts";
import type { Credentials } from "./authentication.ts";
import { findReference, referenceOf } from "./openapi/follow-reference.ts";
import { METHODS, readDocument, serverList, serverOf, type OpenApiDocument } from "./openapi/read-document.ts";
import type { Outbound, OutboundLimits } from "./outbound.ts";

const parameter = z.object({ name: z.string(), in: z.enum(["path", "query", "header", "cookie", "body", "formData"]), required: z.boolean().default(false), style: z.string().optional(), explode: z.boolean().optional(), collectionFormat: z.string().optional() });
const requestBody = z.object({ content: z.record(z.string(), z.unknown()), required: z.boolean().default(false) });
const operationShape = z.object({ operationId: z.string().optional(), parameters: z.array(z.unknown()).default([]), requestBody: z.unknown().optional(), servers: serverList.optional(), consumes: z.array(z.string()).optional() }).loose();

/** `argument`: the name its value is given under; its own without it. */
export type OpenApiParameter = z.infer<typeof parameter> & { argument?: string };
export type OpenApiOperation = {
  kind: "found"; method: string; path: string; server: string; parameters: readonly OpenApiParameter[];
  /** Content types the body may have, best first; null: the operation takes none. */
  bodyTypes: readonly string[] | null; isBodyRequired: boolean;
};

/** Documents by address, asked for at most every five minutes; one content is parsed once. */
export type OpenApiDocuments = { load(tenantId: string, source: URL, credentials: Credentials, limits: OutboundLimits): Promise<OpenApiDocument> };

const FRESH_MS = 5 * 60_000;
const MAX_BYTES = 10 * 1024 * 1024;
const MAX_KEPT = 200;

/** `folder`: where `file:` documents lie; nothing outside it is read. Null: none are. */
export function createOpenApiDocuments(deps: { outbound: Outbound; clock: Clock; folder: string | null }): OpenApiDocuments {
  const parsed = new Map<string, OpenApiDocument>();
  const fetched = new Map<string, { hash: string; untilMs: number }>();
  const remember = (text: string, source: URL): { document: OpenApiDocument; hash: string } => {
    const hash = createHash("sha256").update(text).digest("base64");
    const document = parsed.get(hash) ?? readDocument(text, source);
    if (parsed.size >= MAX_KEPT) parsed.clear();
    parsed.set(hash, document);
    return { document, hash };
  };
  return {
    async load(tenantId, source, credentials, limits) {
      if (source.protocol === "file:") return remember(await readInside(deps.folder, source), source).document;
      const key = `${tenantId} ${source.href}`;
      const known = fetched.get(key);
      const kept = known !== undefined && known.untilMs > deps.clock.nowMs() ? parsed.get(known.hash) : undefined;
      if (kept !== undefined) return kept;
      const request = await credentials.apply({ method: "GET", url: source, headers: { accept: "application/json, application/yaml, */*;q=0.8", "accept-encoding": "gzip", "user-agent": "baton" }, body: null });
      const answer = await deps.outbound.send(request, { ...limits, maxBytes: MAX_BYTES });
      if (answer.status !== 200) throw outboundFault("communication", { status: answer.status, detail: `The document of ${source.origin} answered ${answer.status}.` });
      const { document, hash } = remember(new TextDecoder().decode(answer.body), source);
      if (fetched.size >= MAX_KEPT) fetched.clear();
      fetched.set(key, { hash, untilMs: deps.clock.nowMs() + FRESH_MS });
      return document;
    },
  };
}

async function readInside(folder: string | null, source: URL): Promise<string> {
  const wanted = decodeURIComponent(`${source.host}${source.pathname}`).replace(/^\/+/, "");
  const missing = (cause: unknown) => outboundFault("configuration", { detail: `There is no file "${wanted}" in the workspace.`, cause });
  if (folder === null) throw missing(null);
  try {
    const root = await realpath(folder);
    const path = await realpath(resolve(root, wanted));
    if (!path.startsWith(root + sep)) throw new Error("outside the workspace");
    return await readFile(path, "utf8");
  } catch (error) {
    throw missing(error);
  }
}

/** The operation of this id with everything a request needs; `unknown` tells the ids there are. */
export function findOperation(document: OpenApiDocument, operationId: string, source: URL): OpenApiOperation | { kind: "unknown"; known: string[] } {
  const known: string[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const read = operationShape.safeParse(item[method]);
      if (!read.success || read.data.operationId === undefined) continue;
      if (read.data.operationId !== operationId) known.push(read.data.operationId);
      else return toOperation(document, { path, method, item, operation: read.data }, source);
    }
  }
  return { kind: "unknown", known };
}

function toOperation(document: OpenApiDocument, at: { path: string; method: string; item: Record<string, unknown>; operation: z.infer<typeof operationShape> }, source: URL): OpenApiOperation {
  const shared = z.array(z.unknown()).catch([]).parse(at.item["parameters"]);
  const parameters = new Map<string, OpenApiParameter>();
  for (const given of [...shared, ...at.operation.parameters]) {
    const read = parameter.safeParse(dereference(document, given));
    if (read.success) parameters.set(`${read.data.in} ${read.data.name}`, read.data);
  }
  const list = [...parameters.values()];
  const itemServers = serverList.safeParse(at.item["servers"]).data;
  const base = { kind: "found" as const, method: at.method.toUpperCase(), path: at.path, server: serverOf(document, at.operation.servers ?? itemServers ?? document.servers, source), parameters: list };
  if (document.swagger !== undefined) {
    const form = list.some((each) => each.in === "formData");
    const body = list.find((each) => each.in === "body");
    const types = at.operation.consumes ?? document.consumes ?? ["application/json"];
    return { ...base, bodyTypes: form ? ["application/x-www-form-urlencoded"] : body === undefined ? null : preferJson(types), isBodyRequired: body?.required ?? false };
  }
  const body = requestBody.safeParse(dereference(document, at.operation.requestBody));
  return { ...base, bodyTypes: body.success ? preferJson(Object.keys(body.data.content)) : null, isBodyRequired: body.success && body.data.required };
}

/** JSON first, then forms. */
export function preferJson(types: readonly string[]): string[] {
  const weight = (type: string) => (/json/i.test(type) ? 0 : type === "application/x-www-form-urlencoded" ? 1 : 2);
  return [...types].sort((a, b) => weight(a) - weight(b)).map((type) => (type === "*/*" ? "application/json" : type));
}

function dereference(document: OpenApiDocument, value: unknown): unknown {
  const reference = referenceOf(value);
  return reference === null ? value : findReference(document, reference);
}
