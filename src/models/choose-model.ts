import { BlockList, isIP } from "node:net";
import type { ModelEntry } from "./inventory/models-file.ts";
import { modelMisconfigured } from "./models.errors.ts";

export type ModelConfig = {
  /** Any OpenAI-compatible server, up to and without `/chat/completions`, as `http://127.0.0.1:11434/v1`. */
  modelUrl?: string | undefined;
  modelName?: string | undefined;
  modelApiKey?: string | undefined;
  /** Overrules what the address of `modelUrl` says, e.g. `inside` for `http://ollama:11434/v1` in a container network. */
  modelHandling?: "inside" | "outside" | undefined;
  openaiApiKey?: string | undefined;
  openaiBaseUrl?: string | undefined;
  anthropicApiKey?: string | undefined;
  anthropicBaseUrl?: string | undefined;
};

// Both can be told not to think first, which keeps answers quick and tool calls stateless. Read on 2026-11-21 from the
// catalogues of @ai-sdk/openai 4.0.118 and @ai-sdk/anthropic 4.0.105.
export const DEFAULT_OPENAI_MODEL = "gpt-6.1-terra";
export const DEFAULT_ANTHROPIC_MODEL = "claude-haiku-5-5";

/** The model of the settings as an entry of `models.yaml` would be, and its key. */
export type SettingsEntry = { entry: ModelEntry; key: string | undefined };

/**
 * What the settings ask for, or null: then the built-in extractive answerer does the work.
 *
 * `modelUrl` comes first. Of two keys, the name decides (`claude…` is Anthropic's); without a name it is OpenAI.
 * With a provider's own key the text ends at that provider, whatever the base URL, so handling is `contract`; with
 * `modelUrl` it is `inside` when the address is loopback or private, and such a model costs nothing; else `public`.
 * Errors: `models.misconfigured` for a URL without a name, or a URL that is none.
 */
export function entryOfSettings(config: ModelConfig): SettingsEntry | null {
  if (config.modelUrl) return compatibleEntry(config, config.modelUrl);
  const isClaude = config.modelName?.startsWith("claude") ?? false;
  if (config.anthropicApiKey && (isClaude || !config.openaiApiKey)) {
    return { entry: { name: config.modelName ?? DEFAULT_ANTHROPIC_MODEL, provider: "anthropic", url: readUrl(config.anthropicBaseUrl ?? "https://api.anthropic.com/v1").text, handling: "contract" }, key: config.anthropicApiKey };
  }
  if (!config.openaiApiKey) return null;
  return { entry: { name: config.modelName ?? DEFAULT_OPENAI_MODEL, provider: "openai", url: readUrl(config.openaiBaseUrl ?? "https://api.openai.com/v1").text, handling: "contract" }, key: config.openaiApiKey };
}

function compatibleEntry(config: ModelConfig, modelUrl: string): SettingsEntry {
  if (!config.modelName) throw modelMisconfigured({ message: "A model URL needs a model name as well." });
  const url = readUrl(modelUrl);
  const isKept = config.modelHandling === undefined ? isInside(url.hostname) : config.modelHandling === "inside";
  // What such a server can do is not known: an answer by schema comes by a tool, as most of them can.
  return { entry: { name: config.modelName, provider: "openai-compatible", url: url.text, handling: isKept ? "inside" : "public", abilities: ["text", "tools", "images", "stream"] }, key: config.modelApiKey };
}

function readUrl(text: string): { text: string; hostname: string } {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) throw modelMisconfigured({ message: "A model URL must begin with http:// or https://." });
  if (url.username || url.password) throw modelMisconfigured({ message: "A model URL must not hold a password; give the key by its own setting." });
  return { text: text.replace(/\/+$/, ""), hostname: url.hostname.replace(/^\[|\]$/g, "") };
}

const insideAddresses = new BlockList();
insideAddresses.addSubnet("127.0.0.0", 8, "ipv4");
insideAddresses.addSubnet("10.0.0.0", 8, "ipv4");
insideAddresses.addSubnet("172.16.0.0", 12, "ipv4");
insideAddresses.addSubnet("192.168.0.0", 16, "ipv4");
insideAddresses.addAddress("::1", "ipv6");
insideAddresses.addSubnet("fc00::", 7, "ipv6");

/** Names are not resolved: only an address in the URL, or `localhost`, proves that the text stays in the house. */
export function isInside(hostname: string): boolean {
  if (hostname === "localhost" || hostname.endsWith(".localhost")) return true;
  const version = isIP(hostname);
  return version !== 0 && insideAddresses.check(hostname, version === 4 ? "ipv4" : "ipv6");
}
