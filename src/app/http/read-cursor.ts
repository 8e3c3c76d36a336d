import { decodeCursor } from "../../lib/page.ts";
import { bodyInvalid } from "../app.errors.ts";

/** Where the page before ended: the last row's sort key; empty on the first page. Throws `request.invalid` for what no list has given. */
export function readCursor(cursor: string | undefined): (string | number)[] {
  const parts = cursor === undefined ? [] : decodeCursor(cursor);
  if (parts === null) throw bodyInvalid({ message: "This cursor is not one of ours." });
  return parts;
}
