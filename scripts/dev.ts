import { spawn, type ChildProcess } from "node:child_process";
import { readConfig } from "../src/app/config.ts";
import { logOf } from "../src/app/start.ts";
import { startServers } from "../src/app/start-servers.ts";

/**
 * `npm run dev`: the database and the engine stay up; only Baton itself starts anew when a file of src/ or of the workspace
 * changes (under a second), and the console is served by Vite with hot reload.
 */
const config = readConfig({ ...process.env, BATON_PORT: process.env["BATON_PORT"] ?? "3000" });
await using servers = await startServers(config, logOf(config));
const env = { ...process.env, DATABASE_URL: servers.databaseUrl, RESTATE_INGRESS_URL: servers.restate.ingressUrl, RESTATE_ADMIN_URL: servers.restate.adminUrl, BATON_PORT: String(config.port), BATON_ADMIN_PASSWORD: process.env["BATON_ADMIN_PASSWORD"] ?? "baton-dev" };
const children: ChildProcess[] = [
  spawn(process.execPath, [...process.execArgv, "--watch-path=src", `--watch-path=${config.workspace}`, "--watch-preserve-output", "src/main.ts"], { env, stdio: "inherit" }),
  spawn(process.execPath, ["node_modules/vite/bin/vite.js", "console", "--clearScreen", "false"], { env: { ...env, BATON_URL: `http://127.0.0.1:${config.port}` }, stdio: "inherit" }),
];
await new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
});
await Promise.all(children.map((child) => new Promise<void>((resolve) => {
  child.once("exit", () => resolve());
  child.kill("SIGTERM");
})));
