import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openWorkspace } from "../app/open-workspace.ts";

test("a workspace may lie anywhere: its tools find what Baton brings", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-workspace-"));
  try {
    await cp("examples/shop", folder, { recursive: true });
    const workspace = await openWorkspace(folder);
    assert.ok(workspace.tools.has("refund_order") && workspace.workflows.length > 0);
    const baton = await readFile(join(folder, "baton.yaml"), "utf8");
    await writeFile(join(folder, "baton.yaml"), baton.replace(/^ {2}order_number: .*$/m, "  order_number: '(\\d)\\1'"));
    await assert.rejects(openWorkspace(folder), { code: "workspace.invalid", message: /the pattern of entity "order_number" cannot be used: .*no reference back/ });
    await writeFile(join(folder, "baton.yaml"), baton);
    await writeFile(join(folder, "tools", "broken.ts"), 'import "a-package-that-nobody-has";\n');
    await assert.rejects(openWorkspace(folder), /a-package-that-nobody-has/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
