import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
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
    await writeFile(join(folder, "tools", "broken.ts"), 'import "a-package-that-nobody-has";\n');
    await assert.rejects(openWorkspace(folder), /a-package-that-nobody-has/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
