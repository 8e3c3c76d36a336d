import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startChild } from "../start-child.ts";

const SERVER = "/usr/bin/prometheus";

/** Why there can be none here; null when there can. */
export function whyNoPrometheus(): string | null {
  if (!existsSync(SERVER)) return `needs ${SERVER} (apt-get install prometheus)`;
  return process.getuid?.() === 0 ? null : "starts its own Prometheus only as root";
}

/** A real Prometheus that watches itself every second, and has an alert that always fires; gone with the test. */
export async function startPrometheus(): Promise<AsyncDisposable & { url: string }> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.adopt(await mkdtemp(join(tmpdir(), "baton-prometheus-")), (path) => rm(path, { recursive: true, force: true }));
  const port = await freePort();
  const config = join(folder, "prometheus.yml");
  await writeFile(join(folder, "rules.yml"), "groups:\n  - name: test\n    interval: 1s\n    rules:\n      - { alert: AlwaysOn, expr: vector(1), labels: { severity: page }, annotations: { summary: It is on. } }\n");
  await writeFile(config, `global: { scrape_interval: 1s, evaluation_interval: 1s }\nrule_files: [${JSON.stringify(join(folder, "rules.yml"))}]\nscrape_configs:\n  - { job_name: itself, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }\n`);
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => {
    const answer = await fetch(`${url}/-/ready`);
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
  };
  cleanup.use(await startChild(SERVER, [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`, `--web.listen-address=127.0.0.1:${port}`, "--log.level=error"], { cwd: folder }, isReady));
  const disposal = cleanup.move();
  return { url, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}
