import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { messageOf } from "../../../lib/app-error.ts";
import { refuseBySize } from "../../ingest/parsed-document.ts";
import { folderTooLarge, folderUnreadable, sourceInvalid } from "../../knowledge.errors.ts";
import { isDocumentName } from "../document-names.ts";
import { defineSourceKind, type Fetched, type SourceItem } from "../source-kind.ts";

const settings = z.strictObject({
  folder: z.string().min(1).max(1_000).describe("From the workspace's folder; or an absolute path, within the workspace or a folder that the operator lists (BATON_FILE_FOLDERS)."),
  formats: z.enum(["all", "articles"]).default("all").describe("articles: Markdown files only."),
});

/** Most files in one folder. */
export const MAX_FILES = 100_000;
const PAGE = 5_000;
/** A file that changes while it is read is read again, so often. */
const TRIES = 3;

/** Every document in a folder and below it; dot names and links are left out, so nothing outside of it is read. */
export const folderKind = defineSourceKind({
  kind: "folder", concurrency: 4, removals: "guarded", settings,
  async open({ settings: { folder, formats } }, deps) {
    const root = await permitted(folder, deps.folders);
    return {
      async list(cursor) {
        const paths = await listFiles(root, formats);
        const from = Number(cursor ?? 0);
        const items = await Promise.all(paths.slice(from, from + PAGE).map((path) => itemOf(root, path)));
        return { items, next: from + PAGE < paths.length ? String(from + PAGE) : null };
      },
      fetch: ({ item }) => fetchFile(root, item),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
});

/**
 * Where a folder really lies. A relative one begins at the first of `folders`, the workspace's, and stays within it, links and `..`
 * included. Throws `knowledge.folder_unreadable`, `knowledge.source_invalid` when it is not open to sources.
 */
export async function permitted(folder: string, folders: readonly string[]): Promise<string> {
  const isOwn = !isAbsolute(folder);
  const open = isOwn ? folders.slice(0, 1) : folders;
  const path = resolve(...(isOwn ? open : []), folder);
  const real = await realpath(path).catch((error: unknown) => {
    throw folderUnreadable({ message: isMissing(error) ? `There is no folder ${path}.` : `The folder ${path} cannot be read: ${messageOf(error)}`, cause: error });
  });
  const roots = await Promise.all(open.map((each) => realpath(each).catch(() => null)));
  if (roots.some((root) => root !== null && isWithin(root, real))) return real;
  throw sourceInvalid({ message: isOwn ? `The folder ${folder} leads out of the workspace: name it by its absolute path, and have the operator list it in BATON_FILE_FOLDERS.` : `The folder ${folder} is not open to sources: have the operator list it in BATON_FILE_FOLDERS.` });
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Paths from the folder, with `/`, sorted. Throws `knowledge.folder_unreadable`, `knowledge.folder_too_large`. */
export async function listFiles(folder: string, formats: "all" | "articles"): Promise<string[]> {
  const paths: string[] = [];
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const isWanted = formats === "articles" ? entry.name.toLowerCase().endsWith(".md") : isDocumentName(entry.name);
      if (!entry.isFile() || !isWanted) continue;
      const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/");
      if (!path.split("/").some((part) => part.startsWith("."))) paths.push(path);
    }
  } catch (error) {
    throw folderUnreadable({ message: `The folder ${folder} cannot be read: ${messageOf(error)}`, cause: error });
  }
  if (paths.length > MAX_FILES) throw folderTooLarge({ details: { files: paths.length, most: MAX_FILES } });
  return paths.sort();
}

async function itemOf(root: string, path: string): Promise<SourceItem> {
  return { item: path, uri: null, fingerprint: await stat(join(root, path), { bigint: true }).then(markOf, () => null) };
}

/** Size and times in nanoseconds: an editor that saves twice within one of them has not been met. */
function markOf(info: { size: bigint; mtimeNs: bigint; ctimeNs: bigint }): string {
  return `${info.size}:${info.mtimeNs}:${info.ctimeNs}`;
}

async function fetchFile(root: string, path: string): Promise<Fetched> {
  for (let attempt = 1; ; attempt += 1) {
    const read = await readOnce(join(root, path));
    if (read.kind !== "changing") return read.kind === "taken" ? { ...read, content: { ...read.content, name: basename(path) } } : read;
    if (attempt === TRIES) return { kind: "refused", code: "changing", reason: "The file changes while it is read; it is taken when it stands still." };
  }
}

async function readOnce(file: string): Promise<Extract<Fetched, { kind: "gone" | "refused" }> | { kind: "taken"; content: { kind: "file"; bytes: Uint8Array; name: string; mediaType: null; updatedAt: string }; fingerprint: string } | { kind: "changing" }> {
  // What has become a link or a pipe since it was listed is neither followed nor waited for.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => (isMissing(error) ? null : messageOf(error)));
  if (handle === null) return { kind: "gone" };
  if (typeof handle === "string") return { kind: "refused", code: "unreadable", reason: `The file cannot be read: ${handle}` };
  try {
    const before = await handle.stat({ bigint: true });
    const tooLarge = refuseBySize(Number(before.size));
    if (tooLarge?.kind === "refused") return tooLarge;
    const bytes = await handle.readFile();
    const after = await handle.stat({ bigint: true });
    if (markOf(before) !== markOf(after)) return { kind: "changing" };
    return { kind: "taken", content: { kind: "file", bytes, name: file, mediaType: null, updatedAt: new Date(Number(after.mtimeMs)).toISOString() }, fingerprint: markOf(after) };
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
