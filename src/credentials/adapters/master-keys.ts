import { z } from "zod";
import { keyUnknown } from "../credentials.errors.ts";
import type { KeyStore } from "../key-store.ts";
import { decrypt, encrypt } from "../seal.ts";

export const masterKey = z.object({ id: z.string().min(1), key: z.base64().refine((text) => Buffer.from(text, "base64").byteLength === 32, "32 bytes, base64"), createdAt: z.string().default("") });
/** The first wraps, all unwrap. */
export type MasterKey = z.output<typeof masterKey>;

/** Master keys that this process holds; where they come from is the adapter's. `find` reads them anew when one is not known yet. */
export function wrapWith(load: () => Promise<readonly MasterKey[]>, reload: () => Promise<readonly MasterKey[]>): Pick<KeyStore, "wrap" | "unwrap" | "currentKeyId"> {
  const current = async (): Promise<MasterKey> => {
    const [first] = await load();
    if (first === undefined) throw keyUnknown({ message: "There is no master key." });
    return first;
  };
  const find = async (id: string): Promise<MasterKey> => {
    const known = (await load()).find((each) => each.id === id) ?? (await reload()).find((each) => each.id === id);
    if (known === undefined) throw keyUnknown({ message: `The master key "${id}" is not in the key store.`, details: { keyId: id } });
    return known;
  };
  return {
    currentKeyId: async () => (await current()).id,
    async wrap(dataKey, context) {
      const { id, key } = await current();
      return { keyId: id, wrappedKey: Buffer.from(encrypt(Buffer.from(key, "base64"), dataKey, context)).toString("base64") };
    },
    async unwrap({ keyId, wrappedKey }, context) {
      const { key } = await find(keyId);
      return decrypt(Buffer.from(key, "base64"), Buffer.from(wrappedKey, "base64"), context);
    },
  };
}
