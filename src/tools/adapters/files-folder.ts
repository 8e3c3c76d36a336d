import { constants } from "node:fs";
import { open, readdir, realpath, stat, type FileHandle } from "node:fs/promises";
import { join, sep } from "node:path";
import { systemAway, systemFault } from "../tools.errors.ts";

/** `path` is from the folder, with slashes. */
export type FileEntry = { path: string; kind: "file" | "folder"; bytes: number | null };

/** One folder and what lies in it; nothing outside of it is ever read, however it is named or linked. */
export type FilesFolder = {
  /** What lies directly in it, by name; null when there is no such folder. */
  list(path: string): Promise<FileEntry[] | null>;
  /** Files in it and below whose path holds every word; at most `most`. */
  search(words: readonly string[], most: number, signal: AbortSignal): Promise<{ found: FileEntry[]; isCut: boolean }>;
  /** The bytes from `offset`; null when there is no such file. */
  read(path: string, offset: number, most: number): Promise<{ bytes: Buffer; size: number } | null>;
};

const MAX_DEPTH = 12;
const MAX_SEEN = 50_000;

/** Hidden files hold what is not meant to be read; links are not followed, since they lead anywhere. Throws `tools.system_fault` when the folder is not there. */
export function openFolder(folder: string): FilesFolder {
  return {
    async list(path) {
      const place = await find(folder, path);
      return place === null || !place.isFolder ? null : entriesOf(place.real, place.path);
    },
    async search(words, most, signal) {
      const root = await find(folder, "");
      const wanted = words.map((word) => word.toLowerCase());
      const found: FileEntry[] = [];
      let seen = 0;
      const folders = [{ path: "", depth: 0 }];
      for (let next = folders.shift(); next !== undefined && root !== null; next = folders.shift()) {
        if (signal.aborted) throw systemAway({ message: "The call was given up." });
        for (const entry of await entriesOf(join(root.real, next.path), next.path)) {
          seen += 1;
          if (entry.kind === "folder") {
            if (next.depth < MAX_DEPTH) folders.push({ path: entry.path, depth: next.depth + 1 });
          } else if (wanted.every((word) => entry.path.toLowerCase().includes(word))) found.push(entry);
          if (found.length > most || seen > MAX_SEEN) return { found: found.slice(0, most), isCut: true };
        }
      }
      return { found, isCut: false };
    },
    async read(path, offset, most) {
      const place = await find(folder, path);
      if (place === null || place.isFolder) return null;
      // A pipe must not be waited for, and what has become a link since it was looked at is not followed.
      const file = await open(place.real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(isMissing);
      if (file === null) return null;
      try {
        return await readPart(file, place.real, offset, most);
      } finally {
        await file.close();
      }
    },
  };
}

/** The real place of a path within the folder; null when there is none, or when it leads out of it. */
async function find(folder: string, path: string): Promise<{ real: string; path: string; isFolder: boolean } | null> {
  const root = await realpath(folder).catch(isMissing);
  if (root === null) throw systemFault({ message: "The folder of this tool is not there." });
  const parts = path.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  if (parts.some((part) => part.startsWith(".") || part.includes("\0"))) return null;
  const named = join(root, ...parts);
  const real = await realpath(named).catch(isMissing);
  // Only the folder itself may be reached by a link.
  if (real === null || real !== named || !(real === root || real.startsWith(root + (root.endsWith(sep) ? "" : sep)))) return null;
  const about = await stat(real).catch(isMissing);
  if (about === null || (!about.isFile() && !about.isDirectory())) return null;
  return { real, path: parts.join("/"), isFolder: about.isDirectory() };
}

async function entriesOf(real: string, path: string): Promise<FileEntry[]> {
  const items = (await readdir(real, { withFileTypes: true })).filter((item) => !item.name.startsWith(".") && (item.isFile() || item.isDirectory()));
  items.sort((left, right) => (left.name < right.name ? -1 : 1));
  return Promise.all(items.map(async (item): Promise<FileEntry> => ({ path: path === "" ? item.name : `${path}/${item.name}`, kind: item.isFile() ? "file" : "folder", bytes: item.isFile() ? ((await stat(join(real, item.name)).catch(isMissing))?.size ?? null) : null })));
}

async function readPart(file: FileHandle, real: string, offset: number, most: number): Promise<{ bytes: Buffer; size: number } | null> {
  const [about, now] = [await file.stat(), await stat(real).catch(isMissing)];
  const isSame = now !== null && about.ino === now.ino && about.dev === now.dev && (await realpath(real).catch(isMissing)) === real;
  if (!about.isFile() || !isSame) return null;
  const buffer = Buffer.alloc(Math.max(0, Math.min(most, about.size - offset)));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
  return { bytes: buffer.subarray(0, bytesRead), size: about.size };
}

/** What is not there, or not ours to read, is no file; anything else is the disk's fault. */
function isMissing(error: unknown): null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  if (["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM", "ENAMETOOLONG", "ENXIO", "EINVAL"].includes(code)) return null;
  throw systemAway({ message: `The folder cannot be read (${code}).` });
}
