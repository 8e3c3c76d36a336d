import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export type Suite = "plain" | "browser" | "systems";

const PATTERNS = ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts", "console/src/**/*.test.ts", "bench/**/*.test.ts", "scripts/**/*.test.ts"];

/** What a test that wants a process of its own reaches: servers, children, the environment, the process itself. */
const OWN_PROCESS_FILE = /^test\/(?:start-|servers|browser|tcp-proxy)|^src\/storage\/database\.ts$|^src\/durable\/adapters\//;
const OWN_PROCESS_WORD = /node:child_process|process\.(?:env|on|exit|memoryUsage)|monitorEventLoopDelay|mock\.|globalThis\./;

/** Every test file of a suite, sorted. */
export function testFilesOf(suite: Suite): string[] {
  const all = PATTERNS.flatMap((pattern) => globSync(pattern, { exclude: ["**/node_modules/**"] })).map((file) => file.replaceAll("\\", "/")).sort();
  return all.filter((file) => (/\.(browser|systems)\.test\.ts$/.exec(file)?.[1] ?? "plain") === suite);
}

/**
 * Which of the files may share one process: those that touch nothing but code, by themselves and by all they import.
 * A start of Node and its imports costs more than most of them.
 */
export function canShareProcess(files: readonly string[]): { shared: string[]; own: string[] } {
  const reached = new Map<string, Set<string>>();
  const isPure = (file: string) => !OWN_PROCESS_WORD.test(readFileSync(file, "utf8")) && ![...importsOf(file, reached)].some((each) => OWN_PROCESS_FILE.test(each));
  const shared = files.filter(isPure);
  return { shared, own: files.filter((file) => !shared.includes(file)) };
}

/** All files that a file imports at run time, directly or not. */
function importsOf(file: string, reached: Map<string, Set<string>>): Set<string> {
  const known = reached.get(file);
  if (known) return known;
  const found = new Set<string>();
  reached.set(file, found);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export)(?! type)(?:[^"'=;]*? from)? "(\.[^"]+\.tsx?)"/gm)) {
    const imported = normalize(join(dirname(file), path)).replaceAll("\\", "/");
    found.add(imported);
    for (const each of importsOf(imported, reached)) found.add(each);
  }
  return found;
}
