import { createHash } from "node:crypto";
import { keyUnknown, rotateElsewhere } from "../credentials.errors.ts";
import type { KeyStore } from "../key-store.ts";
import { masterKey, wrapWith, type MasterKey } from "./master-keys.ts";

/** Master keys as the operator hands them to every process (base64, 32 bytes each, with spaces between): the first wraps, all unwrap. */
export function createSettingKeys(setting: string): KeyStore {
  const keys = setting.split(/\s+/).filter((text) => text !== "").map((key): MasterKey => {
    // Its id is made from the key, so that all processes agree on it whatever the order.
    const read = masterKey.safeParse({ id: `key_${createHash("sha256").update("baton master key\n").update(key).digest("hex").slice(0, 12)}`, key });
    if (!read.success) throw keyUnknown({ message: "BATON_MASTER_KEYS holds a key that is not 32 bytes in base64: make one with `openssl rand -base64 32`." });
    return read.data;
  });
  const load = () => Promise.resolve(keys);
  return {
    id: "setting", ...wrapWith(load, load),
    rotate: () => Promise.reject(rotateElsewhere({ message: "The master keys come from BATON_MASTER_KEYS: put a new key in front of the old one there, restart every process, and run `baton keys rotate` again with --rewrap." })),
  };
}
