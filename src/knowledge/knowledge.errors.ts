import { defineError } from "../lib/app-error.ts";

export const noRights = defineError({ code: "knowledge.no_rights", status: 403, message: "A search needs at least one audience; it was blocked before anything was read." });
export const folderUnreadable = defineError({ code: "knowledge.folder_unreadable", status: 400, message: "The knowledge folder cannot be read." });
export const folderTooLarge = defineError({ code: "knowledge.folder_too_large", status: 413, message: "The knowledge folder holds more files than one import takes." });
export const unknownTenant = defineError({ code: "knowledge.unknown_tenant", status: 404, message: "There is no such tenant." });
export const sourceUnknown = defineError({ code: "knowledge.source_unknown", status: 404, message: "There is no such source." });
export const sourceInvalid = defineError({ code: "knowledge.source_invalid", status: 422, message: "The source's settings cannot work." });
export const sourceDeclared = defineError({ code: "knowledge.source_declared", status: 409, message: "The workspace declares this source: change it in knowledge/sources.yaml." });
export const sourceTaken = defineError({ code: "knowledge.source_taken", status: 409, message: "There is a source of this name already; choose another one." });
export const sourceAway = defineError({ code: "knowledge.source_away", status: 502, message: "The source does not answer." });
export const syncUnknown = defineError({ code: "knowledge.sync_unknown", status: 404, message: "There is no such sync." });
export const syncRunning = defineError({ code: "knowledge.sync_running", status: 409, message: "The source is being synced; wait until it is done, or stop it." });
export const fileUnknown = defineError({ code: "knowledge.file_unknown", status: 404, message: "There is no such file." });
export const versionUnknown = defineError({ code: "knowledge.version_unknown", status: 404, message: "There is no such snapshot or knowledge version." });
export const snapshotTaken = defineError({ code: "knowledge.snapshot_taken", status: 409, message: "There is a snapshot of this name already, of another version; choose another name." });
export const vectorInvalid = defineError({ code: "knowledge.vector_invalid", status: 422, message: "A vector does not fit the index." });
export const indexFull = defineError({ code: "knowledge.index_full", status: 413, message: "The tenant's documents do not fit into the index." });
export const indexUnavailable = defineError({ code: "knowledge.index_unavailable", status: 503, isRetryable: true, message: "The search index does not answer; try again shortly." });
