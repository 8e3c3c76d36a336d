import { unzipSync, zipSync } from "fflate";
import { Refused, type ReadingBudget } from "./reading.ts";

/** Times a packed file may grow, once it is larger than `RATIO_FROM_BYTES`. Text packs to about a twentieth. */
const MAX_RATIO = 400;
const RATIO_FROM_BYTES = 10_000_000;
const MAX_ENTRIES = 20_000;
const IS_ENCRYPTED_FLAG = 1;
const LOCAL_HEADER = 0x04034b50;

/**
 * The files of a ZIP archive by path. Nothing is unpacked before its stated size was counted, and nothing becomes larger
 * than stated: an archive that lies about a size yields the stated part. `wants` chooses; what it refuses is counted too.
 *
 * Throws `Refused`: `bomb`, `encrypted`, `broken`.
 */
export function openZip(bytes: Uint8Array, budget: ReadingBudget, wants: (path: string) => boolean = () => true): Map<string, Uint8Array> {
  if (isEncryptedZip(bytes)) throw new Refused("encrypted", "The archive is protected by a password. Remove the password and add it again.");
  let entries = 0;
  let left = budget.unpackedBytes;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize, size }) => {
        entries += 1;
        left -= originalSize;
        const isBomb = left < 0 || entries > MAX_ENTRIES || (originalSize > RATIO_FROM_BYTES && originalSize > size * MAX_RATIO);
        if (isBomb) throw new Refused("bomb", "The file unpacks to far more than it may. It looks like a decompression bomb; nothing of it was read.");
        return !name.endsWith("/") && wants(name);
      },
    });
    budget.unpackedBytes = left;
    return new Map(Object.entries(files));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused("broken", "The file is a damaged archive: parts of it are missing or changed. Save or download it again.", error);
  }
}

/** What was opened as an archive again, unpacked, for libraries that open archives themselves: they see nothing that was not counted. */
export function repackZip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const packed = zipSync(Object.fromEntries(files), { level: 0 });
  return Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
}

/** Whether the first entry says that it is encrypted. */
function isEncryptedZip(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.byteLength > 30 && view.getUint32(0, true) === LOCAL_HEADER && (view.getUint16(6, true) & IS_ENCRYPTED_FLAG) !== 0;
}
