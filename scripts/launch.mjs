#!/usr/bin/env node
// node scripts/launch.mjs [--build-console] <script.ts> [arguments]
// Runs on the Node a machine happens to have (20 and later), without any package: brings the packages in, then hands over to Node 24.
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildConsole } from "./build-console.mjs";
import { findNode } from "./find-node.mjs";
import { installPackages } from "./install-packages.mjs";

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

const SAME_SIGNAL_MS = 1000;

/**
 * On a machine with much memory V8 lets garbage grow to several times what is alive before it looks: the server's memory
 * grew by 43 % from 2,000 turns to 20,000, and by 6 % with these. Smaller values keep less and cost a quarter more time.
 */
const NODE_FLAGS = ["--disable-warning=ExperimentalWarning", "--heap-growing-percent=100", "--max-semi-space-size=32"];

/**
 * Makes everything ready and runs the script in Node 24; never returns before it has ended.
 * Returns the exit code; a script that was ended by a signal gives 128 + its number, as shells do.
 */
export async function launch({ script, args, isConsoleWanted, root = projectRoot }) {
  if (process.platform === "win32") throw new Error("Baton runs on Linux and macOS. On Windows use WSL: run `wsl --install`, then start Baton inside it.");
  await installPackages(root);
  const node = findNode(root);
  if (isConsoleWanted) await buildConsole(root, node);
  return runScript(node, [resolve(root, script), ...args]);
}

/**
 * Signals go on to the script once each. Ctrl-C in a terminal reaches the script by itself (it is in the same process
 * group), so SIGINT is forwarded only when no terminal is there; npm's own second copy is dropped.
 */
function runScript(node, args) {
  const child = spawn(node, [...NODE_FLAGS, ...args], { stdio: "inherit" });
  const isInTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const sentMs = new Map();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      const isRepeated = Date.now() - (sentMs.get(signal) ?? 0) < SAME_SIGNAL_MS;
      if (isRepeated || (signal === "SIGINT" && isInTerminal)) return;
      sentMs.set(signal, Date.now());
      child.kill(signal);
    });
  }
  // npm dies of a signal of its own without passing it on: what it has started must not go on alone.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGTERM");
  }, 500).unref();
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code, signal) => done(code ?? 128 + constants.signals[signal]));
  });
}

/** Runs `launch` as a program: an error becomes a few plain lines and exit code 1. */
export async function launchAsProgram(options) {
  try {
    process.exitCode = await launch(options);
  } catch (error) {
    process.stderr.write(`\nBaton cannot start. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === join(projectRoot, "scripts", "launch.mjs")) {
  const given = process.argv.slice(2);
  const isConsoleWanted = given.includes("--build-console");
  const [script, ...args] = given.filter((argument) => argument !== "--build-console");
  if (script === undefined) {
    process.stderr.write("usage: node scripts/launch.mjs [--build-console] <script.ts> [arguments]\n");
    process.exitCode = 2;
  } else await launchAsProgram({ script, args, isConsoleWanted });
}
