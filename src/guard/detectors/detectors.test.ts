import { deepStrictEqual, strictEqual } from "node:assert";
import { test } from "node:test";
import { addressDetector } from "./address.ts";
import { cardDetector } from "./card.ts";
import type { Detector } from "./detector.ts";
import { emailDetector } from "./email.ts";
import { hasLuhnDigit } from "./identifiers/check-digits.ts";
import { hasIbanChecksum, ibanDetector } from "./iban.ts";
import { ipDetector } from "./ip.ts";
import { createNameDetector } from "./name.ts";
import { phoneDetector } from "./phone.ts";

const find = (detector: Detector, text: string): string[] => detector.find(text).map(({ start, end }) => text.slice(start, end));

test("mail addresses are found without the punctuation around them", () => {
  deepStrictEqual(find(emailDetector, "Mail <anna.keller+shop@mail.example.co.uk>, or 'bo@example.com'. müller@bücher.de!"), ["anna.keller+shop@mail.example.co.uk", "bo@example.com", "müller@bücher.de"]);
});

test("an at sign alone is no mail address", () => {
  for (const text of ["2 @ 5 EUR", "@anna", "anna@", "anna@localhost", "a@@b.de", "me@.de"]) deepStrictEqual(find(emailDetector, text), [], text);
});

test("card numbers need issuer, length and check digit", () => {
  deepStrictEqual(find(cardDetector, "4111 1111 1111 1111, 5500-0055-5555-5559, 378282246310005, 4111111111111112, 1234 5678 9012 3452"), ["4111 1111 1111 1111", "5500-0055-5555-5559", "378282246310005"]);
  strictEqual(hasLuhnDigit("79927398713"), true);
});

test("a card number is found among other numbers", () => {
  deepStrictEqual(find(cardDetector, "order 4711 4111 1111 1111 1111 12/27"), ["4111 1111 1111 1111"]);
});

test("account numbers need the length of their country and the checksum", () => {
  deepStrictEqual(find(ibanDetector, "IBAN DE89 3704 0044 0532 0130 00 and gb29nwbk60161331926819."), ["DE89 3704 0044 0532 0130 00", "gb29nwbk60161331926819"]);
  deepStrictEqual(find(ibanDetector, "DE89 3704 0044 0532 0130 01, XX89370400440532013000, DE893704"), []);
  strictEqual(hasIbanChecksum("FR1420041010050500013M02606"), true);
});

test("network addresses of both versions are found, version numbers are not", () => {
  deepStrictEqual(find(ipDetector, "from 192.168.0.1 or 2001:db8::8a2e:370:7334 or ::ffff:10.0.0.1, firmware 1.2.3.4, at 10:30:45, 1.2.3.4.5, 300.1.1.1, 00:1B:44:11:3A:B7"), ["192.168.0.1", "2001:db8::8a2e:370:7334", "::ffff:10.0.0.1"]);
});

test("phone numbers of many countries are found", () => {
  for (const number of ["+49 151 2345678", "+1 (555) 123-4567", "0049 30 1234567", "0151/23456789", "(555) 123-4567", "555-123-4567", "1-800-555-1234", "06 12 34 56 78", "020 7946 0958", "07911 123456", "612 345 678", "+33 1 42 68 53 00", "+44 (0)20 7946 0958"]) deepStrictEqual(find(phoneDetector, `Reach me: ${number}, thanks`), [number], number);
});

test("a bare number after call is a phone number, after order it is not", () => {
  deepStrictEqual(find(phoneDetector, "please call me at 5551234567"), ["5551234567"]);
  for (const text of ["order 5551234567", "order number 0123456789", "invoice no. 0301234567", "5551234567", "parcel 612 345 678", "2026-01-05 10:30", "01.02.2026", "900 000 000 kr", "€612 345 678", "ISBN 978-3-16-148410-0", "550e8400-e29b-41d4-a716-446655440000"]) deepStrictEqual(find(phoneDetector, text), [], text);
});

test("a phone number is found beside an order number, and with its extension", () => {
  deepStrictEqual(find(phoneDetector, "order 4711 0151 23456789 and 555-123-4567 ext. 12"), ["0151 23456789", "555-123-4567 ext. 12"]);
});

test("street addresses are found in six countries' forms", () => {
  for (const address of ["12 Old Mill Road, Springfield, IL 62704", "Lindenstraße 5a, 10115 Berlin", "14 rue de la Paix, 75002 Paris", "Calle de Alcalá 12, 28014 Madrid", "Via Roma 3, 00184 Roma", "PO Box 1234"]) deepStrictEqual(find(addressDetector, `I live at ${address}.`), [address], address);
});

test("streets without a number and numbers without a street are no address", () => {
  for (const text of ["the shop in Old Mill Road", "I waited 12 days on the road", "2 Jackets on the way", "Weg 3 Tage", "my place at 5"]) deepStrictEqual(find(addressDetector, text), [], text);
});

test("names are found whatever their case and accents, whole before parts", () => {
  const detector = createNameDetector(["Zoë van der Berg", "José Núñez"]);
  deepStrictEqual(find(detector, "ZOE VAN DER BERG, zoë's jacket, jose nunez, Mr. Núñez, Zoe\nvan der Berg"), ["ZOE VAN DER BERG", "zoë", "jose nunez", "Núñez", "Zoe\nvan der Berg"]);
});

test("a name inside another word stays", () => {
  deepStrictEqual(find(createNameDetector(["Ana Kim"]), "Banana, Kimono, analysis, Ana"), ["Ana"]);
});

test("a name that is also a word counts only when it is written as a name", () => {
  const detector = createNameDetector(["Will Grant"]);
  deepStrictEqual(find(detector, "I will grant it. Will you? Ask Will, or Will Grant."), ["Will", "Will Grant"]);
});

test("names in scripts without spaces are found anywhere", () => {
  deepStrictEqual(find(createNameDetector(["山田太郎"]), "私は山田太郎です"), ["山田太郎"]);
});
