import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { messageOf } from "../../lib/app-error.ts";
import { keysAway } from "../credentials.errors.ts";
import type { KeyStore } from "../key-store.ts";
import { masterKey, wrapWith, type MasterKey } from "./master-keys.ts";

const keyFile = z.array(masterKey);

/** Master keys in a file that only its owner can read; made with a first key when there is none. */
export function createFileKeys(path: string, nowIso: () => string = () => new Date().toISOString()): KeyStore {
  let held: Promise<readonly MasterKey[]> | null = null;
  const reload = () => {
    const reading = readOrMake(path, nowIso);
    held = reading;
    // What could not be read once may be there the next time.
    reading.catch(() => {
      if (held === reading) held = null;
    });
    return reading;
  };
  const load = () => held ?? reload();
  return {
    id: "file", ...wrapWith(load, reload),
    async rotate() {
      const fresh = makeKey(nowIso());
      await write(path, [fresh, ...(await reload())]);
      await reload();
      return fresh.id;
    },
  };
}

function makeKey(createdAt: string): MasterKey {
  return { id: `key_${randomBytes(6).toString("hex")}`, key: randomBytes(32).toString("base64"), createdAt };
}

async function readOrMake(path: string, nowIso: () => string): Promise<MasterKey[]> {
  try {
    return keyFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw keysAway({ message: `The key file ${path} cannot be read: ${messageOf(error)}`, cause: error });
  }
  const first = [makeKey(nowIso())];
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Two processes may begin at once: the first file stays.
    await writeFile(path, JSON.stringify(first), { mode: 0o600, flag: "wx" });
    return first;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return keyFile.parse(JSON.parse(await readFile(path, "utf8")));
    throw keysAway({ message: `The key file ${path} cannot be made: ${messageOf(error)}`, cause: error });
  }
}

/** Never half a file: a lost key loses every secret under it. */
async function write(path: string, keys: readonly MasterKey[]): Promise<void> {
  const next = `${path}.${process.pid}.next`;
  await writeFile(next, JSON.stringify(keys, null, 1), { mode: 0o600 });
  await chmod(next, 0o600);
  await rename(next, path);
}
