import { DOMParser, type Element, type Node } from "@xmldom/xmldom";
import { Refused, type ReadDocument, type Reading } from "../reading.ts";
import { escapeLine, oneLine } from "../text/clean-markdown.ts";
import { decodeText } from "../text/decode-text.ts";
import { markdownTable } from "../text/markdown-table.ts";
import { statedEncoding } from "./html.ts";

const FEWEST_RECORDS = 2;

/** XML without a known vocabulary: its texts, records of one kind as a table, titles as headings. Entities of its own are not expanded. */
export function readXml(bytes: Uint8Array, reading: Reading): ReadDocument {
  const { text } = decodeText(bytes, statedEncoding(bytes));
  const root = parseXml(text, reading).documentElement;
  if (root === null) throw new Refused("broken", "The file is not well-formed XML: it has no element.");
  const lines: string[] = [];
  writeElement(root, 1, lines);
  return { title: null, body: lines.join("\n\n") };
}

/** An XML document; faults that leave something readable are warned of. Throws `Refused` (`broken`). */
export function parseXml(text: string, reading: Pick<Reading, "warn">) {
  let faults = 0;
  try {
    return new DOMParser({
      onError: (level) => {
        if (level !== "warning") faults += 1;
        if (faults === 1 && level === "error") reading.warn("partly_broken", "The XML has faults; what could be read was kept.");
      },
    }).parseFromString(text, "text/xml");
  } catch (error) {
    throw new Refused("broken", "The file is not well-formed XML.", error);
  }
}

function elementsOf(node: Element): Element[] {
  const elements: Element[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) if (isElement(child)) elements.push(child);
  return elements;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

function writeElement(element: Element, level: number, lines: string[]): void {
  const children = elementsOf(element);
  if (children.length === 0) {
    const text = oneLine(element.textContent ?? "");
    if (text !== "") lines.push(/^(title|heading|head)$/i.test(element.localName ?? "") ? `${"#".repeat(Math.min(level, 6))} ${text}` : escapeLine(text));
    return;
  }
  const isMixed = [...ownTexts(element)].some((text) => text.trim() !== "");
  if (isMixed) lines.push(escapeLine(oneLine(element.textContent ?? "")));
  else if (isTable(children)) lines.push(recordTable(children));
  else for (const child of children) writeElement(child, level + 1, lines);
}

function* ownTexts(element: Element): Generator<string> {
  for (let child = element.firstChild; child !== null; child = child.nextSibling) if (child.nodeType === 3 || child.nodeType === 4) yield child.nodeValue ?? "";
}

/** Siblings of one name that hold two or more values each. */
function isTable(elements: readonly Element[]): boolean {
  const [first] = elements;
  return elements.length >= FEWEST_RECORDS && first !== undefined && elements.every((element) => {
    const fields = elementsOf(element);
    return element.tagName === first.tagName && fields.length >= 2 && fields.every((field) => elementsOf(field).length === 0) && new Set(fields.map((field) => field.tagName)).size === fields.length;
  });
}

function recordTable(records: readonly Element[]): string {
  const names = [...new Set(records.flatMap((record) => elementsOf(record).map((field) => field.localName ?? "")))];
  const rows = records.map((record) => {
    const values = new Map(elementsOf(record).map((field) => [field.localName ?? "", field.textContent ?? ""]));
    return names.map((name) => values.get(name) ?? "");
  });
  return markdownTable([names, ...rows]);
}
