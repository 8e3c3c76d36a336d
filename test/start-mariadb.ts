import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection, type Connection } from "mysql2/promise";

const SERVER = "/usr/sbin/mariadbd";
const READY_MS = 60_000;

/** Why there can be none here; null when there can. */
export function whyNoMariadb(): string | null {
  if (!existsSync(SERVER)) return `needs ${SERVER} (apt-get install mariadb-server)`;
  return process.getuid?.() === 0 ? null : "needs to be root, to start a MariaDB under its own user";
}

/** A real MariaDB with an empty folder, and a superuser `root` without password; gone with the test. */
export type TestMariadb = AsyncDisposable & { port: number; connect(): Promise<Connection> };

export async function startMariadb(): Promise<TestMariadb> {
  const folder = await mkdtemp(join(tmpdir(), "baton-mariadb-"));
  await run("/bin/chown", ["mysql", folder]);
  const data = join(folder, "data");
  await run("/usr/bin/mariadb-install-db", ["--no-defaults", "--user=mysql", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db"]);
  const port = await freePort();
  const server = spawn(SERVER, ["--no-defaults", "--user=mysql", `--datadir=${data}`, `--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`, "--bind-address=127.0.0.1", `--port=${port}`, "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"], { stdio: "ignore" });
  const gone = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    server.kill("SIGTERM");
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  const connect = () => createConnection({ host: "127.0.0.1", port, user: "root", multipleStatements: true });
  try {
    await untilReady(connect);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, connect, [Symbol.asyncDispose]: stop };
}

async function untilReady(connect: () => Promise<Connection>): Promise<void> {
  for (const from = performance.now(); ; await sleep(50)) {
    try {
      await (await connect()).end();
      return;
    } catch (error) {
      if (performance.now() - from > READY_MS) throw error;
    }
  }
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address === null || typeof address === "string" ? reject(new Error("no port")) : resolve(address.port)));
    });
  });
}
