import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection, type Connection } from "mysql2/promise";
import { freePort, runCommand, startChild } from "./start-child.ts";

const SERVER = "/usr/sbin/mariadbd";

/** Why there can be none here; null when there can. */
export function whyNoMariadb(): string | null {
  if (!existsSync(SERVER)) return `needs ${SERVER} (apt-get install mariadb-server)`;
  return process.getuid?.() === 0 ? null : "needs to be root, to start a MariaDB under its own user";
}

/** A real MariaDB with an empty folder, and a superuser `root` without password; gone with the test. */
export type TestMariadb = AsyncDisposable & { port: number; connect(): Promise<Connection> };

export async function startMariadb(): Promise<TestMariadb> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.adopt(await mkdtemp(join(tmpdir(), "baton-mariadb-")), (path) => rm(path, { recursive: true, force: true }));
  await runCommand("/bin/chown", ["mysql", folder]);
  const data = join(folder, "data");
  await runCommand("/usr/bin/mariadb-install-db", ["--no-defaults", "--user=mysql", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db"]);
  const port = await freePort();
  const connect = () => createConnection({ host: "127.0.0.1", port, user: "root", multipleStatements: true });
  const args = ["--no-defaults", "--user=mysql", `--datadir=${data}`, `--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`, "--bind-address=127.0.0.1", `--port=${port}`, "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"];
  cleanup.use(await startChild(SERVER, args, {}, async () => (await connect()).end()));
  const disposal = cleanup.move();
  return { port, connect, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}
