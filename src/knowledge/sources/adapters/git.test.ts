import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { counts, countsOf, openSyncTown } from "../../../../test/sync-house.ts";

/** As its reader gives it: see `startHouse`. */
const TOKEN = "secret-of-git_token";

/** Why git's own server cannot be run here; false: it can. */
function missing(): string | false {
  try {
    const folder = execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim();
    execFileSync("openssl", ["version"], { stdio: "pipe" });
    return existsSync(join(folder, "git-http-backend")) ? false : `git in ${folder} has no http-backend`;
  } catch {
    return "there is no git or no openssl on this machine";
  }
}

/** Answers by git's own smart-HTTP program (CGI), to who knows the token. `asked`: every request, with whether it was signed in. */
function gitServer(root: string, asked: string[]) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "https://localhost");
    const isIn = request.headers.authorization === `Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString("base64")}`;
    asked.push(`${isIn ? "in" : "out"} ${url.pathname}`);
    if (url.pathname.startsWith("/elsewhere")) return void response.writeHead(302, { location: `/handbook.git${url.pathname.slice("/elsewhere".length)}${url.search}` }).end();
    if (!isIn) return void response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    const cgi = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env["PATH"] ?? "", GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: "1", REMOTE_USER: "x-access-token", PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method ?? "GET",
        CONTENT_TYPE: request.headers["content-type"] ?? "", HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "", GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""), GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*",
      },
    });
    request.pipe(cgi.stdin);
    const parts: Buffer[] = [];
    cgi.stdout.on("data", (part: Buffer) => parts.push(part));
    cgi.on("close", () => {
      const answer = Buffer.concat(parts);
      const end = answer.indexOf("\r\n\r\n");
      const headers = Object.fromEntries(answer.subarray(0, end).toString("latin1").split("\r\n").map((line) => line.split(/:\s*/, 2)));
      response.writeHead(Number.parseInt(String(headers["Status"] ?? "200"), 10), headers).end(answer.subarray(end + 4));
    });
  };
}

describe("a git repository over https with a token, from git's own server", { skip: missing() }, () => {
  let town: Awaited<ReturnType<typeof openSyncTown>>;
  let work = "";
  let url = "";
  let trustedBefore: string | undefined;
  const asked: string[] = [];
  const cleanup = new AsyncDisposableStack();
  const git = (...args: string[]) => execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: work, stdio: "pipe" });

  before(async () => {
    town = cleanup.use(await openSyncTown());
    const root = join(town.folder, "served");
    work = join(town.folder, "work");
    await mkdir(join(work, "docs"), { recursive: true });
    git("init", "--quiet", "-b", "main");
    for (const name of ["docs/a.txt", "docs/b.txt", "other.txt"]) await writeFile(join(work, name), `text of ${name}`);
    git("add", "-A");
    git("commit", "--quiet", "-m", "one");
    execFileSync("git", ["clone", "--quiet", "--bare", work, join(root, "handbook.git")], { stdio: "pipe" });
    git("remote", "add", "served", join(root, "handbook.git"));
    const [key, certificate] = [join(town.folder, "key.pem"), join(town.folder, "certificate.pem")];
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], { stdio: "pipe" });
    const server = createServer({ key: await readFile(key), cert: await readFile(certificate) }, gitServer(root, asked));
    cleanup.defer(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    cleanup.defer(() => server.closeAllConnections());
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `https://localhost:${typeof address === "object" && address !== null ? address.port : 0}/handbook.git`;
    trustedBefore = process.env["GIT_SSL_CAINFO"];
    process.env["GIT_SSL_CAINFO"] = certificate;
  });
  after(async () => {
    if (trustedBefore === undefined) delete process.env["GIT_SSL_CAINFO"];
    else process.env["GIT_SSL_CAINFO"] = trustedBefore;
    await cleanup.disposeAsync();
  });

  test("it is fetched with the token, and again by what changed", async () => {
    const house = await town.startHouse();
    await house.add("handbook", "git", { url, branch: "main", folder: "docs", tokenSecret: "git_token" });
    assert.deepEqual(countsOf(await house.sync("handbook")), counts("done", { added: 2 }));
    await writeFile(join(work, "docs/a.txt"), "changed");
    git("commit", "--quiet", "-a", "-m", "two");
    git("push", "--quiet", "served", "main");
    assert.deepEqual(countsOf(await house.sync("handbook")), counts("done", { changed: 1, unchanged: 1 }));
    assert.deepEqual(await house.paths(), ["handbook:docs/a.txt", "handbook:docs/b.txt"]);
    assert.ok(asked.length > 0 && asked.every((line) => line.startsWith("in ")), "the token goes with the first request");
  });

  test("a wrong token and none end the sync with the server's refusal, without asking anybody and without telling the token", async () => {
    const house = await town.startHouse();
    await house.add("wrong", "git", { url, tokenSecret: "another" });
    await house.add("none", "git", { url });
    for (const name of ["wrong", "none"]) {
      const { status, error } = await house.sync(name);
      assert.equal(status, "failed");
      assert.match(error ?? "", /git fetch of localhost:\d+ failed: .*(Authentication failed|could not read Username|401)/is);
      assert.ok(!(error ?? "").includes("secret-of") && !(error ?? "").includes(Buffer.from("x-access-token:secret-of-another").toString("base64")));
    }
  });

  test("no redirect is followed, a private address must be listed, and the token is kept in no file", async () => {
    const house = await town.startHouse();
    await house.add("moved", "git", { url: url.replace("/handbook.git", "/elsewhere/handbook.git"), tokenSecret: "git_token" });
    assert.equal((await house.sync("moved")).status, "failed");
    const closed = await town.startHouse({ allow: [] });
    await closed.add("inside", "git", { url, tokenSecret: "git_token" });
    asked.length = 0;
    assert.match((await closed.sync("inside")).error ?? "", /BATON_OUTBOUND_ALLOW/);
    assert.deepEqual(asked, []);
    const cache = join(town.folder, "cache");
    for (const entry of await readdir(cache, { recursive: true, withFileTypes: true })) if (entry.isFile()) assert.ok(!(await readFile(join(entry.parentPath, entry.name))).includes(TOKEN), entry.name);
    await rm(cache, { recursive: true });
  });
});
