import { chmod, chown, lstat, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessUser } from "../lib/process-user.ts";
import { sha256 } from "../lib/sha256.ts";

/** The kernel takes 108 bytes on Linux and 104 on macOS, with the ending zero. */
const MAX_BYTES = 100;
const SOCKET_NAME = "/.s.PGSQL.5432";

/** A folder (mode 0700, of the server's user) for PostgreSQL's socket; `remove` leaves one inside the data folder in place. */
export type SocketFolder = { path: string; remove(): Promise<void> };

/** In PostgreSQL's own folder when the path is short enough, else below the system's temporary folder, under a name of its own. */
export async function chooseSocketFolder(home: string, user: ProcessUser): Promise<SocketFolder> {
  const near = join(home, "socket");
  if (fits(near)) {
    await mkdir(near, { recursive: true, mode: 0o700 });
    await close(near, user);
    return { path: near, remove: async () => {} };
  }
  const parent = fits(join(tmpdir(), "baton-0123456789ab-012345")) ? tmpdir() : "/tmp";
  const stable = join(parent, `baton-${sha256(home).slice(0, 12)}`);
  const path = (await isOurs(stable, user)) ? stable : await mkdtemp(`${stable}-`);
  await close(path, user);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

function fits(folder: string): boolean {
  return Buffer.byteLength(folder + SOCKET_NAME) < MAX_BYTES;
}

/** Makes the folder, or finds it made by an earlier start; false when it is somebody else's or a link. */
async function isOurs(path: string, user: ProcessUser): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const found = await lstat(path);
  return found.isDirectory() && (found.uid === process.getuid?.() || found.uid === user?.uid);
}

async function close(path: string, user: ProcessUser): Promise<void> {
  await chmod(path, 0o700);
  if (user !== null) await chown(path, user.uid, user.gid);
}
