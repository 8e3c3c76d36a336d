/** Where a command's lines go; tests give another. */
export function toStdout(text: string): void {
  process.stdout.write(text);
}
