import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { createCanvas } from "@napi-rs/canvas";
import { parseDocument } from "../parse-document.ts";
import type { ParsedDocument } from "../parsed-document.ts";

type Word = { x: number; y: number; text: string; size?: number };

/** A PDF of these pages, `y` from the bottom; `picture` is a JPEG that fills its page. */
function makePdf(pages: readonly (readonly Word[] | { picture: Buffer; width: number; height: number })[], trailer = ""): Buffer {
  const objects: Buffer[] = [Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"), Buffer.from(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${4 + at * 3} 0 R`).join(" ")}] >>`), Buffer.from("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")];
  const stream = (dictionary: string, content: Buffer) => Buffer.concat([Buffer.from(`<< ${dictionary} /Length ${content.byteLength} >>\nstream\n`), content, Buffer.from("\nendstream")]);
  pages.forEach((page, at) => {
    const isPicture = "picture" in page;
    objects.push(Buffer.from(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + at * 3} 0 R /Resources << /Font << /F1 3 0 R >>${isPicture ? ` /XObject << /I ${6 + at * 3} 0 R >>` : ""} >> >>`));
    const text = isPicture ? "q 595 0 0 842 0 0 cm /I Do Q" : page.map(({ x, y, text, size = 11 }) => `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text.replace(/[()\\]/g, "\\$&")}) Tj ET`).join("\n");
    objects.push(stream("", Buffer.from(text, "latin1")), isPicture ? stream(`/Type /XObject /Subtype /Image /Width ${page.width} /Height ${page.height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode`, page.picture) : Buffer.from("null"));
  });
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  const offsets = objects.map((object, at) => {
    const offset = parts.reduce((sum, part) => sum + part.byteLength, 0);
    parts.push(Buffer.from(`${at + 1} 0 obj\n`), object, Buffer.from("\nendobj\n"));
    return offset;
  });
  const start = parts.reduce((sum, part) => sum + part.byteLength, 0);
  parts.push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("")}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
}

async function read(bytes: Buffer): Promise<ParsedDocument> {
  const result = await parseDocument({ bytes, name: "a.pdf" });
  if (result.kind === "refused") throw new Error(`${result.code}: ${result.reason}`);
  return result.document;
}

const column = (x: number, top: number, lines: readonly string[]): Word[] => lines.map((text, at) => ({ x, y: top - at * 14, text }));

test("two columns are read one after the other, under the title that spans them, and hyphenation is undone", async () => {
  const left = ["Customers may return what they have", "bought within thirty days of the deliv-", "ery, unless it was made for them alone.", "The parcel must be packed well and", "the label must be on the outside, or", "we cannot tell who has sent it to us."];
  const right = ["Refunds are paid to the card that was", "used for the order. This takes three", "to five working days after the parcel", "has arrived. Vouchers are not paid out", "but renewed for a year, counted from", "the day on which the parcel arrived."];
  const { body } = await read(makePdf([[{ x: 60, y: 780, text: "Returns and refunds of the shop", size: 20 }, ...column(60, 740, left), ...column(320, 740, right)]]));
  ok(body.startsWith("# Returns and refunds of the shop\n\nCustomers may return what they have bought within thirty days of the delivery, unless"), body);
  ok(body.indexOf("who has sent it to us.") < body.indexOf("Refunds are paid"), body);
});

test("a table shown by places alone is kept as a table", async () => {
  const rows = [["Country", "Days", "Price"], ["Norway", "4 to 6", "9.90"], ["Austria", "2 to 3", "4.90"], ["Italy", "3 to 5", "7.50"]];
  const words = rows.flatMap((row, at) => row.map((text, cell) => ({ x: 60 + cell * 150, y: 700 - at * 16, text })));
  const { body } = await read(makePdf([[{ x: 60, y: 740, text: "Shipping takes these times and costs:" }, ...words]]));
  ok(body.endsWith("| Country | Days | Price |\n| --- | --- | --- |\n| Norway | 4 to 6 | 9.90 |\n| Austria | 2 to 3 | 4.90 |\n| Italy | 3 to 5 | 7.50 |"), body);
});

test("what repeats at the ends of pages goes, numbers included; what stands once stays", async () => {
  const pages = ["Alpha", "Beta", "Gamma", "Delta"].map((name, at) => [{ x: 60, y: 810, text: "Handbook of Lumen & Co." }, { x: 60, y: 600, text: `The chapter ${name} tells of lamps and what they are good for, by day and by night, in the house and in the garden.` }, { x: 280, y: 30, text: `Page ${at + 1} of 4` }]);
  const { body } = await read(makePdf(pages));
  ok(!body.includes("Handbook") && !body.includes("Page 1") && ["Alpha", "Beta", "Gamma", "Delta"].every((name) => body.includes(name)), body);
  ok((await read(makePdf(pages.slice(0, 2)))).body.includes("Handbook"));
});

test("a scanned page is read by OCR, and that is said", async () => {
  const canvas = createCanvas(1240, 1754);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, 1240, 1754);
  context.fillStyle = "black";
  context.font = "40px sans-serif";
  context.fillText("Broken lamps are replaced within two weeks.", 80, 200);
  const document = await read(makePdf([{ picture: canvas.toBuffer("image/jpeg"), width: 1240, height: 1754 }]));
  ok(document.warnings.some((warning) => warning.code === "read_by_ocr"));
  match(document.body, /lamps are replaced within two weeks/);
});

test("a PDF with a password and one that is cut off are refused by name", async () => {
  const secret = `/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <${"ab".repeat(32)}> /U <${"cd".repeat(32)}> >>`;
  const whole = makePdf([column(60, 700, ["Some words that nobody may read without the password."])], secret);
  const codes = await Promise.all([whole, makePdf([[]]).subarray(0, 60), Buffer.from("%PDF-1.7\n")].map(async (bytes) => {
    const result = await parseDocument({ bytes, name: "a.pdf" });
    return result.kind === "refused" ? result.code : "read";
  }));
  deepStrictEqual(codes, ["encrypted", "broken", "broken"]);
});

test("nine hundred pages are read in order, and pages over the limit are named", async () => {
  const pages = Array.from({ length: 900 }, (_, at) => column(60, 700, [`Article ${at} of the handbook says what is to be done in case ${at}.`]));
  const document = await read(makePdf(pages));
  ok(document.body.indexOf("Article 7 ") < document.body.indexOf("Article 899 "));
  strictEqual(document.body.match(/Article \d+ of/g)?.length, 900);
});
