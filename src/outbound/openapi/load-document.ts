import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { sha256Bytes } from "../../lib/sha256.ts";
import { outboundFault } from "../outbound.errors.ts";
import type { Outbound } from "../outbound.ts";
import { sendSigned } from "../send-signed.ts";
import { readDocument, type OpenApiDocument } from "./read-document.ts";

/** `source`: where it was read in the end. */
export type LoadedDocument = { document: OpenApiDocument; source: URL; sha256: string };

const LIMITS = { timeoutMs: 120_000, maxBytes: 64 * 1024 * 1024, timeUp: null, attempt: null };

/**
 * Reads an OpenAPI document of up to 64 MB, by its address or from a file.
 * Throws `outbound.communication` and the other faults of `Outbound.send`; `outbound.configuration` when it is none.
 */
export async function loadDocument(outbound: Outbound, from: string): Promise<LoadedDocument> {
  const isAddress = /^https?:\/\//i.test(from);
  const { bytes, source } = isAddress ? await download(outbound, from) : { bytes: await read(from), source: pathToFileURL(resolve(from)) };
  return { document: readDocument(new TextDecoder().decode(bytes), source), source, sha256: sha256Bytes(bytes) };
}

async function download(outbound: Outbound, from: string): Promise<{ bytes: Uint8Array; source: URL }> {
  if (!URL.canParse(from)) throw outboundFault("configuration", { detail: `"${from}" is not an address.` });
  const request = { method: "GET", url: new URL(from), headers: { accept: "application/json, application/yaml, */*;q=0.8", "accept-encoding": "gzip", "user-agent": "baton" }, body: null };
  const nobody = { apply: () => Promise.resolve(request), again: () => Promise.resolve(null) };
  const { answer, asked } = await sendSigned(outbound, nobody, request, LIMITS, true);
  if (answer.status !== 200) throw outboundFault("communication", { status: answer.status, detail: `${asked.url.origin} answered ${answer.status}, and no document.` });
  return { bytes: answer.body, source: asked.url };
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw outboundFault("configuration", { detail: `"${file}" is neither an address nor a file that can be read.`, cause: error });
  }
}
