import { type AppError, defineError } from "../../lib/app-error.ts";

/** Details: `param`, the place in the request. */
export const requestInvalid = defineError({ code: "gateway.invalid_request", status: 400, message: "The request cannot be used." });
export const pathUnknown = defineError({ code: "gateway.unknown_path", status: 404, message: "There is no such address here: see docs/guides/gateway.md for what there is." });

/** A named part of the request that is not taken, or not in this form. */
export function unsupported(param: string, message: string): AppError {
  return requestInvalid({ message, details: { param } });
}
