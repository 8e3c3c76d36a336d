import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { parseDocument } from "../parse-document.ts";
import type { ParsedDocument } from "../parsed-document.ts";

async function read(lines: readonly (string | Buffer)[]): Promise<ParsedDocument> {
  const bytes = Buffer.concat(lines.flatMap((line) => [typeof line === "string" ? Buffer.from(line) : line, Buffer.from("\r\n")]));
  const result = await parseDocument({ bytes, name: "a.eml" });
  if (result.kind === "refused") throw new Error(`${result.code}: ${result.reason}`);
  return result.document;
}

test("every field of a mail arrives: names with commas, encoded words, groups, dates with comments", async () => {
  const { mail, title, body, updatedAt } = await read([
    "Message-ID: <one@shop.example>", "In-Reply-To: <zero@shop.example>", "From: =?utf-8?Q?M=C3=BCller=2C_Anna?= <anna@example.com>", 'To: "Support, Shop" <help@shop.example>, Team: bo@example.com, Cy <cy@example.com>;',
    "Cc: Dee <dee@example.com>", "Bcc: eve@example.com", "Reply-To: reply@example.com", "Date: Sun, 17 May 2020 19:18:39 -0400 (EDT)", "Subject: =?utf-8?B?UsO8Y2tnYWI=?= =?utf-8?B?ZSBtZWluZXIgTGFtcGU=?=", "", "Hello,", "", "the lamp is broken.",
  ]);
  deepStrictEqual(mail, {
    from: [{ name: "Müller, Anna", address: "anna@example.com" }], to: [{ name: "Support, Shop", address: "help@shop.example" }, { name: "", address: "bo@example.com" }, { name: "Cy", address: "cy@example.com" }],
    cc: [{ name: "Dee", address: "dee@example.com" }], bcc: [{ name: "", address: "eve@example.com" }], replyTo: [{ name: "", address: "reply@example.com" }],
    subject: "Rückgabe meiner Lampe", date: "2020-05-17T23:18:39.000Z", messageId: "one@shop.example", inReplyTo: ["zero@shop.example"], references: [], attachments: [],
  });
  deepStrictEqual([title, body, updatedAt], ["Rückgabe meiner Lampe", "Hello,\n\nthe lamp is broken.", "2020-05-17T23:18:39.000Z"]);
});

test("a mail names all that it answers, over as many lines as it takes", async () => {
  const { mail } = await read(["From: a@example.com", "Message-ID: <c@shop.example>", "In-Reply-To: <b@shop.example> (Anna's of Monday)", "References: <a@shop.example>", "\t<b@shop.example>", " <x@[10.0.0.1]>", "Subject: Re", "", "Hello."]);
  deepStrictEqual([mail?.inReplyTo, mail?.references], [["b@shop.example"], ["a@shop.example", "b@shop.example", "x@[10.0.0.1]"]]);
});

test("attachments are read in turn, what cannot be read is named, and mails in mails end", async () => {
  const document = await read([
    "From: a@example.com", "To: b@example.com", "Subject: Prices", "Date: Mon, 1 Jan 2024 10:00:00 +0000", "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"', "", "--b", "Content-Type: multipart/alternative; boundary=c", "",
    "--c", "Content-Type: text/plain; charset=iso-8859-1", "Content-Transfer-Encoding: quoted-printable", "", "Sch=F6ne Gr=FC=DFe", "--c", "Content-Type: text/html", "", "<p>Schöne <b>Grüße</b></p>", "--c--",
    "--b", "Content-Type: text/csv", "Content-Disposition: attachment; filename*0*=utf-8''Pr%C3%A4; filename*1=mie.csv", "", "Item,Price", "Lamp,12", "--b", 'Content-Type: application/pdf; name="bad.pdf"', "Content-Transfer-Encoding: base64", "", Buffer.from("%PDF-1.4 cut off").toString("base64"), "--b--",
  ]);
  strictEqual(document.body, "Schöne Grüße\n\n## Prämie.csv\n\n| Item | Price |\n| --- | --- |\n| Lamp | 12 |");
  deepStrictEqual(document.mail?.attachments.map((one) => [one.name, one.mediaType, one.outcome.kind]), [["Prämie.csv", "text/csv", "read"], ["bad.pdf", "application/pdf", "left_out"]]);
  ok(document.warnings.some((warning) => warning.code === "part_refused" && warning.message.includes("bad.pdf")));
});

test("a mail of endless parts and nesting ends", async () => {
  const nested = Array.from({ length: 400 }, (_, at) => [`Content-Type: multipart/mixed; boundary="n${at}"`, "", `--n${at}`]).flat();
  const document = await read(["From: a@example.com", "Message-ID: <a@b>", "Subject: Deep", ...nested, "Content-Type: text/plain", "", "the end"]);
  strictEqual(document.title, "Deep");
});
