import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export type Suite = "plain" | "browser" | "systems";

const PATTERNS = ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts", "console/src/**/*.test.ts", "bench/**/*.test.ts", "scripts/**/*.test.ts"];

/** What a test that wants a process of its own does: it starts children, changes the environment, or measures or ends the process itself. */
const OWN_PROCESS_FILE = /^test\/(?:start-child|servers|browser|tcp-proxy)|^src\/durable\/adapters\//;
const OWN_PROCESS_WORD = /node:child_process|process\.(?:env|on|exit|memoryUsage)|monitorEventLoopDelay|mock\.|globalThis\./;
/** The whole product in the test's process: it may stand beside others of its kind, whatever it reaches. */
const WHOLE_APP = "test/start-test-app.ts";

/** Every test file of a suite, sorted. */
export function testFilesOf(suite: Suite): string[] {
  const all = PATTERNS.flatMap((pattern) => globSync(pattern, { exclude: ["**/node_modules/**"] })).map((file) => file.replaceAll("\\", "/")).sort();
  return all.filter((file) => (/\.(browser|systems)\.test\.ts$/.exec(file)?.[1] ?? "plain") === suite);
}

/** Which of the files may share one process, by themselves and by all they import. A start of Node and its imports costs more than most of them. */
export function canShareProcess(files: readonly string[]): { shared: string[]; own: string[] } {
  const reached = new Map<string, Set<string>>();
  const mayShare = (file: string) => !OWN_PROCESS_WORD.test(readFileSync(file, "utf8")) && ![...importsOf(file, reached)].some((each) => OWN_PROCESS_FILE.test(each));
  const shared = files.filter(mayShare);
  return { shared, own: files.filter((file) => !shared.includes(file)) };
}

/** All files that a file imports at run time, directly or not; of the whole product only its entrance. */
function importsOf(file: string, reached: Map<string, Set<string>>): Set<string> {
  const known = reached.get(file);
  if (known) return known;
  const found = new Set<string>();
  reached.set(file, found);
  if (file === WHOLE_APP) return found;
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export)(?! type)(?:[^"'=;]*? from)? "(\.[^"]+\.tsx?)"/gm)) {
    const imported = normalize(join(dirname(file), path)).replaceAll("\\", "/");
    found.add(imported);
    for (const each of importsOf(imported, reached)) found.add(each);
  }
  return found;
}
