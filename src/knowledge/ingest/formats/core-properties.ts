import { validDate, type Reading } from "../reading.ts";
import { oneLine } from "../text/clean-markdown.ts";
import { parseXml } from "./xml.ts";

/** Titles that a program has put there, or a template. */
const EMPTY_TITLE = /^(untitled|document\d*|presentation\d*|powerpoint presentation|pptx? presentation|microsoft word - .*|book\d*|slide \d+|.*\.(docx?|pptx?|xlsx?|dot|tmp))$/i;

/** Title and date of an Office document (`docProps/core.xml`) or an OpenDocument one (`meta.xml`). */
export function readCoreProperties(file: Uint8Array | undefined, reading: Pick<Reading, "warn">): { title: string | null; updatedAt: Date | null } {
  if (file === undefined) return { title: null, updatedAt: null };
  const xml = parseXml(new TextDecoder().decode(file), reading);
  const text = (name: string) => xml.getElementsByTagName(name)[0]?.textContent ?? null;
  return { title: usefulTitle(text("dc:title")), updatedAt: validDate(text("dcterms:modified") ?? text("dc:date")) };
}

/** A stated title, or null when it says nothing. */
export function usefulTitle(title: string | null | undefined): string | null {
  const plain = oneLine(title ?? "");
  return plain === "" || EMPTY_TITLE.test(plain) ? null : plain;
}
