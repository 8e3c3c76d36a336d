import type { Place } from "../document/definition.ts";

/** One thing `baton check` says. `error` stops a publish, `warning` does not. */
export type Finding = { rule: string; severity: "error" | "warning"; place: Place; pointer: string; message: string; /** A sentence that says what to do. */ advice: string };
