import { cardDetector } from "../../src/guard/detectors/card.ts";
import { createFinder } from "../../src/guard/detectors/create-finder.ts";
import type { Finder } from "../../src/guard/detectors/create-finder.ts";
import type { Detector } from "../../src/guard/detectors/detector.ts";
import { IDENTIFIERS } from "../../src/guard/detectors/identifiers/all-identifiers.ts";
import { createIdentifierDetector } from "../../src/guard/detectors/identifiers/find-identifiers.ts";
import type { Identifier } from "../../src/guard/detectors/identifiers/identifier.ts";
import { hasVatDigit } from "../../src/guard/detectors/identifiers/german/de-vat-id.ts";
import { hasBirthDate } from "../../src/guard/detectors/identifiers/world/za-id.ts";
import { ibanDetector } from "../../src/guard/detectors/iban.ts";
import { ipDetector } from "../../src/guard/detectors/ip.ts";
import { labelledDetector } from "../../src/guard/detectors/labelled.ts";
import { macDetector } from "../../src/guard/detectors/mac.ts";
import { phoneDetector } from "../../src/guard/detectors/phone.ts";
import { walletDetector } from "../../src/guard/detectors/wallet.ts";
import type { RecogniserCase, ValidatorCase } from "./data.ts";

/** Which of our rules stand for an entity of the data set. */
const RULES: Record<string, string> = {
  ABA_ROUTING_NUMBER: "us-routing-number", AU_ABN: "au-abn", AU_ACN: "au-acn", AU_MEDICARE: "au-medicare", AU_TFN: "au-tfn", CA_SIN: "ca-sin", DE_BSNR: "de-practice", DE_FUEHRERSCHEIN: "de-driving-licence", DE_HANDELSREGISTER: "de-company", DE_HEALTH_INSURANCE: "de-health-insurance",
  DE_ID_CARD: "de-id-card", DE_LANR: "de-physician", DE_PASSPORT: "de-id-card", DE_SOCIAL_SECURITY: "de-social-security", DE_TAX_ID: "de-tax-id", DE_TAX_NUMBER: "de-tax-number", DE_VAT_ID: "de-vat-id", ES_NIE: "es-nie", ES_NIF: "es-nif", FI_PERSONAL_IDENTITY_CODE: "fi-hetu",
  IN_AADHAAR: "in-aadhaar", IN_GSTIN: "in-gstin", IN_PAN: "in-pan", IT_FISCAL_CODE: "it-fiscal-code", IT_VAT_CODE: "it-vat", KR_BRN: "kr-business", KR_DRIVER_LICENSE: "kr-driving-licence", KR_FRN: "kr-resident", KR_RRN: "kr-resident", MEDICAL_LICENSE: "us-dea", NG_NIN: "ng-nin", PH_TIN: "ph-tin",
  PL_PESEL: "pl-pesel", SE_ORGANISATIONSNUMMER: "se-personal-number", SE_PERSONNUMMER: "se-personal-number", SG_NRIC_FIN: "sg-nric", SG_UEN: "sg-uen", TH_TNIN: "th-national-id", TR_NATIONAL_ID: "tr-national-id", UK_DRIVING_LICENCE: "uk-driving-licence", UK_NHS: "uk-nhs", UK_NINO: "uk-nino",
  UK_POSTCODE: "uk-postcode", US_ITIN: "us-itin", US_MBI: "us-medicare", US_NPI: "us-npi", US_SSN: "us-ssn", ZA_ID_NUMBER: "za-id",
};
const FORMS: Record<string, Detector> = { CREDIT_CARD: cardDetector, CRYPTO: walletDetector, IBAN_CODE: ibanDetector, IP_ADDRESS: ipDetector, MAC_ADDRESS: macDetector, PHONE_NUMBER: phoneDetector, PH_MOBILE_NUMBER: phoneDetector, TR_PHONE_NUMBER: phoneDetector };
/** Numbers without a check digit: hidden behind a word that says what they are, so most cases, which are the number alone, are missed. */
const LABELLED = new Set(["ES_PASSPORT", "IN_PASSPORT", "IN_VEHICLE_REGISTRATION", "IN_VOTER", "IT_DRIVER_LICENSE", "IT_PASSPORT", "KR_PASSPORT", "NG_VEHICLE_REGISTRATION", "TR_LICENSE_PLATE", "UK_PASSPORT", "UK_VEHICLE_REGISTRATION", "US_DRIVER_LICENSE", "US_PASSPORT", "DE_KFZ"]);

function ruleOf(entity: string): Identifier | undefined {
  const id = RULES[entity];
  return IDENTIFIERS.find((identifier) => identifier.id === id);
}

function detectorOf(entity: string): Detector | undefined {
  const rule = ruleOf(entity);
  return rule === undefined ? FORMS[entity] : createIdentifierDetector([rule]);
}

export type CaseQuality = { cases: number; right: number; share: number; ofThoseLabelled: { cases: number; right: number }; unsupported: number; missed: string[] };

/**
 * Cases of the entities with a detector of their own. A value counts when the whole redactor takes all of it out; that there is
 * none counts when the entity's own detector finds nothing (another may: a German VAT number is no Austrian one, yet a number
 * of a company). Entities that only a word makes personal count too.
 */
export function measureCases(cases: readonly RecogniserCase[]): CaseQuality {
  const finder = createFinder();
  const quality: CaseQuality = { cases: 0, right: 0, share: 0, ofThoseLabelled: { cases: 0, right: 0 }, unsupported: 0, missed: [] };
  for (const one of cases) {
    const detector = LABELLED.has(one.entity) ? labelledDetector : detectorOf(one.entity);
    if (detector === undefined) {
      quality.unsupported += 1;
      continue;
    }
    const isRight = isDone(one, detector, finder);
    for (const counts of LABELLED.has(one.entity) ? [quality, quality.ofThoseLabelled] : [quality]) {
      counts.cases += 1;
      counts.right += isRight ? 1 : 0;
    }
    if (!isRight) quality.missed.push(`${one.entity} ${one.count} ${JSON.stringify(one.text)}`);
  }
  return { ...quality, share: quality.right / quality.cases };
}

function isDone({ text, count, positions }: RecogniserCase, detector: Detector, finder: Finder): boolean {
  if (count === 0) return detector.find(text).length === 0;
  const hidden = finder.find(text, []);
  if (positions === null || positions === undefined) return hidden.length >= count;
  return positions.every(([start, end]) => Array.from(text.slice(start, end)).every((sign, i) => !/[\p{L}\p{N}]/u.test(sign) || hidden.some((span) => span.start <= start + i && start + i < span.end)));
}

/** The check digits alone: every case has to be judged as given. Returns those that are not. */
export function measureValidators(cases: readonly ValidatorCase[]): { cases: number; right: number; wrong: string[] } {
  const wrong = cases.filter((one) => isValid(one) !== one.valid).map(({ entity, value, valid, test }) => `${entity} ${value} must be ${valid ? "valid" : "invalid"} (${test})`);
  return { cases: cases.length, right: cases.length - wrong.length, wrong };
}

function isValid({ entity, value, test }: ValidatorCase): boolean {
  const written = value.toUpperCase();
  const compact = written.replace(/[^A-Z0-9]/g, "");
  if (test === "test_validate_pan_format") return IDENTIFIERS.some(({ id, form }) => id === "in-pan" && form.test(written));
  if (test === "test_has_valid_birth_date") return hasBirthDate(compact);
  const rule = ruleOf(entity);
  if (rule === undefined || !rule.form.test(written) || !rule.lengths.includes(compact.length)) return false;
  return test.includes("strict_mode") ? hasVatDigit(compact) : (rule.isValid?.(compact) ?? true);
}
