import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "../app/config.ts";
import { loadPolicy } from "../app/load-policy.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import { readPolicyTests, runPolicyTest } from "../policy/policy-test-file.ts";
import { counted } from "./policy-check.ts";
import { toStdout } from "./to-stdout.ts";
import { requireWorkspace } from "./workspace-folder.ts";

/** `policy test [folder]`: runs `policies/*.test.yaml`; exit code 1 when a decision is another than expected, or there are no tests. */
export async function policyTestCommand([given]: readonly string[], write = toStdout): Promise<number> {
  const folder = given ?? readConfig(process.env).workspace;
  await requireWorkspace(folder);
  await using workspace = await openWorkspace(folder);
  const policy = await loadPolicy(folder);
  const names = (await readdir(join(folder, "policies"))).filter((name) => /\.test\.ya?ml$/.test(name)).sort();
  if (names.length === 0) {
    write(`There are no tests of policies: write policies/NAME.test.yaml (docs/guides/policies.md shows how).\n`);
    return 1;
  }
  const files = await Promise.all(names.map(async (name) => ({ file: `policies/${name}`, text: await readFile(join(folder, "policies", name), "utf8") })));
  const results = files.flatMap((file) => readPolicyTests(file).map((test) => runPolicyTest(policy, workspace.tools, file.file, test)));
  const failed = results.filter((result) => !result.isPassed);
  for (const { file, name, wanted, decision } of failed) write(`${file}: ${name}\n    expected ${wanted}, got ${decision.effect} by ${decision.rules.join(", ") || "no policy"}${decision.effect === "allow" ? "" : `: ${decision.reason}`}\n`);
  write(`${counted(results.length, "test", "tests")} of policies: ${results.length - failed.length} passed, ${failed.length} failed\n`);
  return failed.length > 0 ? 1 : 0;
}
