import { defineError } from "../lib/app-error.ts";

export const storageUnavailable = defineError({ code: "storage.unavailable", status: 503, isRetryable: true, message: "The database does not answer; try again shortly." });
export const storageOutdated = defineError({ code: "storage.outdated", status: 500, message: "The database was written by a newer Baton; upgrade Baton or restore a backup." });
export const storageRefused = defineError({ code: "storage.refused", status: 500, message: "The database cannot be used." });
