import pg from "pg";

type Parser = (text: string) => unknown;

const exactOrText: Parser = (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
const finiteOrText: Parser = (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
const asJson: Parser = (text): unknown => JSON.parse(text);
/** `2026-01-31 09:00:00+00` and without a zone; `infinity` stays. */
const asTime: Parser = (text) => text.replace(" ", "T").replace(/\+00(?::?00)?$/, "Z");
const asBase64: Parser = (text) => Buffer.from(text.slice(2), "hex").toString("base64");

/** By the numbers of PostgreSQL's types; the rest stays the text it is: numeric, date, interval, uuid, enums, ranges. */
const PARSERS = new Map<number, Parser>([
  [16, (text) => text === "t"], [17, asBase64], [20, exactOrText], [21, Number], [23, Number], [26, Number], [700, finiteOrText], [701, finiteOrText],
  [114, asJson], [3802, asJson], [1114, asTime], [1184, asTime],
]);

/** Lists, by what they are lists of. */
const LISTS = new Map<number, number>([[1000, 16], [1001, 17], [1016, 20], [1005, 21], [1007, 23], [1021, 700], [1022, 701], [199, 114], [3807, 3802], [1115, 1114], [1185, 1184], [1231, 1700], [1009, 25], [1015, 1043], [1182, 1082], [2951, 2950]]);

const LIST_OF_TEXT: number = 1009;
const asTextList: Parser = pg.types.getTypeParser(LIST_OF_TEXT);

/** How values come out of PostgreSQL, as `SqlAnswer` says. */
export const postgresqlTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number) => {
    const item = LISTS.get(oid);
    if (item === undefined) return PARSERS.get(oid) ?? ((text: string) => text);
    const parse = PARSERS.get(item) ?? ((text: string) => text);
    return (text: string) => mapDeep(asTextList(text), parse);
  },
};

function mapDeep(value: unknown, parse: Parser): unknown {
  if (Array.isArray(value)) return value.map((item) => mapDeep(item, parse));
  return typeof value === "string" ? parse(value) : value;
}
