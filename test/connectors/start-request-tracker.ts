import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, runCommand, startChild } from "../start-child.ts";

const SERVER = "/usr/share/request-tracker5/libexec/rt-server";
const SETUP = "/usr/sbin/rt-setup-database-5";
const LIBRARY = "/usr/share/request-tracker5/lib";
/** The list of files of the package that brings its SQLite. */
const SQLITE = "/var/lib/dpkg/info/rt5-db-sqlite.list";

/** Why there can be none here; null when there can. */
export function whyNoRequestTracker(): string | null {
  if (!existsSync(SERVER) || !existsSync(SQLITE)) return "needs Request Tracker 5 (apt-get install request-tracker5 rt5-db-sqlite)";
  return process.getuid?.() === 0 ? null : "starts its own Request Tracker only as root";
}

/** Makes an authentication token of the user root, and writes it out. */
const MAKE_TOKEN = 'my $user = RT::User->new(RT->SystemUser); $user->Load("root"); my ($ok, $message, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->Id, Description => "test"); die $message unless $ok; print $token;';

/** A real Request Tracker with an empty SQLite database, its queue General, and a token of its user root; gone with the test. */
export async function startRequestTracker(): Promise<AsyncDisposable & { url: string; token: string }> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.adopt(await mkdtemp(join(tmpdir(), "baton-rt-")), (path) => rm(path, { recursive: true, force: true }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = { DatabaseType: "SQLite", DatabaseName: join(folder, "rt.sqlite"), rtname: "test", Organization: "test", WebDomain: "127.0.0.1", WebPort: port, WebBaseURL: url, LogToSTDERR: "error", MailCommand: "testfile", MasonDataDir: join(folder, "mason") };
  const lines = Object.entries(settings).map(([name, value]) => `Set($${name}, ${typeof value === "number" ? value : `'${value}'`});`);
  await writeFile(join(folder, "site.pm"), `${lines.join("\n")}\nSet($LogToSyslog, undef);\n1;\n`);
  await mkdir(join(folder, "site.d"));
  // Its mails are files of the temporary folder.
  const env = { ...process.env, RT_SITE_CONFIG: join(folder, "site.pm"), RT_SITE_CONFIG_DIR: join(folder, "site.d"), TMPDIR: folder };
  await runCommand(SETUP, ["--action", "init", "--skip-create"], env);
  const token = await runCommand("/usr/bin/perl", [`-I${LIBRARY}`, "-MRT=-init", "-e", MAKE_TOKEN], env);
  const isReady = async () => {
    const answer = await fetch(`${url}/REST/2.0/rt`, { headers: { authorization: `token ${token}` } });
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
  };
  cleanup.use(await startChild(SERVER, ["--server", "HTTP::Server::PSGI", "--host", "127.0.0.1", "--port", String(port)], { env }, isReady));
  const disposal = cleanup.move();
  return { url, token, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}
