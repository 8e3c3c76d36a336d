import { join, resolve } from "node:path";
import { createFileKeys } from "../credentials/adapters/file-keys.ts";
import { createSettingKeys } from "../credentials/adapters/setting-keys.ts";
import type { KeyStore } from "../credentials/key-store.ts";
import type { Config } from "./settings.ts";

/** The master keys of the settings, else those of the key file. Throws `credentials.key_unknown` for a key that is none. */
export function openKeys(config: Pick<Config, "masterKeys" | "keyFile" | "dataDir">): KeyStore {
  return config.masterKeys !== undefined ? createSettingKeys(config.masterKeys) : createFileKeys(config.keyFile ?? join(resolve(config.dataDir), "keys.json"));
}
