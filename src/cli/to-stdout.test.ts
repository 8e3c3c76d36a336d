import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

test("a reader who has seen enough does not make the command fail", async () => {
  const script = `import { toStdout } from ${JSON.stringify(new URL("./to-stdout.ts", import.meta.url).href)};
    let count = 0;
    const timer = setInterval(() => { for (let each = 0; each < 5_000; each += 1) toStdout("a line\\n"); if ((count += 1) === 5) { clearInterval(timer); process.exitCode = 7; } }, 20);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (part: Buffer) => (errors += part.toString()));
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = await once(child, "exit");
  assert.deepEqual([code, errors], [7, ""]);
});
