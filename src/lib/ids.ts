import { randomFillSync } from "node:crypto";

/** Every kind of id, by its prefix. */
export type IdPrefix =
  | "conv" | "case" | "msg" | "turn" | "call" | "cont" | "user" | "hand" | "doc" | "chunk" | "led" | "out" | "sess" | "key" | "draft" | "req" | "dec" | "sync" | "use" | "example" | "gap" | "hold";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const pool = Buffer.alloc(4096);
let used = pool.length;
let lastMs = 0;
let counter = 0;

/**
 * A new id: prefix, 9 characters of time, 2 of a counter, 11 random (55 bits); sorts by time of making.
 * Replay: random, so call it inside a durable step or before one.
 */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  if (nowMs === lastMs) counter = (counter + 1) % 1024;
  else {
    lastMs = nowMs;
    counter = 0;
  }
  let time = "";
  for (let rest = nowMs, i = 0; i < 9; i += 1) {
    time = (ALPHABET[rest % 32] ?? "0") + time;
    rest = Math.floor(rest / 32);
  }
  if (used + 11 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let random = "";
  for (let i = 0; i < 11; i += 1) random += ALPHABET[(pool[used++] ?? 0) % 32] ?? "0";
  return `${prefix}_${time}${ALPHABET[counter >> 5] ?? "0"}${ALPHABET[counter % 32] ?? "0"}${random}`;
}
