import type { SourceKind } from "../source-kind.ts";
import { folderKind } from "./folder.ts";
import { gitKind } from "./git.ts";
import { recordsKind } from "./records.ts";
import { s3Kind } from "./s3.ts";
import { uploadKind } from "./upload.ts";
import { webKind } from "./web.ts";

/** Every kind of source there is, by its name. */
export const SOURCE_KINDS: ReadonlyMap<string, SourceKind> = new Map([folderKind, uploadKind, gitKind, webKind, s3Kind, recordsKind].map((each) => [each.kind, each]));
