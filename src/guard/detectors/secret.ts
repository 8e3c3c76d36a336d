import { isWordCharacter, withoutOverlaps } from "./detector.ts";
import type { Detector, Span } from "./detector.ts";

/** What a provider puts in front of its keys, and what follows at least. */
const PREFIXES = [
  "sk-(?:ant-|proj-|or-|live-)?[A-Za-z0-9_-]{16,200}", "(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,200}", "whsec_[A-Za-z0-9+/=]{16,120}", "(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}", "gh[pousr]_[A-Za-z0-9]{30,255}", "github_pat_[A-Za-z0-9_]{22,255}",
  "glpat-[A-Za-z0-9_-]{20,64}", "xox[abeoprs]-[A-Za-z0-9-]{10,250}", "xapp-[A-Za-z0-9-]{10,250}", "AIza[A-Za-z0-9_-]{35}", "ya29\\.[A-Za-z0-9_-]{20,400}", "GOCSPX-[A-Za-z0-9_-]{20,40}", "SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}",
  "key-[a-f0-9]{32}", "npm_[A-Za-z0-9]{36}", "pypi-[A-Za-z0-9_-]{50,400}", "dop_v1_[a-f0-9]{64}", "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", "hf_[A-Za-z0-9]{30,50}", "gsk_[A-Za-z0-9]{40,80}", "hvs\\.[A-Za-z0-9_-]{20,200}", "sq0(?:atp|csp)-[A-Za-z0-9_-]{22,60}", "EAA[A-Za-z0-9]{60,300}", "PMAK-[a-f0-9]{24}-[a-f0-9]{34}", "lin_api_[A-Za-z0-9]{40}", "dckr_pat_[A-Za-z0-9_-]{20,60}",
  "eyJ[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{8,8000}\\.[A-Za-z0-9_-]{0,2000}",
];
const KNOWN = new RegExp(`(?<![A-Za-z0-9_-])(?:${PREFIXES.join("|")})(?![A-Za-z0-9])`, "g");
/** Something every known form holds, looked for first. */
const HINT = /sk-|[srp]k_|whsec_|A[KS]IA|A[GIR][PDO]A|gh[pousr]_|github_pat_|glpat-|xox|xapp-|AIza|ya29|GOCSPX|SG\.|key-|npm_|pypi-|dop_|shp|hf_|gsk_|hvs\.|sq0|EAA|PMAK|lin_api|dckr_|eyJ/;
const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|CERTIFICATE|SECRET)[A-Z0-9 ]{0,20}-----/g;
const PEM_END = /-----END [A-Z0-9 ]{0,60}-----/g;
const WORDS = String.raw`pass(?:word|wort|code|phrase)|passwd|pwd|kennwort|mot de passe|contraseña|clave|senha|wachtwoord|hasło|api[ _-]?key|secret(?:[ _-]?key)?|access[ _-]?(?:key|token)|auth(?:orization)?[ _-]?token|bearer|token|client[ _-]?secret|private[ _-]?key|credentials?|pin(?: code)?|tan|otp|cvv2?|cvc2?|security code|verification code|einmalcode|prüfnummer`;
/** A word for a secret, small words or signs, and what it is; `=` and `:` take anything, "is" only what looks like a secret. */
const LABELLED = new RegExp(String.raw`(?:${WORDS})(?![a-z])["']?(?:\s{0,2}[:=]{1,2}>?\s{0,2}|\s{1,2}(?:is|ist|lautet|est|es|was|war)\s{1,2}:?|\s)["']?([^\s"',;<>]{3,256})`, "gi");
const SURE_SIGN = /[:=]/;
const DIGITS = /^\d{3,8}[.!?)]*$/;
const SHORT_CODES = /^(?:pin|tan|otp|cvv|cvc|security code|verification code|einmalcode|prüfnummer)/i;
const FEWEST = 6;
const LEAST_BITS_EACH = 2.6;
const END_SIGNS = /[.!?)\]}]+$/;

/** Shannon's measure over the characters of the text, in bits for each. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/** Letters with digits or signs, varied enough: no word of a language. */
function looksSecret(value: string): boolean {
  const isMixed = /\p{L}/u.test(value) && /[\d\p{S}!#$%&*?@^~+]/u.test(value);
  return value.length >= FEWEST && isMixed && entropyOf(value) >= LEAST_BITS_EACH;
}

function findLabelled(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: whole, 1: given, index } of text.matchAll(LABELLED)) {
    if (given === undefined || isWordCharacter(text, index - 1)) continue;
    const value = given.replace(END_SIGNS, "");
    const head = whole.slice(0, whole.length - given.length);
    const isCode = SHORT_CODES.test(head) && DIGITS.test(given);
    if (value !== "" && (isCode || looksSecret(value) || (SURE_SIGN.test(head) && value.length >= FEWEST && !/^\p{L}+$/u.test(value)))) {
      const start = index + head.length;
      spans.push({ start, end: start + value.length });
    }
  }
  return spans;
}

/** Keys in PEM armour, to the end line or, when it was cut off, to the end of the text. */
function findPem(text: string): Span[] {
  const spans: Span[] = [];
  if (!text.includes("-----BEGIN ")) return spans;
  let from = 0;
  for (const { index } of text.matchAll(PEM_BEGIN)) {
    if (index < from) continue;
    PEM_END.lastIndex = index;
    const match = PEM_END.exec(text);
    from = match === null ? text.length : match.index + match[0].length;
    spans.push({ start: index, end: from });
  }
  return spans;
}

const SECRET_HINT = /pass|pwd|kennwort|contrase|clave|senha|wachtwoord|hasło|key|secret|token|bearer|credential|pin|tan|otp|cv[vc]|code/i;

/**
 * Keys, tokens, passwords and codes: what begins as a known provider's keys do, JSON web tokens, PEM, and what stands behind
 * a word for a secret and looks like one.
 *
 * Source: providers' published prefixes; RFC 7519 (JWT), RFC 7468 (PEM); C. E. Shannon, A Mathematical Theory of Communication, 1948, for the measure of variety.
 */
export const secretDetector: Detector = {
  kind: "secret",
  find(text) {
    const known = HINT.test(text) ? Array.from(text.matchAll(KNOWN), ({ 0: value, index }) => ({ start: index, end: index + value.length })) : [];
    const labelled = SECRET_HINT.test(text) ? findLabelled(text) : [];
    return withoutOverlaps([...findPem(text), ...known, ...labelled]);
  },
  normalise: (value) => value,
};
