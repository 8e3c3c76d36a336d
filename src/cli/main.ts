import { AppError, messageOf } from "../lib/app-error.ts";
import { advise } from "./advise.ts";
import { COMMANDS } from "./commands.ts";
import { asksForHelp, helpText, usageText } from "./help.ts";

/** `baton <command> [arguments]`: finds the command, runs it, and turns errors into a line and an exit code. */
const [name, ...args] = process.argv.slice(2);

const words = [name, ...args].join(" ");
const command = COMMANDS.filter((each) => words === each.name || words.startsWith(`${each.name} `)).sort((left, right) => right.name.length - left.name.length)[0];
if (name === undefined || name === "help" || name === "--help" || name === "-h") process.stdout.write(usageText(COMMANDS));
else if (command === undefined && COMMANDS.some((each) => each.name.startsWith(`${name} `))) {
  process.stdout.write(usageText(COMMANDS, name));
  process.exitCode = asksForHelp(args) ? 0 : 2;
} else if (command === undefined) process.exitCode = advise(`There is no command "${name}".\n\n${usageText(COMMANDS)}`);
else if (asksForHelp(args)) process.stdout.write(helpText(command));
else {
  try {
    process.exitCode = await command.run([name, ...args].slice(command.name.split(" ").length));
  } catch (error) {
    if (isWrongUse(error)) process.exitCode = advise(`${messageOf(error)}\n\n${helpText(command).trimEnd()}`);
    else {
      process.stderr.write(`${messageOf(error)}\n`);
      if (!(error instanceof AppError) && error instanceof Error && process.env["BATON_LOG"] === "debug") process.stderr.write(`${error.stack ?? ""}\n`);
      process.exitCode = 1;
    }
  }
}

/** An option that a command does not know, or one without its value. */
function isWrongUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}
