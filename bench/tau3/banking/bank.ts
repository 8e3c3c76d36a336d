import { z } from "zod";
import { sha256 } from "../../../src/lib/sha256.ts";
import type { Records } from "../record.store.ts";

/** The day and the moment all of the bank's data speak of. */
export const TODAY = "11/14/2025";
export const NOW = "2025-11-14 03:40:00 EST";

/** A record of the bank; its members differ from one to the next. */
export type BankRecord = Record<string, unknown>;

const record = z.record(z.string(), z.unknown());

/** The bank's tables: each holds its records under `TABLE/data`, as their paths say. */
export type Bank = {
  find(table: string, id: string): Promise<BankRecord | null>;
  list(table: string, member: string, is: string): Promise<[string, BankRecord][]>;
  count(table: string): Promise<number>;
  put(table: string, id: string, body: BankRecord): Promise<void>;
};

export function bankOf(records: Records): Bank {
  const nameOf = (table: string) => `${table}/data`;
  return {
    async find(table, id) {
      const found = await records.find(nameOf(table), id, true);
      return found === undefined ? null : record.parse(found);
    },
    async list(table, member, is) {
      return (await records.list(nameOf(table), { member, is })).map(({ key, body }) => [key, record.parse(body)]);
    },
    async count(table) {
      return (await records.list(nameOf(table))).length;
    },
    put: (table, id, body) => records.put(nameOf(table), id, body),
  };
}

/** An id as the bank makes it: the beginning of a hash over what the record is about. */
export function idOf(length: number, ...parts: readonly string[]): string {
  return sha256(parts.join(":")).slice(0, length);
}

/** Decimal digits out of the beginning of the same kind of hash, with zeros before them where there are too few. */
export function digitsOf(length: number, ...parts: readonly string[]): string {
  return sha256(parts.join(":")).slice(0, 2 * length).replace(/\D/g, "").slice(0, length).padStart(length, "0");
}
