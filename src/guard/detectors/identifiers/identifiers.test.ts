import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { IDENTIFIERS } from "./all-identifiers.ts";
import { createIdentifierDetector } from "./find-identifiers.ts";

/** A right number of each kind with what people call it; published specimens, or made by the rule. */
const SPECIMENS: Record<string, string> = {
  "de-tax-id": "Steuer-ID 86095742719", "de-id-card": "Personalausweis L01X00T44", "de-social-security": "RVNR 15070649C103", "de-health-insurance": "KVNR A123456780", "fr-nir": "numéro de sécu 1 84 12 76 451 089 46", "nl-bsn": "BSN 111222333",
  "be-national": "rijksregisternummer 85.07.30-033.28", "pt-nif": "NIF 123456789", "gr-afm": "ΑΦΜ 094259216", "pl-pesel": "PESEL 44051401359", "cz-birth-number": "rodné číslo 710319/2745", "ro-cnp": "CNP 1800101221144", "bg-egn": "ЕГН 7523169263",
  "hr-oib": "OIB 33392005961", emso: "EMŠO 0101006500006", "baltic-personal-code": "isikukood 37605030299", "lv-personal-code": "personas kods 161175-19997", "fi-hetu": "hetu 131052-308T", "se-personal-number": "personnummer 811228-9874", "no-birth-number": "fødselsnummer 15108695088",
  "dk-cpr": "CPR 211062-5629", "ie-pps": "PPS 6433435F", "it-fiscal-code": "codice fiscale RCCMNL83S18D969H", "es-nif": "DNI 54362315K", "es-nie": "NIE X2482300W", "at-social-security": "SVNR 1237010180", "ch-ahv": "AHV 756.9217.0769.85", "hu-tax-id": "adóazonosító 8071592153",
  "uk-nhs": "NHS 943 476 5919", "uk-nino": "NI number AB 12 34 56 C", "lu-matricule": "matricule 1893120105732", "us-ssn": "social security number 536-90-4399", "us-itin": "ITIN 912-90-3456", "us-routing-number": "routing number 111000025", "is-kennitala": "kennitala 120174-3399", "tr-national-id": "TC kimlik 17291716060",
};

for (const [id, text] of Object.entries(SPECIMENS)) {
  test(`${id}: a right number is found behind its name`, () => {
    const rule = IDENTIFIERS.find((identifier) => identifier.id === id);
    ok(rule !== undefined);
    strictEqual(createIdentifierDetector([rule]).find(text).length, 1, text);
  });
}

test("a wrong check digit makes no number", () => {
  for (const [id, text] of [["de-tax-id", "Steuer-ID 86095742718"], ["nl-bsn", "BSN 111222334"], ["pl-pesel", "PESEL 44051401358"], ["es-nif", "DNI 54362315X"], ["it-fiscal-code", "codice fiscale RCCMNL83S18D969A"], ["fi-hetu", "hetu 131052-308U"]] as const) {
    deepStrictEqual(createIdentifierDetector(IDENTIFIERS.filter((identifier) => identifier.id === id)).find(text), [], text);
  }
});

test("numbers of record stay, though a check digit may be right by chance", () => {
  const detector = createIdentifierDetector();
  for (const text of ["order 111222333", "invoice number 44051401359", "Bestellung 86095742719", "SKU AB-1234-C", "tracking 123456789012", "case 710319274", "it costs 1.299.000 and 25.000"]) deepStrictEqual(detector.find(text), [], text);
});

test("every rule names itself once and has a source", () => {
  strictEqual(new Set(IDENTIFIERS.map(({ id }) => id)).size, IDENTIFIERS.length);
});
