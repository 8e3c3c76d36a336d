import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLog, type Log } from "../lib/log.ts";
import { splitList } from "../lib/split-list.ts";
import { createTargetRule } from "../outbound/guard-address.ts";
import { migrate } from "../storage/migrate.ts";
import type { App } from "./app.ts";
import { compose, type ComposeOverrides } from "./compose.ts";
import { ensureFirstSignIn, type FirstSignIn } from "./first-sign-in.ts";
import { createGateway, isForGateway } from "./gateway/gateway.ts";
import { createHttpApp } from "./http-app.ts";
import { listen } from "./listen.ts";
import { warnOfMissingNeeds } from "./missing-needs.ts";
import type { Config } from "./settings.ts";
import { startServers } from "./start-servers.ts";

export type Running = AsyncDisposable & { app: App; url: string; port: number; firstSignIn: FirstSignIn; dataFolder: string | null };

export function logOf(config: Pick<Config, "logLevel">): Log {
  return createLog({ level: config.logLevel, isPretty: process.stderr.isTTY === true });
}

/** Servers, migrations, parts, HTTP; disposing stops them in reverse. `onProgress` names each step as it begins. */
export async function start(config: Config, options: { log?: Log; onProgress?: (step: string) => void; overrides?: ComposeOverrides } = {}): Promise<Running> {
  await using cleanup = new AsyncDisposableStack();
  const log = options.log ?? logOf(config);
  const progress = options.onProgress ?? (() => {});
  progress("starting the database and the durable engine");
  const servers = cleanup.use(await startServers(config, log));
  progress("bringing the database up to date");
  await migrate(servers.databaseUrl);
  progress("loading the workspace");
  const app = cleanup.use(await compose(config, servers, log, options.overrides));
  const rule = createTargetRule([...splitList(config.outboundAllow), ...(options.overrides?.outboundAllow ?? [])]);
  const warned = warnOfMissingNeeds(app, config.outboundAllow, rule);
  cleanup.defer(() => warned);
  const firstSignIn = await ensureFirstSignIn(app, config, servers.dataFolder);
  progress("opening the doors");
  const gateway = cleanup.use(createGateway(app));
  const http = config.role === "worker" ? null : cleanup.use(await listen(createHttpApp(app).fetch, { host: config.host, port: config.port, canMove: !config.isPortChosen, beside: { isFor: isForGateway, handle: gateway.handle } }));
  const port = http?.port ?? 0;
  const url = config.publicUrl ?? `http://${config.host}:${port}`;
  app.publicUrl = url;
  if (servers.dataFolder !== null) {
    const note = join(servers.dataFolder, "baton.json");
    await writeFile(note, JSON.stringify({ pid: process.pid, url, databaseUrl: servers.databaseUrl, workspace: app.workspace.folder, tenantId: app.workspace.tenantId }), { mode: 0o600 });
    cleanup.defer(() => rm(note, { force: true }));
  }
  const disposal = cleanup.move();
  return { app, url, port, firstSignIn, dataFolder: servers.dataFolder, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}
