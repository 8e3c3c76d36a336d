import metadata from "libphonenumber-js/min/metadata";
import { z } from "zod";

/** Where customers of a business here are likely to call from; more regions make more other numbers look like phones. */
const REGIONS = "AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IL IN IS IT JP LT LU LV MT MX NL NO NZ PL PT RO SE SG SI SK TR US ZA".split(" ");
const COUNTRY = z.tuple([z.string(), z.unknown(), z.string()], z.unknown());

/** The pattern of all national numbers of a region, as Google's metadata has it: no repeats inside repeats. */
function patternOf(region: string): RegExp {
  const [, , pattern] = COUNTRY.parse(new Map<string, unknown>(Object.entries(metadata.countries)).get(region));
  return new RegExp(`^[018]?(?:${pattern})$`);
}

const PATTERNS = REGIONS.map(patternOf);

/** Whether the digits, with or without the trunk digit in front, are a number that some region gives out. */
export function isNationalNumber(digits: string): boolean {
  return PATTERNS.some((pattern) => pattern.test(digits));
}
