import chardet from "chardet";
import iconv from "iconv-lite";

/** `isGuessed` when nothing in the bytes names the encoding and they are not UTF-8. */
export type DecodedText = { text: string; encoding: string; isGuessed: boolean };

const MARKS: readonly { encoding: string; bytes: readonly number[] }[] = [
  { encoding: "utf-32le", bytes: [0xff, 0xfe, 0, 0] },
  { encoding: "utf-32be", bytes: [0, 0, 0xfe, 0xff] },
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
];
const SAMPLE_BYTES = 4_096;
/** chardet's own measure, 0..100: below it a text is taken for Western European, which most such files are. */
const LEAST_CONFIDENCE = 25;
const FEWEST_BYTES = 40;

/**
 * Text of any encoding: by its byte order mark, by `named` (a header or the document itself says so), as UTF-8 where the
 * bytes allow it, by the zeros of UTF-16 and UTF-32, else by the letters' statistics.
 *
 * Shapes: line feeds only, no byte order mark, no NUL. Never throws. Replay: pure.
 */
export function decodeText(bytes: Uint8Array, named: string | null = null): DecodedText {
  const mark = MARKS.find((one) => one.bytes.every((byte, at) => bytes[at] === byte));
  if (mark) return decoded(bytes.subarray(mark.bytes.length), mark.encoding, false);
  const wide = wideEncoding(bytes);
  if (wide !== null) return decoded(bytes, wide, false);
  const known = named !== null && iconv.encodingExists(named) ? named : null;
  if (known !== null && !/^(utf-?8|us-ascii|ascii)$/i.test(known)) return decoded(bytes, known, false);
  if (isUtf8(bytes)) return decoded(bytes, "utf-8", false);
  return decoded(bytes, known !== null && /utf/i.test(known) ? known : guess(bytes), true);
}

/** Whether the bytes are UTF-8 without a fault. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false; // the only thing a fatal decoder throws for
  }
}

function decoded(bytes: Uint8Array, encoding: string, isGuessed: boolean): DecodedText {
  const text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding);
  return { text: text.replace(/\r\n?/g, "\n").replaceAll("\u0000", ""), encoding, isGuessed };
}

/** UTF-16 and UTF-32 without a mark: every second byte of Latin text is zero, or three of four. */
function wideEncoding(bytes: Uint8Array): string | null {
  const length = Math.min(bytes.length, SAMPLE_BYTES) & ~3;
  if (length < 4) return null;
  const zeros = [0, 0, 0, 0];
  for (let at = 0; at < length; at += 1) if (bytes[at] === 0) zeros[at % 4] = (zeros[at % 4] ?? 0) + 1;
  const [first = 0, second = 0, third = 0, fourth = 0] = zeros.map((count) => count / (length / 4));
  if (second > 0.9 && third > 0.9 && fourth > 0.9) return "utf-32le";
  if (first > 0.9 && second > 0.9 && third > 0.9) return "utf-32be";
  if (second > 0.4 && fourth > 0.4 && first < 0.1 && third < 0.1) return "utf-16le";
  return first > 0.4 && third > 0.4 && second < 0.1 && fourth < 0.1 ? "utf-16be" : null;
}

function guess(bytes: Uint8Array): string {
  const best = chardet.analyse(bytes.subarray(0, 65_536)).find((match) => iconv.encodingExists(match.name));
  if (best === undefined || best.confidence < LEAST_CONFIDENCE || bytes.length < FEWEST_BYTES || /^(ISO-8859-1|ASCII|UTF-8)$/i.test(best.name)) return "windows-1252";
  return best.name;
}
