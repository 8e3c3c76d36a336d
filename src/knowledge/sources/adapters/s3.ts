import { DOMParser } from "@xmldom/xmldom";
import { AwsV4Signer } from "aws4fetch";
import { basename } from "node:path";
import { z } from "zod";
import { DEFAULT_PARSE_LIMITS, refuseBySize } from "../../ingest/parsed-document.ts";
import { sourceAway, sourceInvalid } from "../../knowledge.errors.ts";
import type { OutboundAnswer } from "../../../outbound/outbound.ts";
import { isDocumentName } from "../document-names.ts";
import { defineSourceKind, type SourceDeps, type SourceItem } from "../source-kind.ts";

const settings = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).describe("https://s3.eu-central-1.amazonaws.com, or the address of another S3-compatible store."),
  bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, "a bucket's name"),
  region: z.string().max(60).default("us-east-1"),
  prefix: z.string().max(1_000).default("").describe("Only keys that begin so."),
  accessKeySecret: z.string().min(1).max(120).describe("Name of the secret that holds the access key id."),
  secretKeySecret: z.string().min(1).max(120).describe("Name of the secret that holds the secret access key."),
});
type S3Settings = z.output<typeof settings>;

const TIMEOUT_MS = 60_000;
const LIST_BYTES = 10_000_000;

/** The documents of an S3-compatible bucket, addressed by path. Source: Amazon S3 API Reference, ListObjectsV2 and GetObject. */
export const s3Kind = defineSourceKind({
  kind: "s3", concurrency: 4, removals: "guarded", settings,
  open({ tenantId, settings: given }, deps) {
    const ask = createBucket(tenantId, given, deps);
    return Promise.resolve({
      async list(cursor, signal) {
        const answer = await ask("", { "list-type": "2", "encoding-type": "url", "max-keys": "1000", prefix: given.prefix, ...(cursor === null ? {} : { "continuation-token": cursor }) }, LIST_BYTES, signal);
        if (answer.status !== 200) throw refusal(given, answer);
        return readListing(given, answer);
      },
      async fetch({ item, details }, signal) {
        const tooLarge = refuseBySize(Number(details?.["size"] ?? 0));
        if (tooLarge?.kind === "refused") return tooLarge;
        const answer = await ask(item, {}, DEFAULT_PARSE_LIMITS.maxBytes, signal);
        // What its owner has closed is not served on.
        if (answer.status === 403 || answer.status === 404) return { kind: "gone" };
        if (answer.status !== 200) return { kind: "refused", code: answer.status >= 500 ? "unreachable" : "unreadable", reason: `The store answered ${answer.status}.` };
        const modified = Date.parse(answer.headers["last-modified"] ?? "");
        return { kind: "taken", content: { kind: "file", bytes: answer.body, name: basename(item), mediaType: answer.headers["content-type"] ?? null, updatedAt: Number.isNaN(modified) ? null : new Date(modified).toISOString() }, fingerprint: answer.headers["etag"] ?? null };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});

function createBucket(tenantId: string, given: S3Settings, { readSecret, outbound }: SourceDeps) {
  return async (key: string, query: Record<string, string>, maxBytes: number, signal: AbortSignal): Promise<OutboundAnswer> => {
    const url = new URL(given.endpoint);
    url.pathname = [url.pathname.replace(/\/$/, ""), given.bucket, ...key.split("/").map(encodeURIComponent)].join("/").replace(/\/$/, key === "" ? "" : "/");
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signer = new AwsV4Signer({ url: url.href, method: "GET", service: "s3", region: given.region, accessKeyId: await readSecret(tenantId, given.accessKeySecret), secretAccessKey: await readSecret(tenantId, given.secretKeySecret) });
    const signed = await signer.sign();
    return outbound.send({ method: "GET", url: signed.url, headers: Object.fromEntries(signed.headers), body: null }, { timeoutMs: TIMEOUT_MS, maxBytes, timeUp: null, attempt: signal });
  };
}

function readListing(given: S3Settings, answer: OutboundAnswer): { items: SourceItem[]; next: string | null } {
  const root = new DOMParser({ onError: () => {} }).parseFromString(Buffer.from(answer.body).toString("utf8"), "text/xml").documentElement;
  if (root?.localName !== "ListBucketResult") throw sourceInvalid({ message: `${given.endpoint} does not answer as an S3 store: ListObjectsV2 gave no list.` });
  const text = (parent: typeof root, name: string) => parent.getElementsByTagName(name).item(0)?.textContent ?? null;
  const items = Array.from(root.getElementsByTagName("Contents")).flatMap((entry): SourceItem[] => {
    const key = decodeURIComponent((text(entry, "Key") ?? "").replaceAll("+", " ")).toWellFormed();
    const size = Number(text(entry, "Size") ?? 0);
    if (!isDocumentName(basename(key)) || key.includes("\0")) return [];
    return [{ item: key, uri: `s3://${given.bucket}/${key}`, fingerprint: text(entry, "ETag"), details: { size } }];
  });
  return { items, next: text(root, "IsTruncated") === "true" ? text(root, "NextContinuationToken") : null };
}

function refusal(given: S3Settings, answer: OutboundAnswer) {
  const code = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(Buffer.from(answer.body.subarray(0, 5_000)).toString("utf8"))?.[1] ?? "";
  return sourceAway({ message: `The bucket "${given.bucket}" could not be listed: ${answer.status} ${code}.` });
}
