import type { FormatReader, FormatReaders } from "./reading.ts";

/** Each format's reader; its library is loaded when the first file of that format comes. */
export const FORMAT_READERS: FormatReaders = {
  pdf: async (...given) => (await import("./pdf/pdf.ts")).readPdf(...given),
  docx: async (...given) => (await import("./formats/docx.ts")).readDocx(...given),
  pptx: office("pptx"), odt: office("odt"), odp: office("odp"),
  rtf: async (...given) => (await import("./formats/office.ts")).readRtf(...given),
  xlsx: spreadsheet("packed"), ods: spreadsheet("packed"), xls: spreadsheet("compound"),
  epub: async (...given) => (await import("./formats/epub.ts")).readEpub(...given),
  doc: async (...given) => (await import("./formats/doc.ts")).readDoc(...given),
  ppt: async (...given) => (await import("./formats/powerpoint-97.ts")).readPowerPoint97(given[0]),
  html: async (...given) => (await import("./formats/html.ts")).readHtml(...given),
  markdown: async (...given) => (await import("./formats/markdown.ts")).readMarkdown(...given),
  org: async (...given) => (await import("./formats/org.ts")).readOrg(...given),
  rst: async (...given) => (await import("./formats/rst.ts")).readRst(...given),
  xml: async (...given) => (await import("./formats/xml.ts")).readXml(...given),
  csv: async (...given) => (await import("./formats/csv.ts")).readCsv(...given),
  text: async (...given) => (await import("./formats/plain-text.ts")).readPlainText(...given),
  eml: async (...given) => (await import("./mail/eml.ts")).readEml(...given),
  msg: async (...given) => (await import("./mail/msg.ts")).readMsg(...given),
  image: async (...given) => (await import("./formats/image.ts")).readImage(...given),
  zip: async (...given) => (await import("./formats/archive.ts")).readArchive(...given),
};

function office(type: "pptx" | "odt" | "odp"): FormatReader {
  return async (...given) => (await import("./formats/office.ts")).officeReader(type)(...given);
}

function spreadsheet(kind: "packed" | "compound"): FormatReader {
  return async (...given) => (await import("./formats/spreadsheet.ts")).spreadsheetReader(kind)(...given);
}
