import { openCompoundFile, refuseEncryptedPackage } from "../compound-file.ts";
import { Refused, type ReadDocument } from "../reading.ts";
import { escapeLine, oneLine } from "../text/clean-markdown.ts";

// Record types of [MS-PPT]; a record is version and instance (2 bytes), type (2), length (4), content.
const SLIDE = 1006;
const SLIDE_PERSIST = 1011;
const TEXT_HEADER = 3999;
const TEXT_CHARS = 4000;
const TEXT_BYTES = 4008;
const SLIDE_LIST = 4080;
const CRYPT_SESSION = 12052;
const CONTAINER_VERSION = 0xf;
const TITLE_KINDS: ReadonlySet<number> = new Set([0, 6]);
const MAX_RECORDS = 2_000_000;

type SlideText = { isTitle: boolean; text: string };
type Walk = { slides: SlideText[][]; boxes: SlideText[][]; kind: number; records: number };

/** PowerPoint 97 to 2003: the texts of the outline slide by slide, then those of text boxes. Source: [MS-PPT], records of the stream "PowerPoint Document". */
export function readPowerPoint97(bytes: Uint8Array): ReadDocument {
  const streams = openCompoundFile(bytes);
  refuseEncryptedPackage(streams);
  const stream = streams.get("PowerPoint Document");
  if (stream === undefined) throw new Refused("broken", "The PowerPoint file is damaged: its slides are missing. Save it again as PPTX.");
  const walk: Walk = { slides: [], boxes: [], kind: -1, records: 0 };
  walkRecords(Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength), 0, stream.byteLength, null, walk);
  const texts = Array.from({ length: Math.max(walk.slides.length, walk.boxes.length) }, (_slide, at) => slideTexts(walk.slides[at] ?? [], walk.boxes[at] ?? []));
  return { title: texts.flat().find((one) => one.isTitle)?.text ?? null, body: texts.map((slide) => slide.map(toMarkdown).join("\n\n")).join("\n\n") };
}

function walkRecords(data: Buffer, start: number, end: number, slide: SlideText[] | null, walk: Walk): void {
  let open = slide;
  for (let at = start; at + 8 <= end; ) {
    if ((walk.records += 1) > MAX_RECORDS) throw new Refused("broken", "The PowerPoint file is damaged: its records do not end.");
    const head = data.readUInt16LE(at);
    const type = data.readUInt16LE(at + 2);
    const from = at + 8;
    const to = Math.min(from + data.readUInt32LE(at + 4), end);
    if (type === CRYPT_SESSION) throw new Refused("encrypted", "The presentation is protected by a password. Remove the password and add it again.");
    if (type === SLIDE) walkRecords(data, from, to, pushNew(walk.boxes), walk);
    // Instance 0 lists the slides; 1 and 2 list masters and notes.
    else if (type === SLIDE_LIST) { if (head >> 4 === 0) walkRecords(data, from, to, null, walk); }
    else if (type === SLIDE_PERSIST) open = pushNew(walk.slides);
    else if (type === TEXT_HEADER && to - from >= 4) walk.kind = data.readUInt32LE(from);
    else if (type === TEXT_CHARS || type === TEXT_BYTES) open?.push({ isTitle: TITLE_KINDS.has(walk.kind), text: data.toString(type === TEXT_CHARS ? "utf16le" : "latin1", from, to) });
    else if ((head & CONTAINER_VERSION) === CONTAINER_VERSION) walkRecords(data, from, to, open, walk);
    at = to;
  }
}

function pushNew(lists: SlideText[][]): SlideText[] {
  const list: SlideText[] = [];
  lists.push(list);
  return list;
}

/** The outline's texts, and those of boxes that the outline does not hold. */
function slideTexts(outline: readonly SlideText[], boxes: readonly SlideText[]): SlideText[] {
  const known = new Set(outline.map((one) => oneLine(one.text)));
  return [...outline, ...boxes.filter((one) => !known.has(oneLine(one.text)))];
}

/** Paragraphs end in carriage returns; a vertical tab is a line break inside one. */
function toMarkdown({ isTitle, text }: SlideText): string {
  if (isTitle) return `# ${oneLine(text)}`;
  const lines = text.split("\r").map((line) => oneLine(line)).filter((line) => line !== "" && line !== "*");
  return lines.length > 1 ? lines.map((line) => `- ${line}`).join("\n") : lines.map(escapeLine).join("\n");
}
