/** Where a command's lines go; tests give another. */
export function toStdout(text: string): void {
  if (!process.stdout.listeners("error").includes(onError)) process.stdout.on("error", onError);
  process.stdout.write(text);
}

/** Whoever read has gone (`baton versions | head`): the command ends as it would, what it began is put away. */
function onError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
}
