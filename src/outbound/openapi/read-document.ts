import { parse } from "yaml";
import { z } from "zod";
import { outboundFault } from "../outbound.errors.ts";

const object = z.record(z.string(), z.unknown());
const server = z.object({ url: z.string(), variables: z.record(z.string(), z.object({ default: z.coerce.string() })).default({}) });
const documentShape = z.object({
  openapi: z.string().optional(), swagger: z.string().optional(), paths: z.record(z.string(), object), servers: z.array(server).optional(),
  host: z.string().optional(), basePath: z.string().optional(), schemes: z.array(z.string()).optional(), consumes: z.array(z.string()).optional(),
}).loose();

export const serverList = z.array(server);
export type OpenApiServer = z.infer<typeof server>;
/** An OpenAPI 3.0, 3.1 or Swagger 2.0 document as it stands; only its head has been looked at. */
export type OpenApiDocument = z.infer<typeof documentShape>;

export const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

/** The file, or the origin alone: the path of an address may hold a secret. */
export function nameOfDocument(source: URL): string {
  return source.protocol === "file:" ? source.pathname : `of ${source.origin}`;
}

/** Reads JSON or YAML. Throws `outbound.configuration`. */
export function readDocument(text: string, source: URL): OpenApiDocument {
  const where = nameOfDocument(source);
  let value: unknown;
  try {
    value = text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw outboundFault("configuration", { detail: `The document ${where} is neither JSON nor YAML.`, cause: error });
  }
  const read = documentShape.safeParse(value);
  const isKnown = read.success && (read.data.swagger === "2.0" || /^3\.\d/.test(read.data.openapi ?? ""));
  if (!read.success || !isKnown) throw outboundFault("configuration", { detail: `The document ${where} is no OpenAPI 3 and no Swagger 2.0 document.` });
  return read.data;
}

/** The address of a document's first server, without a slash at its end. Throws `outbound.configuration` when it names none. */
export function serverOf(document: OpenApiDocument, servers: readonly OpenApiServer[] | undefined, source: URL): string {
  const isRemote = source.protocol !== "file:";
  if (document.swagger !== undefined) {
    const schemes = document.schemes ?? [];
    const own = source.protocol.replace(":", "");
    const scheme = isRemote && (schemes.length === 0 || schemes.includes(own)) ? own : schemes.includes("https") || schemes.length === 0 ? "https" : (schemes[0] ?? "https");
    const host = document.host ?? (isRemote ? source.host : "");
    if (host === "") throw outboundFault("configuration", { detail: "The document names no host, and it was not read from one." });
    return `${scheme}://${host}${(document.basePath ?? "").replace(/\/+$/, "")}`;
  }
  const first = servers?.[0] ?? { url: "/", variables: {} };
  const filled = first.url.replace(/\{([^{}]+)\}/g, (_, name: string) => first.variables[name]?.default ?? "");
  if (!URL.canParse(filled) && (!isRemote || !URL.canParse(filled, source.href))) throw outboundFault("configuration", { detail: `The document's server "${first.url}" is not an address.` });
  return (URL.canParse(filled) ? new URL(filled) : new URL(filled, source)).href.replace(/\/+$/, "");
}
