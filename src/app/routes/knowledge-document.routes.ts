import { createRoute, z } from "@hono/zod-openapi";
import { sha256Bytes } from "../../lib/sha256.ts";
import { actorName } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { DEFAULT_PARSE_LIMITS } from "../../knowledge/ingest/parsed-document.ts";
import type { ChunkLimits } from "../../knowledge/chunk-markdown.ts";
import { chunkRecordsOf } from "../../knowledge/import-folder.ts";
import { fileUnknown, sourceInvalid } from "../../knowledge/knowledge.errors.ts";
import { listDocumentVersions, listFacets, listManagedDocuments, readManagedDocument, type ManagedHead } from "../../knowledge/managed-document.store.ts";
import { isDocumentName } from "../../knowledge/sources/document-names.ts";
import { sourceId } from "../../knowledge/sources/source.ts";
import { deleteFile, listFiles, putFile, readFileBytes } from "../../knowledge/sources/source.store.ts";
import { readSource } from "../../knowledge/sync/open-source.ts";
import { requestSync } from "../../knowledge/sync/request-sync.ts";
import { listProblems } from "../../knowledge/sync/sync-item.store.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { plainText } from "../../lib/plain-text.ts";
import { chunkView, documentHeadView, documentVersionView, facetsView, filePreviewView, fileView, managedDocumentView, problemView, syncView } from "../../shapes/knowledge.ts";
import { bodyInvalid, documentNotFound } from "../app.errors.ts";
import type { App } from "../app.ts";
import { body, createApi, json, pathId, problems, staff } from "../http/api.ts";
import { readWithin } from "../http/read-body.ts";
import { readCursor } from "../http/read-cursor.ts";
import { viewSync } from "../knowledge/view-source.ts";

const tags = ["knowledge"];
const ofSource = z.object({ name: sourceId });
const ofFile = ofSource.extend({ file: plainText(200).min(1).regex(/^[^/\\\p{Cc}]+$/u, "a file's name, without slashes") });
const filter = pageQuery.extend({ source: sourceId.optional(), query: plainText(200).optional(), audience: plainText(120).optional(), language: plainText(40).optional(), warnings: z.enum(["true", "false"]).optional().describe("true: only those that could not be read without loss.") });
const preview = z.object({ title: plainText(300).default(""), body: plainText(200_000).describe("Markdown") });
const bytes = { content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } } };

const routes = {
  list: createRoute({ method: "get", path: "/api/knowledge/documents", tags, summary: "Every document that is served, whoever may read it", request: { query: filter }, responses: { 200: json(pageOf(documentHeadView, "KnowledgeDocumentPage"), "A page, by path."), ...problems } }),
  read: createRoute({ method: "get", path: "/api/knowledge/documents/{id}", tags, summary: "A document with its chunks", request: { params: pathId, query: z.object({ version: z.coerce.number().int().min(0).optional() }) }, responses: { 200: json(managedDocumentView, "As it is served, or was in that version."), ...problems } }),
  versions: createRoute({ method: "get", path: "/api/knowledge/documents/{id}/versions", tags, summary: "The versions of a document, newest first", request: { params: pathId }, responses: { 200: json(z.object({ items: z.array(documentVersionView) }), "The latest 200."), ...problems } }),
  facets: createRoute({ method: "get", path: "/api/knowledge/facets", tags, summary: "Audiences, languages, products and brands of the documents that are served", responses: { 200: json(facetsView, "Each in alphabetical order."), ...problems } }),
  preview: createRoute({ method: "post", path: "/api/knowledge/chunk-preview", tags, summary: "How a text would be cut into chunks; nothing is stored", request: body(preview), responses: { 200: json(z.object({ items: z.array(chunkView) }), "The chunks."), ...problems } }),
  filePreview: createRoute({ method: "post", path: "/api/knowledge/file-previews/{file}", tags, summary: "How a file would be read and cut into chunks; nothing is stored", request: { params: ofFile.pick({ file: true }), body: { required: true, ...bytes } }, responses: { 200: json(filePreviewView, "Its text and chunks, or why it cannot be read."), ...problems } }),
  problems: createRoute({ method: "get", path: "/api/knowledge/problems", tags, summary: "What could not be taken, and why", request: { query: pageQuery.extend({ source: sourceId.optional() }) }, responses: { 200: json(pageOf(problemView, "KnowledgeProblemPage"), "A page, by source and item."), ...problems } }),
  files: createRoute({ method: "get", path: "/api/knowledge/sources/{name}/files", tags, summary: "The files that were uploaded to a source", request: { params: ofSource, query: pageQuery }, responses: { 200: json(pageOf(fileView, "KnowledgeFilePage"), "A page, by name."), ...problems } }),
  upload: createRoute({ method: "put", path: "/api/knowledge/sources/{name}/files/{file}", tags, summary: "Upload a file to a source of the kind `upload`", request: { params: ofFile, body: { required: true, ...bytes } }, responses: { 202: json(syncView, "Stored; the sync that takes it has begun."), ...problems } }),
  download: createRoute({ method: "get", path: "/api/knowledge/sources/{name}/files/{file}", tags, summary: "An uploaded file as it was given", request: { params: ofFile }, responses: { 200: { description: "Its bytes.", ...bytes }, ...problems } }),
  remove: createRoute({ method: "delete", path: "/api/knowledge/sources/{name}/files/{file}", tags, summary: "Take an uploaded file and its document out", request: { params: ofFile }, responses: { 202: json(syncView, "The sync that takes it out has begun."), ...problems } }),
};

export function knowledgeDocumentRoutes(app: App) {
  const api = createApi();
  const { knowledge } = app;
  api.openapi(routes.list, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { limit, cursor, source = null, query = null, audience = null, language = null, warnings } = c.req.valid("query");
    const [path, id] = readCursor(cursor).map(String);
    const rows = await listManagedDocuments(app.database, actor.tenantId, { sourceId: source, query, audience, language, hasWarnings: warnings === "true", after: path === undefined || id === undefined ? null : { path, id }, limit: limit + 1 });
    return c.json(toPage(rows, limit, toHead, (head) => [head.path, head.id]), 200);
  });
  api.openapi(routes.read, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const found = await readManagedDocument(app.database, actor.tenantId, { id: c.req.valid("param").id, version: c.req.valid("query").version ?? null });
    if (found === null) throw documentNotFound();
    const { document: { revision: _, ...document }, ...rest } = found;
    return c.json({ ...document, ...rest }, 200);
  });
  api.openapi(routes.versions, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json({ items: await listDocumentVersions(app.database, actor.tenantId, c.req.valid("param").id) }, 200);
  });
  api.openapi(routes.facets, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const facets = await listFacets(app.database, actor.tenantId);
    return c.json({ ...facets, audiences: [...new Set([...app.workspace.audiences, ...facets.audiences])].sort() }, 200);
  });
  api.openapi(routes.preview, async (c) => {
    allow(await staff(c, app.identity), "knowledge.manage");
    return c.json({ items: previewOf(c.req.valid("json"), knowledge.chunks) }, 200);
  });
  api.openapi(routes.filePreview, async (c) => {
    allow(await staff(c, app.identity), "knowledge.manage");
    const { file } = c.req.valid("param");
    const content = await readWithin(c.req.raw, DEFAULT_PARSE_LIMITS.maxBytes, DEFAULT_PARSE_LIMITS.maxBytes + 1);
    const mediaType = c.req.header("content-type");
    const read = await knowledge.parse({ bytes: content, name: file, ...(mediaType === undefined ? {} : { mediaType }) });
    if (read.kind === "refused") return c.json({ kind: read.kind, code: read.code, reason: read.reason }, 200);
    const { title, body: text, language, format, warnings } = read.document;
    return c.json({ kind: read.kind, title, body: text, language, format, warnings, items: previewOf({ title, body: text }, knowledge.chunks) }, 200);
  });
  api.openapi(routes.problems, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { limit, cursor, source = null } = c.req.valid("query");
    const [sourceName, item] = readCursor(cursor).map(String);
    const rows = await listProblems(app.database, actor.tenantId, { sourceId: source, after: sourceName === undefined || item === undefined ? null : { sourceId: sourceName, item }, limit: limit + 1 });
    return c.json(toPage(rows, limit, (problem) => problem, (problem) => [problem.sourceId, problem.item]), 200);
  });
  api.openapi(routes.files, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { limit, cursor } = c.req.valid("query");
    const { name } = c.req.valid("param");
    await readSource(knowledge, actor.tenantId, name);
    const rows = await listFiles(app.database, actor.tenantId, name, { after: String(readCursor(cursor)[0] ?? ""), limit: limit + 1 });
    return c.json(toPage(rows, limit, (file) => file, (file) => [file.name]), 200);
  });
  api.openapi(routes.upload, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { name, file } = c.req.valid("param");
    const { source } = await readSource(knowledge, actor.tenantId, name);
    if (source.kind !== "upload") throw sourceInvalid({ message: `The source "${name}" is of the kind ${source.kind}: files are uploaded to a source of the kind upload.` });
    if (!isDocumentName(file)) throw sourceInvalid({ message: `"${file}" has no name of a document: give it an ending such as .pdf, .docx, .html or .md.` });
    const content = await readWithin(c.req.raw, DEFAULT_PARSE_LIMITS.maxBytes, DEFAULT_PARSE_LIMITS.maxBytes + 1);
    if (content.byteLength === 0) throw bodyInvalid({ message: "The file is empty." });
    await putFile(app.database, actor.tenantId, name, { name: file, mediaType: c.req.header("content-type") ?? null, bytes: content, sha256: sha256Bytes(content), by: actorName(actor), at: new Date(app.clock.nowMs()) });
    return c.json(viewSync(await requestSync(knowledge, { tenantId: actor.tenantId, sourceId: name, by: actorName(actor), acceptRemovals: false })), 202);
  });
  api.openapi(routes.download, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { name, file } = c.req.valid("param");
    const found = await readFileBytes(app.database, actor.tenantId, name, file);
    if (found === null) throw fileUnknown();
    // Never shown by the browser as a page of ours.
    return c.body(Uint8Array.from(found.bytes), 200, { "content-type": "application/octet-stream", "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file)}` });
  });
  api.openapi(routes.remove, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { name, file } = c.req.valid("param");
    if (!(await deleteFile(app.database, actor.tenantId, name, file))) throw fileUnknown();
    return c.json(viewSync(await requestSync(knowledge, { tenantId: actor.tenantId, sourceId: name, by: actorName(actor), acceptRemovals: false })), 202);
  });
  return api;
}

/** As the tenant's documents are cut. */
function previewOf(text: { title: string; body: string }, limits: ChunkLimits | undefined) {
  return chunkRecordsOf("preview", "preview", "preview", text, limits).map(({ body: chunk, ...rest }) => ({ ...rest, id: null, text: chunk }));
}

/** The schema of the answer says what of it is shown. */
function toHead({ id, sourceId: source, path, title, language, audience, product, brand, format, warnings, updatedAt }: ManagedHead) {
  return { id, sourceId: source, path, title, language, audience, product, brand, format, warnings, updatedAt };
}
