import { addressDetector } from "./address.ts";
import { amountDetector } from "./amount.ts";
import { birthDateDetector } from "./birth-date.ts";
import { cardDetector } from "./card.ts";
import { compactOf } from "./detector.ts";
import type { Detector } from "./detector.ts";
import { emailDetector } from "./email.ts";
import { createEncodedDetector } from "./encoded.ts";
import { findValues } from "./find-values.ts";
import type { FoundValue } from "./find-values.ts";
import { ibanDetector } from "./iban.ts";
import { createIdentifierDetector } from "./identifiers/find-identifiers.ts";
import { ipDetector } from "./ip.ts";
import { createKnownValueDetector } from "./known-value.ts";
import { labelledDetector } from "./labelled.ts";
import { literalDetector } from "./literal.ts";
import { macDetector } from "./mac.ts";
import { createNameDetector } from "./name.ts";
import { nearDigits } from "./near-digits.ts";
import { phoneDetector } from "./phone.ts";
import { secretDetector } from "./secret.ts";
import { detailDetector } from "./tagger/detail.ts";
import { personDetector } from "./tagger/person.ts";
import { createTermDetector } from "./term.ts";
import { walletDetector } from "./wallet.ts";
import type { Placeholder } from "../redactor.ts";

/** What a tenant has decided about redaction. */
export type RedactionOptions = {
  /** The tenant's own words that no model may see. */
  terms?: readonly string[];
  /** Pay, loans and the value of contracts too. */
  hidesFinancialFigures?: boolean;
  /** Places, organisations, nationalities, dates, ages and links too. */
  hidesDetails?: boolean;
  /** Names of everybody who works here; asked at every call, so the same list has to be the same array. */
  directory?: () => readonly string[];
};

/** Made once for a list: a directory of thousands is the same array from call to call, a contact's names are few. */
function createNameSource(): (names: readonly string[]) => Detector {
  const made = new WeakMap<readonly string[], Detector>();
  return (names) => {
    const found = made.get(names) ?? createNameDetector(names);
    made.set(names, found);
    return found;
  };
}

/** Where two overlap the earlier wins: the surer the form, the earlier; what an encoding hides comes whole. */
function detectorsFor(options: RedactionOptions): { sure: Detector[]; doubtful: Detector[] } {
  const terms = options.terms ?? [];
  return {
    sure: [
      secretDetector, emailDetector, ibanDetector, ...(terms.length > 0 ? [createTermDetector(terms)] : []), walletDetector, cardDetector, macDetector, nearDigits(ipDetector, 60), nearDigits(birthDateDetector, 100),
      createIdentifierDetector(), nearDigits(labelledDetector, 120), nearDigits(phoneDetector, 80), ...(options.hidesFinancialFigures === true ? [nearDigits(amountDetector, 120)] : []), nearDigits(addressDetector, 160),
    ],
    doubtful: [options.hidesDetails === true ? detailDetector : personDetector],
  };
}

/** Finds all there is, in order, and what was hidden before as it was written; `normalise` gives two spellings of one value of a kind the same text. */
export type Finder = { find(text: string, names: readonly string[], known?: readonly Placeholder[]): FoundValue[]; normalise(kind: string, value: string): string };

/** All detectors as one. Made once for a tenant; what it keeps of names is kept by the list they came in. */
export function createFinder(options: RedactionOptions = {}): Finder {
  const { sure, doubtful } = detectorsFor(options);
  const namesIn = createNameSource();
  const namesNormal = createNameDetector([]).normalise;
  const normalisers = new Map([...sure, ...doubtful].map(({ kind, normalise }) => [kind, normalise]));
  return {
    find(text, names, known = []) {
      const people = [namesIn(names), ...(options.directory === undefined ? [] : [namesIn(options.directory())])];
      const open = [...sure, ...people, ...doubtful];
      const encoded = createEncodedDetector((inside) => findValues(inside, open).length > 0);
      return findValues(text, [literalDetector, encoded, ...open, createKnownValueDetector(known)]);
    },
    normalise: (kind, value) => (kind === "name" ? namesNormal : (normalisers.get(kind) ?? compactOf))(value),
  };
}
