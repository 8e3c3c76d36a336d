import { valueAt } from "../declared/fill-template.ts";
import type { RecordMapping } from "./connector.ts";

/** Who it is, as a system of record knows them. */
export type MappedContact = { id: string; email: string | null; name: string | null; phone: string | null };
/** One issue, as a system of record has it. `status` is null for a status the connector does not know. Times are ISO 8601. */
export type MappedCase = { id: string; title: string | null; contactId: string | null; url: string | null; openedAt: string | null; updatedAt: string | null; status: "open" | "waiting" | "resolved" | null };

type Mapped = NonNullable<RecordMapping["contact"]>["id"];

/** A record of the system as a contact; null when the connector maps none, or the record has no id. Pure. */
export function mapContact({ contact }: RecordMapping, record: unknown): MappedContact | null {
  const id = contact === undefined ? null : textAt(record, contact.id);
  if (contact === undefined || id === null) return null;
  return { id, email: textAt(record, contact.email)?.toLowerCase() ?? null, name: textAt(record, contact.name), phone: textAt(record, contact.phone) };
}

/** A record of the system as a case; null when the connector maps none, or the record has no id. Pure. */
export function mapCase({ case: mapping }: RecordMapping, record: unknown): MappedCase | null {
  const id = mapping === undefined ? null : textAt(record, mapping.id);
  if (mapping === undefined || id === null) return null;
  const status = mapping.status.values[textAt(record, mapping.status.at) ?? ""] ?? null;
  return { id, status, title: textAt(record, mapping.title), contactId: textAt(record, mapping.contactId), url: textAt(record, mapping.url), openedAt: timeAt(record, mapping.openedAt), updatedAt: timeAt(record, mapping.updatedAt) };
}

function textAt(record: unknown, mapped: Mapped | undefined): string | null {
  if (mapped === undefined) return null;
  const value = valueAt(record, typeof mapped === "string" ? mapped : mapped.at);
  const text = (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : null;
  return typeof mapped === "string" || text === null ? text : (mapped.values[text] ?? null);
}

function timeAt(record: unknown, mapped: Mapped | undefined): string | null {
  const text = textAt(record, mapped);
  return text === null ? null : isoTime(text);
}

/** ISO 8601, or seconds or milliseconds since the epoch, as ISO 8601; null for anything else. */
export function isoTime(text: string): string | null {
  const ms = /^\d{9,11}$/.test(text) ? Number(text) * 1_000 : /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
