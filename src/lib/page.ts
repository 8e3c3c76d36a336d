import { z } from "@hono/zod-openapi";

/** A page of a list: `nextCursor` is opaque and null on the last page. */
export function pageOf<Item extends z.ZodType>(item: Item, name: string) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() }).openapi(name);
}

/** Query of every list. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).regex(/^[A-Za-z0-9_-]+$/).optional(),
});

export type Page<Item> = { items: Item[]; nextCursor: string | null };

/** A page out of rows that were read with one more than `limit`: that one says that there is a next page. `keyOf`: what an item is sorted by. */
export function toPage<Row, Item>(rows: readonly Row[], limit: number, toItem: (row: Row) => Item, keyOf: (item: Item) => readonly (string | number)[]): Page<Item> {
  const items = rows.slice(0, limit).map(toItem);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}

/** A cursor is the base64url of the last row's sort key. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** The parts of a cursor, or null when it is not one of ours. */
export function decodeCursor(cursor: string): (string | number)[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(parts)) return null;
    return parts.every((part) => typeof part === "string" || typeof part === "number") ? parts : null;
  } catch {
    return null;
  }
}
