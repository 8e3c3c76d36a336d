/** Distinct strings by number, found by hash: flat, so that it can lie in shared memory. */
export type StringTable = { starts: Uint32Array; bytes: Uint8Array; slots: Uint32Array };

/** Lays the strings out; number i is `strings[i]`. */
export function tableOf(strings: readonly string[]): StringTable {
  const encoded = strings.map((each) => Buffer.from(each, "utf8"));
  const starts = new Uint32Array(strings.length + 1);
  for (const [number, each] of encoded.entries()) starts[number + 1] = (starts[number] ?? 0) + each.length;
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, strings.length * 2))));
  for (const [number, each] of encoded.entries()) {
    let slot = hashOf(each) & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = number + 1;
  }
  return { starts, bytes: Buffer.concat(encoded), slots };
}

/** The number of a string, -1 when it is not in the table. */
export function numberOf(table: StringTable, wanted: string): number {
  const bytes = Buffer.from(wanted, "utf8");
  let slot = hashOf(bytes) & (table.slots.length - 1);
  for (;;) {
    const number = (table.slots[slot] ?? 0) - 1;
    if (number < 0 || isAt(table, number, bytes)) return number;
    slot = (slot + 1) & (table.slots.length - 1);
  }
}

export function stringAt(table: StringTable, number: number): string {
  const start = table.starts[number] ?? 0;
  return Buffer.from(table.bytes.buffer, table.bytes.byteOffset + start, (table.starts[number + 1] ?? start) - start).toString("utf8");
}

function isAt(table: StringTable, number: number, bytes: Uint8Array): boolean {
  const start = table.starts[number] ?? 0;
  if ((table.starts[number + 1] ?? 0) - start !== bytes.length) return false;
  for (let at = 0; at < bytes.length; at += 1) if (table.bytes[start + at] !== bytes[at]) return false;
  return true;
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
