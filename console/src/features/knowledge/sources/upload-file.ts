/** How an upload ended; `reason`: why it was refused, in words. */
export type UploadEnd = { kind: "stored" } | { kind: "refused"; reason: string };

/**
 * Sends a file and tells how much of it has gone, which `fetch` cannot.
 * `onSent`: bytes so far. Aborted: refused. Never throws.
 */
export function uploadFile(address: string, file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<UploadEnd> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const refuse = (reason: string): void => resolve({ kind: "refused", reason });
    request.open("PUT", address);
    request.setRequestHeader("x-baton-request", "1");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => onSent(event.loaded));
    request.addEventListener("load", () => (request.status >= 200 && request.status < 300 ? resolve({ kind: "stored" }) : refuse(reasonOf(request))));
    request.addEventListener("error", () => refuse("The server cannot be reached. Check your connection and drop the file again."));
    request.addEventListener("abort", () => refuse("Stopped."));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function reasonOf(request: XMLHttpRequest): string {
  const fallback = request.status === 413 ? "The file is too large." : `The server answered ${request.status}. Drop the file again; if it stays so, the server's log says why.`;
  try {
    const problem: unknown = JSON.parse(request.responseText);
    return typeof problem === "object" && problem !== null && "detail" in problem && typeof problem.detail === "string" ? problem.detail : fallback;
  } catch {
    return fallback;
  }
}
