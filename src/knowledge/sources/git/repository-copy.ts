import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Clock } from "../../../lib/clock.ts";
import { sha256 } from "../../../lib/sha256.ts";
import { sourceInvalid } from "../../knowledge.errors.ts";

/** A copy that nothing has opened for so long belongs to a source that is gone, or is made anew. */
const UNUSED_MS = 14 * 24 * 60 * 60_000;
const LOOK_MS = 500;

/** Which repository a copy is of: one a source and address. */
export type CopyOf = { tenantId: string; sourceId: string; url: string };

/** Where this machine keeps the copy of a repository. */
export function copyFolder(cacheFolder: string, { tenantId, sourceId, url }: CopyOf): string {
  return join(cacheFolder, "git", sha256(`${tenantId}\n${sourceId}\n${url}`).slice(0, 32));
}

/** Makes the folder where there is none, and marks it as used now. */
export async function openCopy(folder: string, clock: Clock): Promise<void> {
  await mkdir(folder, { recursive: true });
  const now = new Date(clock.nowMs());
  await utimes(folder, now, now);
}

/** Takes away the copies beside this one that nothing uses any more, whoever removed their source and wherever. */
export async function clearUnusedCopies(folder: string, clock: Clock): Promise<void> {
  const parent = join(folder, "..");
  for (const name of await readdir(parent)) {
    if (name === basename(folder)) continue;
    const usedMs = await stat(join(parent, name)).then(({ mtimeMs }) => mtimeMs, () => null);
    if (usedMs !== null && clock.nowMs() - usedMs > UNUSED_MS) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** Packs in the copy; every fetch adds one. */
export async function countPacks(folder: string): Promise<number> {
  return (await readdir(join(folder, "objects", "pack"))).filter((name) => name.endsWith(".pack")).length;
}

/**
 * Does work that fills the folder, and stops it when that grows over `mostBytes`: nothing says beforehand how much a server will send.
 * Throws `knowledge.source_invalid`, the folder emptied; else what `work` throws.
 */
export async function withinBytes<T>(folder: string, mostBytes: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const isOver = async () => (await bytesOf(folder)) > mostBytes;
  const look = async (): Promise<void> => {
    if (await isOver()) over.abort();
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = look();
  }, LOOK_MS);
  try {
    const done = await work(AbortSignal.any([signal, over.signal]));
    if (!(await isOver())) return done;
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    clearInterval(timer);
    await looking;
  }
  await rm(folder, { recursive: true, force: true });
  throw sourceInvalid({ message: `The repository sends more than ${Math.round(mostBytes / 1_000_000)} MB. Raise maxMegabytes if it is meant to be that large, or keep the documents in a repository of their own.` });
}

/** Bytes of all files below a folder; what goes away meanwhile counts as nothing. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)).then(({ size }) => size, () => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}
