/** A refusal of the server, or no answer at all (`status` 0, `code` "network"). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }

  /** Whether the same request may succeed later without anything being changed. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export type JsonRequest = {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  /** A file, sent as it is in place of `body`. */
  bytes?: Blob;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/**
 * Calls the HTTP API and returns the parsed body (`null` for an empty answer).
 *
 * Throws: `ApiError` with the problem's code and a sentence fit to be shown; an abort passes through as it is.
 */
export async function fetchJson<Body>(path: string, request: JsonRequest = {}): Promise<Body> {
  const method = request.method ?? "GET";
  const headers: Record<string, string> = { accept: "application/json", ...request.headers };
  if (method !== "GET") headers["x-baton-request"] = "1";
  if (request.bytes !== undefined) headers["content-type"] = "application/octet-stream";
  else if (request.body !== undefined) headers["content-type"] = "application/json";
  const response = await send(path, {
    method,
    headers,
    credentials: "same-origin",
    ...(request.bytes !== undefined ? { body: request.bytes } : request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return JSON.parse("null");
  try {
    return await response.json();
  } catch {
    throw new ApiError(response.status, "response.unreadable", "The server's answer could not be read. Try again; a proxy in between may have changed it.");
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "network", "The server cannot be reached. Check your connection and whether Baton is running, then try again.");
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const fallback = response.status === 429 ? "Too many requests. Wait a moment and try again." : `The server answered ${response.status}. Try again; if it stays so, its log says why.`;
  try {
    const problem: unknown = await response.json();
    return new ApiError(response.status, textOf(problem, "code") ?? "unknown", textOf(problem, "detail") ?? textOf(problem, "title") ?? fallback);
  } catch {
    return new ApiError(response.status, "unknown", fallback);
  }
}

function textOf(value: unknown, key: string): string | null {
  if (typeof value !== "object" || value === null || !(key in value)) return null;
  const found: unknown = Reflect.get(value, key);
  return typeof found === "string" && found !== "" ? found : null;
}

/** Whether the server says that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** What to tell a person about a failed request. */
export function sayProblem(error: unknown): string {
  return error instanceof ApiError ? error.message : "Something went wrong on this page. Load it again.";
}
