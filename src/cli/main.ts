import { AppError, messageOf } from "../lib/app-error.ts";
import { COMMANDS } from "./commands.ts";

/** `baton <command> [arguments]`: finds the command, runs it, and turns errors into a line and an exit code. */
const [name, ...args] = process.argv.slice(2);

/** `group`: only the commands that begin with this word. */
function usage(group: string | null = null): string {
  const listed = COMMANDS.filter((command) => group === null || command.name.startsWith(`${group} `));
  const width = Math.max(...listed.map((command) => command.usage.length));
  return [`Usage: baton ${group ?? "<command>"}`, "", ...listed.map((command) => `  ${command.usage.padEnd(width)}  ${command.about}`), "", "Settings are environment variables; docs/reference/settings.md lists them.", ""].join("\n");
}

const command = COMMANDS.filter((each) => [name, ...args].join(" ").startsWith(each.name)).sort((left, right) => right.name.length - left.name.length)[0];
if (name === undefined || name === "help" || name === "--help" || name === "-h") process.stdout.write(usage());
else if (command === undefined && COMMANDS.some((each) => each.name.startsWith(`${name} `))) {
  process.stdout.write(usage(name));
  process.exitCode = args.includes("--help") || args.includes("-h") ? 0 : 2;
} else if (command !== undefined && (args.at(-1) === "--help" || args.at(-1) === "-h")) process.stdout.write(`Usage: baton ${command.usage}\n\n${command.about}.\n`);
else if (command === undefined) {
  process.stderr.write(`There is no command "${name}".\n\n${usage()}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await command.run([name, ...args].slice(command.name.split(" ").length));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    if (!(error instanceof AppError) && error instanceof Error && process.env["BATON_LOG"] === "debug") process.stderr.write(`${error.stack ?? ""}\n`);
    process.exitCode = 1;
  }
}
