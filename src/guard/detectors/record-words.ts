/** What people call numbers that are nobody's secret and have to stay: orders, invoices, articles, cases. Alternatives of a pattern. */
export const RECORD_WORDS = String.raw`orders?|bestell\p{L}*|auftrags?\p{L}*|commandes?|pedidos?|ordin[ei]|invoices?|rechnung\p{L}*|factur[ae]s?|fattur[ae]|sku|ean|upc|isbn|imei|articles?|artikel\p{L}*|items?|products?|produkt\p{L}*|serial|ref(?:erence)?|referenz\p{L}*|tickets?|cases?|vorgang\p{L}*|incidents?|tracking|parcels?|paket\p{L}*|sendung\p{L}*|shipments?|colis|model|modell|part|version|transactions?|bookings?|buchung\p{L}*|reservations?|voucher|coupon|gutschein\p{L}*|barcode|batch|charge|lot|rma|quotes?|angebot\p{L}*`;

const LOOK_BACK = 32;
/** The word, then at most three small words and signs, then the number. */
const BEFORE = new RegExp(String.raw`(?<![\p{L}\d])(?:${RECORD_WORDS})(?![\p{L}])[^\p{L}\d]{0,3}(?:(?:number|nummer|num|no|nr|id|code|is|ist|was|n|my|the|and|to|for)(?![\p{L}])[^\p{L}\d]{0,3}){0,3}$`, "iu");

/** Whether the words right before say that it is a number of record. */
export function isCalledRecord(text: string, at: number): boolean {
  return BEFORE.test(text.slice(Math.max(0, at - LOOK_BACK), at));
}
