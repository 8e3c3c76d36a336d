import type { DocumentFormat, DocumentWarning, MailFields, ParseLimits, ParseResult, RefusalCode } from "./parsed-document.ts";

/** What one format's reader gives. `title` null when the file names none; `updatedAt` any date the file states. */
export type ReadDocument = { title: string | null; body: string; updatedAt?: Date | null; mail?: MailFields; language?: string | null };

/**
 * What a format's reader is given besides the bytes. One per file; files inside share the budgets of the outermost.
 *
 * `readInner` reads a file inside this one and never throws for what is wrong with it.
 */
export type Reading = {
  name: string;
  limits: ParseLimits;
  budget: ReadingBudget;
  /** Of text in pictures, as Tesseract names them; at least one. */
  ocrLanguages: readonly string[];
  warn(code: DocumentWarning["code"], message: string): void;
  readInner(file: { bytes: Uint8Array; name: string; mediaType?: string }): Promise<ParseResult>;
};

/** Used up by all files of one document together. `deadlineMs` on the monotonic clock leaves time to hand over what was read. */
export type ReadingBudget = { unpackedBytes: number; ocrPages: number; parts: number; deadlineMs: number };

export type FormatReader = (bytes: Uint8Array, reading: Reading) => ReadDocument | Promise<ReadDocument>;

export type FormatReaders = Record<DocumentFormat, FormatReader>;

/** Thrown by readers inside the reading thread only, and turned into a refusal in `read-document.ts`. */
export class Refused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? {} : { cause });
    this.name = "Refused";
    this.code = code;
  }
}

/** A date that is one, else null: files hold all sorts of things. */
export function validDate(given: string | number | Date | null | undefined): Date | null {
  if (given === null || given === undefined || given === "") return null;
  const date = new Date(given);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1970 || date.getUTCFullYear() > 2200 ? null : date;
}
