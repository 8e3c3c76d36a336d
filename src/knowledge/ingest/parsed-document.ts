import { z } from "zod";

/** A file as it came from a source. `mediaType` is what the sender says of it; content decides. `ocrLanguages`: of text in its pictures. */
export type DocumentFile = { bytes: Uint8Array; name: string; mediaType?: string; ocrLanguages?: readonly string[] };

/** How much one file may cost. What runs into a limit is refused by name, or read in part with a warning. */
export type ParseLimits = {
  /** Bytes of the file. */
  maxBytes: number;
  /** Bytes of everything packed inside (ZIP, DOCX, EPUB, …), all levels together. */
  maxUnpackedBytes: number;
  /** JavaScript heap of the thread that reads it. */
  maxMemoryMb: number;
  maxMs: number;
  /** Pages of a PDF; later ones are left out with a warning. */
  maxPages: number;
  /** Pages and pictures whose text is read by OCR; later ones are left out with a warning. */
  maxOcrPages: number;
  /** Attachments in attachments, archives in archives. */
  maxDepth: number;
  /** Files inside one file (attachments, archive entries). */
  maxParts: number;
  /** UTF-16 units of Markdown; the rest is left out with a warning. */
  maxCharacters: number;
};

export const DEFAULT_PARSE_LIMITS: ParseLimits = {
  maxBytes: 100_000_000, maxUnpackedBytes: 400_000_000, maxMemoryMb: 1_024, maxMs: 180_000,
  maxPages: 3_000, maxOcrPages: 60, maxDepth: 3, maxParts: 500, maxCharacters: 8_000_000,
};

const DOCUMENT_FORMATS = [
  "pdf", "docx", "pptx", "xlsx", "odt", "odp", "ods", "epub", "doc", "ppt", "xls", "rtf", "html", "markdown", "org", "rst", "xml", "csv", "text", "eml", "msg", "image", "zip",
] as const;

export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

const REFUSAL_CODES = ["encrypted", "broken", "too_large", "too_long", "unsupported", "empty", "bomb"] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

const WARNING_CODES = ["wrong_extension", "encoding_guessed", "partly_broken", "read_by_ocr", "pages_left_out", "cut", "part_refused", "include_left_out", "no_text"] as const;

/** What a reader of the document should know; `message` is for whoever keeps it. */
export type DocumentWarning = { code: (typeof WARNING_CODES)[number]; message: string };

const mailAddress = z.object({ name: z.string(), address: z.string() });

const mailAttachment = z.object({
  name: z.string().nullable(), mediaType: z.string(), byteLength: z.number(), sha256: z.string(), contentId: z.string().nullable(),
  /** Whether its text stands in the body; else why not. */
  outcome: z.discriminatedUnion("kind", [z.object({ kind: z.literal("read"), format: z.enum(DOCUMENT_FORMATS) }), z.object({ kind: z.literal("left_out"), reason: z.string() })]),
});

/** The fields of a mail. `date` ISO 8601 UTC; message ids without angle brackets. */
const mailFields = z.object({
  from: z.array(mailAddress), to: z.array(mailAddress), cc: z.array(mailAddress), bcc: z.array(mailAddress), replyTo: z.array(mailAddress),
  subject: z.string(), date: z.string().nullable(), messageId: z.string().nullable(), inReplyTo: z.array(z.string()), references: z.array(z.string()),
  attachments: z.array(mailAttachment),
});

export type MailAddress = z.infer<typeof mailAddress>;
export type MailAttachment = z.infer<typeof mailAttachment>;
export type MailFields = z.infer<typeof mailFields>;

const parsedDocument = z.object({
  title: z.string(), body: z.string(), language: z.string(), format: z.enum(DOCUMENT_FORMATS), updatedAt: z.string().nullable(), mail: mailFields.optional(),
  warnings: z.array(z.object({ code: z.enum(WARNING_CODES), message: z.string() })),
});

/**
 * A document as it is kept: `body` Markdown with single line feeds, without NUL; `language` ISO 639-1 or `und`;
 * `updatedAt` ISO 8601 UTC as the file itself says, null when it does not.
 */
export type ParsedDocument = z.infer<typeof parsedDocument>;

/** `reason` says to the keeper of the file what is wrong and what to do. */
export const refusal = z.object({ kind: z.literal("refused"), code: z.enum(REFUSAL_CODES), reason: z.string() });
export type Refusal = z.infer<typeof refusal>;

/** What the reading thread answers about a file. */
export const parseResult = z.discriminatedUnion("kind", [z.object({ kind: z.literal("ok"), document: parsedDocument }), refusal]);

export type ParseResult = z.infer<typeof parseResult>;

export function refuse(code: RefusalCode, reason: string): Refusal {
  return { kind: "refused", code, reason };
}

/** The refusal of a file by its size alone, so that a source need not fetch it; null when it may be read. */
export function refuseBySize(byteLength: number, limits: ParseLimits = DEFAULT_PARSE_LIMITS): Refusal | null {
  return byteLength > limits.maxBytes ? refuse("too_large", `The file has ${megabytes(byteLength)} MB; at most ${megabytes(limits.maxBytes)} MB are read. Split it, or raise the limit.`) : null;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0);
}
