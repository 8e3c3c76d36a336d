import { relative } from "node:path";

/** For `catch`: a file that is not there is null, anything else goes on. */
export function noFile(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

/** A file as people at this prompt would name it. */
export function short(file: string): string {
  return relative(process.cwd(), file);
}
