import { createHash } from "node:crypto";
import { canonicalJson } from "../../lib/canonical-json.ts";
import { sha256 } from "../../lib/sha256.ts";
import { chunkerOf, chunkMarkdown, DEFAULT_CHUNK_LIMITS, type Chunk, type ChunkLimits } from "../chunk-markdown.ts";
import { cutDocument } from "../ingest/cut-document.ts";
import type { DocumentFile, ParseResult } from "../ingest/parsed-document.ts";
import { HEADING_SEPARATOR, type ChunkRecord } from "../knowledge.store.ts";
import { hasFrontMatter, parseArticle } from "../parse-article.ts";
import type { StoredDocument } from "../snapshots/version.store.ts";
import { WORKSPACE_SOURCE, type SourceDefaults } from "../sources/source.ts";
import type { SourceContent, SourceItem } from "../sources/source-kind.ts";

/** Reads a file of any format. Replay: pure but for time limits. */
export type ParseFile = (file: DocumentFile) => Promise<ParseResult>;

export type MadeDocument = { kind: "made"; document: StoredDocument; chunks: ChunkRecord[] } | { kind: "refused"; code: string; reason: string };

type Read = Pick<StoredDocument, "title" | "body" | "language" | "audience" | "product" | "brand" | "format" | "warnings"> & { updatedAt: string | null };

export type MakeInput = { tenantId: string; sourceId: string; defaults: SourceDefaults; item: SourceItem; content: SourceContent; fingerprint: string | null; nowMs: number };

/** Looks for orders to an AI in a text; empty: there are none. Pure. */
export type FindInstructions = (text: string) => string[];

/** What documents are made with. `chunks`: how they are cut. */
export type MakeDeps = { parse: ParseFile; chunks?: ChunkLimits; findInstructions?: FindInstructions };

/** The warning of a document that gives orders to an AI; it is served and quoted like the others, which are never trusted. */
export const INSTRUCTIONS_WARNING = "instructions_to_ai";

/**
 * A document out of what a source gave: read, given what the source says of all its documents, and cut into chunks.
 *
 * Expected faults (a broken file, nobody named who may see it) are values with a reason for people. Replay: ids follow from
 * tenant, source, item and content, so they are the same anywhere.
 */
export async function makeDocument({ parse, chunks = DEFAULT_CHUNK_LIMITS, findInstructions = () => [] }: MakeDeps, input: MakeInput): Promise<MadeDocument> {
  const read = await readContent(parse, input);
  if (read.kind === "refused") return read;
  const { updatedAt, ...rest } = read.document;
  if (rest.audience.length === 0) return { kind: "refused", code: "no_audience", reason: "Nobody is named who may see it: give the source an audience, or the document one in its front matter." };
  const { item, uri } = input.item;
  // When a file was last written changes without its content, so it is no part of the revision.
  const givenAt = input.content.kind === "file" ? input.content.updatedAt : null;
  const id = documentIdOf(input.tenantId, item, input.sourceId);
  const facts = { ...rest, title: clean(rest.title).replace(/\s+/g, " ").trim().slice(0, 300) || item, body: clean(rest.body) };
  const chunker = chunkerOf(chunks);
  const content = sha256(canonicalJson({ title: facts.title, body: facts.body, language: facts.language, audience: facts.audience, product: facts.product, brand: facts.brand, updatedAt }));
  const revision = revisionOf(content, chunker);
  const found = findInstructions(`${facts.title}\n${facts.body}`);
  const warnings = found.length === 0 ? facts.warnings : [...facts.warnings, { code: INSTRUCTIONS_WARNING, message: `It reads like orders to an AI (${found.join(", ")}): see whether somebody put them there. It is quoted like every other document and not obeyed.` }];
  const document = { ...facts, warnings, chunker, id, sourceId: input.sourceId, item, path: pathOf(input.sourceId, item), uri, revision, fingerprint: markOf(input.defaults, input.fingerprint), updatedAt: updatedAt ?? givenAt ?? new Date(input.nowMs).toISOString() };
  const cut = await cutDocument(facts, chunks);
  return cut.kind === "refused" ? cut : { kind: "made", document, chunks: recordsOf(input.tenantId, id, revision, facts.title, cut.chunks) };
}

/** Content and the way it is cut, so that a document may be cut anew without being read again. */
export function revisionOf(content: string, chunker: string): string {
  return `${content.split(".", 1)[0] ?? ""}.${sha256(chunker).slice(0, 12)}`;
}

/** What is stored of an item's fingerprint: what was made by other defaults counts as changed. */
export function markOf(defaults: SourceDefaults, fingerprint: string | null): string | null {
  return fingerprint === null ? null : sha256(canonicalJson({ fingerprint, defaults }));
}

/** The same item has the same document id for as long as the tenant lives. */
export function documentIdOf(tenantId: string, item: string, sourceId: string = WORKSPACE_SOURCE): string {
  return `doc_${hashText(sourceId === WORKSPACE_SOURCE ? `${tenantId}\n${item}` : `${tenantId}\n${sourceId}\n${item}`)}`;
}

function pathOf(sourceId: string, item: string): string {
  return sourceId === WORKSPACE_SOURCE ? item : `${sourceId}:${item}`;
}

/** The chunks of a text as they are stored, cut here: a long text keeps the thread busy for seconds (`cutDocument`). Pure. */
export function chunkRecordsOf(tenantId: string, documentId: string, revision: string, text: { title: string; body: string }, limits: ChunkLimits = DEFAULT_CHUNK_LIMITS): ChunkRecord[] {
  return recordsOf(tenantId, documentId, revision, text.title, chunkMarkdown(text.title, text.body, limits));
}

/** Chunks as they are stored; pure. */
export function recordsOf(tenantId: string, documentId: string, revision: string, title: string, chunks: readonly Chunk[]): ChunkRecord[] {
  const plain = (heading: string) => heading.replaceAll("›", ">");
  return chunks.map((chunk) => ({
    id: `chunk_${hashText(`${tenantId}\n${documentId}\n${revision}\n${chunk.ordinal}`)}`,
    ordinal: chunk.ordinal,
    heading: [title, ...chunk.headingPath].map(plain).join(HEADING_SEPARATOR),
    lead: chunk.lead,
    body: chunk.text,
    startOffset: chunk.startOffset,
    endOffset: chunk.endOffset,
  }));
}

async function readContent(parse: ParseFile, { content, defaults, item }: MakeInput): Promise<{ kind: "ok"; document: Read } | { kind: "refused"; code: string; reason: string }> {
  const { audience, product = null, brand = null, ocrLanguages } = defaults;
  const inPictures = ocrLanguages === undefined ? {} : { ocrLanguages };
  if (content.kind === "record") return readRecord(parse, content, defaults);
  const isArticle = /\.(md|markdown)$/i.test(content.name) && (audience.length === 0 || hasFrontMatter(content.bytes));
  if (isArticle) {
    const parsed = parseArticle(content.bytes, { audience, language: defaults.language });
    if (parsed.kind === "failed") return { kind: "refused", code: "article", reason: parsed.reason };
    const { article } = parsed;
    return { kind: "ok", document: { ...article, product: article.product ?? product, brand: article.brand ?? brand, format: "markdown", warnings: [] } };
  }
  const parsed = await parse({ bytes: content.bytes, name: content.name, ...(content.mediaType === null ? {} : { mediaType: content.mediaType }), ...inPictures });
  if (parsed.kind === "refused") return parsed;
  const { title, body, language, format, updatedAt, warnings } = parsed.document;
  return { kind: "ok", document: { title: title || item.item, body, language: language === "und" ? (defaults.language ?? "und") : language, audience, product, brand, format, warnings, updatedAt } };
}

async function readRecord(parse: ParseFile, content: Extract<SourceContent, { kind: "record" }>, { audience, product, brand, language }: SourceDefaults): Promise<{ kind: "ok"; document: Read } | { kind: "refused"; code: string; reason: string }> {
  if (content.body.trim() === "") return { kind: "refused", code: "empty", reason: "The record holds no text." };
  const read = content.isHtml ? await parse({ bytes: Buffer.from(content.body), name: "record.html", mediaType: "text/html; charset=utf-8" }) : null;
  if (read?.kind === "refused") return read;
  // Of what is read, since an address may be written in other characters until then.
  const { redact = (text: string) => text } = content;
  const known = { title: redact(content.title), language: content.language ?? language ?? read?.document.language ?? "und", updatedAt: content.updatedAt };
  return { kind: "ok", document: { ...known, body: redact(read?.document.body ?? content.body), audience, product: content.product ?? product ?? null, brand: content.brand ?? brand ?? null, format: "record", warnings: read?.document.warnings ?? [] } };
}

/** As the database holds texts: without NUL and without half characters. */
function clean(text: string): string {
  return text.replaceAll("\u0000", "").toWellFormed();
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** 22 characters (110 bits) in the alphabet of every id. */
function hashText(text: string): string {
  return Array.from(createHash("sha256").update(text).digest().subarray(0, 22), (byte) => ALPHABET[byte % 32]).join("");
}
