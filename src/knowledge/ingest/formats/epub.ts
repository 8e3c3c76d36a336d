import { posix } from "node:path";
import { openZip } from "../open-zip.ts";
import { Refused, validDate, type ReadDocument, type Reading } from "../reading.ts";
import { decodeText } from "../text/decode-text.ts";
import { htmlToMarkdown } from "../text/html-to-markdown.ts";
import { usefulTitle } from "./core-properties.ts";
import { parseXml } from "./xml.ts";

/** Fonts may be obscured without the book being locked. */
const OBSCURED_FONTS = /Algorithm="http:\/\/(www\.idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC)"/g;

/** A book: its chapters in reading order, without its table of contents. */
export function readEpub(bytes: Uint8Array, reading: Reading): ReadDocument {
  const files = openZip(bytes, reading.budget, (path) => !/\.(png|jpe?g|gif|svg|mp3|mp4|ttf|otf|woff2?)$/i.test(path));
  refuseLocked(files);
  const packagePath = packagePathOf(files, reading);
  const opf = parseXml(textOf(files, packagePath), reading);
  const text = (name: string) => opf.getElementsByTagName(name)[0]?.textContent ?? null;
  const items = new Map([...opf.getElementsByTagName("item")].map((item) => [item.getAttribute("id") ?? "", item]));
  const chapters = [...opf.getElementsByTagName("itemref")].flatMap((reference) => {
    const item = items.get(reference.getAttribute("idref") ?? "");
    if (item === undefined || /\bnav\b/.test(item.getAttribute("properties") ?? "")) return [];
    const path = posix.join(posix.dirname(packagePath), decodePath(item.getAttribute("href") ?? ""));
    return files.has(path) ? [htmlToMarkdown(textOf(files, path), { isPage: false }).body] : [];
  });
  return { title: usefulTitle(text("dc:title")), body: chapters.join("\n\n"), language: text("dc:language")?.slice(0, 2).toLowerCase() ?? null, updatedAt: validDate(text("dc:date")) };
}

function refuseLocked(files: ReadonlyMap<string, Uint8Array>): void {
  const encryption = files.get("META-INF/encryption.xml");
  const methods = encryption === undefined ? "" : Buffer.from(encryption).toString("utf8");
  if ((methods.match(/<(\w+:)?EncryptedData/g)?.length ?? 0) > (methods.match(OBSCURED_FONTS)?.length ?? 0)) {
    throw new Refused("encrypted", "The book is locked by copy protection and cannot be read.");
  }
}

function packagePathOf(files: ReadonlyMap<string, Uint8Array>, reading: Reading): string {
  const container = parseXml(textOf(files, "META-INF/container.xml"), reading);
  return container.getElementsByTagName("rootfile")[0]?.getAttribute("full-path") ?? "";
}

function textOf(files: ReadonlyMap<string, Uint8Array>, path: string): string {
  const file = files.get(path);
  if (file === undefined) throw new Refused("broken", `The book is damaged: ${path === "" ? "its list of chapters" : path} is missing.`);
  return decodeText(file).text;
}

function decodePath(href: string): string {
  try {
    return decodeURIComponent(href.split("#", 1)[0] ?? "");
  } catch {
    return href; // a path that only looks encoded
  }
}
