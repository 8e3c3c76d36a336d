import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openSyncTown } from "../../../../test/sync-house.ts";
import { removeSource } from "../change-source.ts";

test("the copy of a repository stays small, is no larger than it may be, and goes with its source", async () => {
  await using town = await openSyncTown();
  const house = await town.startHouse();
  const cacheFolder = join(town.folder, `${house.tenantId}-cache`);
  house.deps.open.cacheFolder = cacheFolder;
  const place = join(town.folder, `${house.tenantId}-repository`);
  await mkdir(place);
  const git = (...args: string[]) => execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: place, stdio: "pipe" });
  git("init", "--quiet", "-b", "main");
  await house.add("handbook", "git", { url: `file://${place}`, maxMegabytes: 2 });
  const sizes: number[] = [];
  const bytes = async () => (await Promise.all((await readdir(cacheFolder, { recursive: true })).map((path) => stat(join(cacheFolder, path))))).reduce((sum, each) => sum + (each.isFile() ? each.size : 0), 0);
  for (let commit = 0; commit < 13; commit += 1) {
    await writeFile(join(place, "a.txt"), randomBytes(80_000).toString("hex"));
    git("add", "-A");
    git("commit", "--quiet", "-m", String(commit));
    assert.equal((await house.sync("handbook")).status, "done");
    sizes.push(await bytes());
  }
  assert.ok((sizes.at(-1) ?? 0) < (sizes[9] ?? 0) / 2, sizes.join());
  const { open } = house.deps;
  const left = join(cacheFolder, "git", "left-behind");
  await mkdir(left);
  house.deps.open = { ...open, clock: { nowMs: () => Date.now() + 15 * 24 * 60 * 60_000 } };
  await house.sync("handbook");
  assert.ok(!existsSync(left), "a copy that nothing has used for two weeks is cleared");
  await writeFile(join(place, "large.bin"), randomBytes(3_000_000));
  git("add", "-A");
  git("commit", "--quiet", "-m", "large");
  const large = await house.sync("handbook");
  assert.deepEqual([large.status, /more than 2 MB/.test(large.error ?? ""), await bytes()], ["failed", true, 0]);
  git("rm", "--quiet", "large.bin");
  git("commit", "--quiet", "-m", "small");
  const small = await house.sync("handbook");
  assert.deepEqual([small.status, small.error], ["done", null]);
  await removeSource(house.deps, { tenantId: house.tenantId, by: "test", id: "handbook" });
  assert.deepEqual(await readdir(join(cacheFolder, "git")), []);
});
