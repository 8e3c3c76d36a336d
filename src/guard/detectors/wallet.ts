import { createHash } from "node:crypto";
import type { Detector, Span } from "./detector.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const FORMS = /(?<![A-Za-z0-9])(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71}|0x[0-9a-fA-F]{40})(?![A-Za-z0-9])/g;
const CHECKSUM_BYTES = 4;

/** The last four of 25 bytes are the first of the hash of the hash of the others. */
function hasBase58Check(address: string): boolean {
  let number = 0n;
  for (const character of address) number = number * 58n + BigInt(ALPHABET.indexOf(character));
  const bytes = Buffer.from(number.toString(16).padStart(50, "0"), "hex");
  if (bytes.length !== 25) return false;
  const body = bytes.subarray(0, 25 - CHECKSUM_BYTES);
  const hash = createHash("sha256").update(createHash("sha256").update(body).digest()).digest();
  return hash.subarray(0, CHECKSUM_BYTES).equals(bytes.subarray(25 - CHECKSUM_BYTES));
}

/** The polynomial over the prefix "bc" and the data leaves 1 (Bech32) or 0x2bc830a3 (Bech32m). */
function hasBech32Check(address: string): boolean {
  let rest = 1;
  for (const value of [3, 3, 0, 2, 3, ...Array.from(address.slice(3), (character) => BECH32.indexOf(character))]) {
    const top = rest >>> 25;
    rest = ((rest & 0x1ffffff) << 5) ^ value;
    for (const [i, factor] of GENERATOR.entries()) if (((top >>> i) & 1) === 1) rest ^= factor;
  }
  return rest === 1 || rest === 0x2bc830a3;
}

/**
 * Addresses of Bitcoin and Ethereum wallets.
 *
 * Source: Bitcoin Base58Check (P2PKH, P2SH); BIP 173 and BIP 350; Ethereum's hexadecimal form has no check digit when written in one case.
 */
export const walletDetector: Detector = {
  kind: "wallet",
  find(text) {
    const spans: Span[] = [];
    for (const { 0: value, index } of text.matchAll(FORMS)) {
      const isRight = value.startsWith("0x") || (value.startsWith("bc1") ? hasBech32Check(value) : hasBase58Check(value));
      if (isRight) spans.push({ start: index, end: index + value.length });
    }
    return spans;
  },
  normalise: (value) => value,
};
