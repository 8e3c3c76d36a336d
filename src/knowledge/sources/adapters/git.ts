import { execFile } from "node:child_process";
import { lookup } from "node:dns/promises";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { messageOf } from "../../../lib/app-error.ts";
import { DEFAULT_PARSE_LIMITS, refuseBySize } from "../../ingest/parsed-document.ts";
import { sourceAway, sourceInvalid } from "../../knowledge.errors.ts";
import { isDocumentName } from "../document-names.ts";
import { clearUnusedCopies, copyFolder, countPacks, openCopy, withinBytes } from "../git/repository-copy.ts";
import { defineSourceKind, type SourceDeps, type SourceItem } from "../source-kind.ts";
import { permitted } from "./folder.ts";

const settings = z.strictObject({
  url: z.string().max(1_000).refine((text) => /^(https|file):$/.test(URL.parse(text)?.protocol ?? ""), "an https:// or file:// address").describe("https://… or file:///… of a folder that the operator lists."),
  branch: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/).refine((text) => !text.includes(".."), "not a branch").default("HEAD").describe("A branch or tag; without it the repository's own."),
  folder: z.string().max(500).regex(/^(?!\/)(?!.*\.\.)[^\0:]*$/, "a path within the repository").default("").describe("Only documents below it."),
  maxMegabytes: z.number().int().min(1).max(100_000).default(2_000).describe("Most that the copy of it may take on the disk."),
  tokenSecret: z.string().min(1).max(120).optional().describe("Name of the secret that holds an access token."),
});
type GitSettings = z.output<typeof settings>;

const run = promisify(execFile);
const FETCH_MS = 10 * 60_000;
const READ_MS = 60_000;
const HEAD = "refs/baton/head";
const PAGE = 5_000;
/** After so many fetches what no newest commit holds any more is thrown away. */
const MOST_PACKS = 10;

/**
 * The documents of a git repository's branch. Only its newest commit is fetched, into a bare copy: nothing is checked out, so that
 * no hook and no filter of it runs; a file's fingerprint is git's own.
 */
export const gitKind = defineSourceKind({
  kind: "git", concurrency: 4, removals: "guarded", settings,
  async open({ tenantId, sourceId, settings: given }, deps) {
    const repository = await openRepository({ tenantId, sourceId, given }, deps);
    return {
      async list(cursor, signal) {
        if (cursor === null) {
          await repository.fetch(signal);
          await repository.tidy(signal);
        }
        const items = await repository.list(given.folder, signal);
        const from = Number(cursor ?? 0);
        return { items: items.slice(from, from + PAGE), next: from + PAGE < items.length ? String(from + PAGE) : null };
      },
      async fetch({ item, details }, signal) {
        const tooLarge = refuseBySize(Number(details?.["size"] ?? 0));
        if (tooLarge?.kind === "refused") return tooLarge;
        const blob = String(details?.["blob"] ?? "");
        const bytes = await repository.read(blob, signal);
        return { kind: "taken", content: { kind: "file", bytes, name: basename(item), mediaType: null, updatedAt: null }, fingerprint: blob };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
  async forget({ tenantId, sourceId, settings: { url } }, { cacheFolder }) {
    await rm(copyFolder(cacheFolder, { tenantId, sourceId, url }), { recursive: true, force: true });
  },
});

async function openRepository({ tenantId, sourceId, given }: { tenantId: string; sourceId: string; given: GitSettings }, deps: SourceDeps) {
  const url = new URL(given.url);
  const folder = copyFolder(deps.cacheFolder, { tenantId, sourceId, url: given.url });
  await openCopy(folder, deps.clock);
  const config = await connectionOf(url, tenantId, given, deps);
  const git = async (args: readonly string[], timeout: number, signal: AbortSignal) => {
    try {
      return (await run("git", ["--git-dir", folder, ...args], { env: environmentOf(folder, config), timeout, signal, encoding: "buffer", maxBuffer: DEFAULT_PARSE_LIMITS.maxBytes + 50_000_000 })).stdout;
    } catch (error) {
      throw sourceAway({ message: `git ${args[0] ?? ""} of ${url.host || url.pathname} failed: ${wordsOf(error)}`, cause: error });
    }
  };
  const fetch = async (signal: AbortSignal) => {
    await git(["init", "--quiet", "--bare"], READ_MS, signal);
    const place = url.protocol === "file:" ? `file://${await permitted(fileURLToPath(url), deps.folders)}` : url.href;
    await withinBytes(folder, given.maxMegabytes * 1_000_000, signal, (stop) => git(["fetch", "--quiet", "--depth", "1", "--no-tags", "--no-recurse-submodules", "--force", "--", place, `+${given.branch}:${HEAD}`], FETCH_MS, stop));
  };
  return {
    fetch,
    /** What fails here is left for the next time: the documents can be read all the same. */
    async tidy(signal: AbortSignal): Promise<void> {
      try {
        if ((await countPacks(folder)) > MOST_PACKS) await git(["gc", "--quiet", "--prune=now"], FETCH_MS, signal);
        await clearUnusedCopies(folder, deps.clock);
      } catch (error) {
        deps.log.warn("knowledge.git_not_tidied", { sourceId, error: messageOf(error) });
      }
    },
    async list(below: string, signal: AbortSignal): Promise<SourceItem[]> {
      const listed = await git(["ls-tree", "-r", "-l", "-z", "--full-tree", HEAD, "--", ...(below === "" ? [] : [below])], READ_MS, signal);
      return listed.toString("utf8").split("\0").flatMap(itemOf);
    },
    async read(blob: string, signal: AbortSignal): Promise<Uint8Array> {
      if (!/^[0-9a-f]{40,64}$/.test(blob)) throw sourceInvalid({ message: "The item names no blob." });
      const isHere = await git(["cat-file", "-e", blob], READ_MS, signal).then(() => true, () => false);
      // Another process listed it into a copy of its own.
      if (!isHere) await fetch(signal);
      return git(["cat-file", "blob", blob], READ_MS, signal);
    },
  };
}

/** `100644 blob <id> <size>\t<path>`; links and submodules are left out. */
function itemOf(line: string): SourceItem[] {
  const [, id, size, path] = /^100(?:644|755) blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/.exec(line) ?? [];
  if (id === undefined || path === undefined || !isDocumentName(path) || path.split("/").some((part) => part.startsWith("."))) return [];
  return [{ item: path.toWellFormed(), uri: null, fingerprint: id, details: { blob: id, size: Number(size) } }];
}

/** Git connects by itself: what the name resolves to now is checked, and is what git connects to. */
async function connectionOf(url: URL, tenantId: string, given: GitSettings, deps: SourceDeps): Promise<[string, string][]> {
  const config: [string, string][] = [["core.hooksPath", "/dev/null"], ["http.followRedirects", "false"], ["gc.auto", "0"], ["fetch.unpackLimit", "1"], ["safe.directory", "*"], ["credential.helper", ""]];
  if (url.protocol === "https:") {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const port = url.port === "" ? 443 : Number(url.port);
    const found = await lookup(host, { all: true }).catch((error: unknown) => {
      throw sourceAway({ message: `${host} is not found: ${messageOf(error)}`, cause: error });
    });
    for (const { address } of found) deps.guardAddress({ host, port, address });
    const [first] = found;
    if (first !== undefined) config.push(["http.curloptResolve", `${host}:${port}:${first.family === 6 ? `[${first.address}]` : first.address}`]);
  }
  if (given.tokenSecret !== undefined) config.push(["http.extraHeader", `Authorization: Basic ${Buffer.from(`x-access-token:${await deps.readSecret(tenantId, given.tokenSecret)}`).toString("base64")}`]);
  return config;
}

/**
 * By the environment, so that no secret stands among the arguments, which others on the machine may read. Of the operator's own, git keeps
 * where to find programs and whom to trust (`GIT_SSL_CAINFO`).
 */
function environmentOf(home: string, config: readonly [string, string][]): Record<string, string> {
  const entries = config.flatMap(([key, value], index) => [[`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value]]);
  const trusted = process.env["GIT_SSL_CAINFO"];
  return { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...(trusted === undefined ? {} : { GIT_SSL_CAINFO: trusted }), HOME: home, GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0", GIT_ALLOW_PROTOCOL: "https:file", GIT_CONFIG_COUNT: String(config.length), ...Object.fromEntries(entries) };
}

function wordsOf(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "there is no git on this machine; install it";
  const told = error instanceof Error && "stderr" in error && error.stderr instanceof Uint8Array ? Buffer.from(error.stderr).toString("utf8").trim() : "";
  return (told === "" ? messageOf(error) : told).slice(0, 500);
}
