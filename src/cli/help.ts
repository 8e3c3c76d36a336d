import type { Command } from "./command.ts";

/** What there is. `group`: only the commands that begin with this word. */
export function usageText(commands: readonly Command[], group: string | null = null): string {
  const listed = commands.filter((command) => group === null || command.name.startsWith(`${group} `));
  const width = Math.max(...listed.map((command) => command.usage.length));
  return ["Usage: baton " + (group ?? "<command>"), "", ...listed.map((command) => `  ${command.usage.padEnd(width)}  ${command.about}`), "", `"baton ${group ?? "<command>"}${group === null ? "" : " …"} --help" says what a command takes, with an example.`, "Settings are environment variables; docs/reference/settings.md lists them.", ""].join("\n");
}

/** One command: what it does, what it takes, how it is used. */
export function helpText({ usage, about, takes, examples, details }: Command): string {
  const width = Math.max(0, ...takes.map(([argument]) => argument.length));
  const parts = [
    `Usage: baton ${usage}`, `${about}.`,
    ...(takes.length === 0 ? [] : [takes.map(([argument, meaning]) => `  ${argument.padEnd(width)}  ${meaning}`).join("\n")]),
    ...(details === undefined ? [] : [details.trimEnd()]),
    `${examples.length === 1 ? "Example" : "Examples"}:\n${examples.map((example) => `  ${example}`).join("\n")}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Whether help is asked for; what stands behind `--` is another program's. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).some((each) => each === "--help" || each === "-h");
}
