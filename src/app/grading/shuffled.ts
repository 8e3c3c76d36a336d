import { randomInt } from "node:crypto";

/** The same values in an order that is drawn. */
export function shuffled<Value>(values: readonly Value[]): Value[] {
  const drawn: Value[] = [];
  for (const value of values) drawn.splice(randomInt(drawn.length + 1), 0, value);
  return drawn;
}
