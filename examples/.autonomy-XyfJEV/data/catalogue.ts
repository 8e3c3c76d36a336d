const CATEGORIES = ["tents", "jackets", "boots", "stoves", "backpacks", "sleeping", "cookware", "accessories"] as const;

export type Category = (typeof CATEGORIES)[number];

export type Product = {
  sku: string;
  name: string;
  category: Category;
  /** One price for each currency we sell in, in minor units. */
  priceEurCents: number;
  priceGbpCents: number;
  priceUsdCents: number;
};

type Entry = readonly [name: string, priceEurCents: number];

const CATALOGUE: Record<Category, readonly Entry[]> = {
  tents: [
    ["Skarvik 2 Tent", 37_900], ["Skarvik 3 Tent", 44_900], ["Skarvik 4 Family Tent", 59_900], ["Lynghei 1 Solo Tent", 28_900],
    ["Lynghei 2 Trekking Tent", 34_900], ["Vinterly 3 Expedition Tent", 79_900], ["Havblikk 5 Cabin Tent", 69_900], ["Skarvik 2 Footprint", 4_100],
    ["Havblikk 5 Footprint", 6_900], ["Bris Tarp 3 x 3", 8_900],
  ],
  jackets: [
    ["Havn Rain Jacket Women", 8_990], ["Havn Rain Jacket Men", 8_990], ["Havn Rain Jacket Kids", 5_990], ["Tinde Shell Jacket Women", 24_900],
    ["Tinde Shell Jacket Men", 24_900], ["Dun 600 Down Jacket Women", 19_900], ["Dun 600 Down Jacket Men", 19_900], ["Dun 800 Expedition Parka", 38_900],
    ["Lav Fleece Jacket Women", 7_490], ["Lav Fleece Jacket Men", 7_490], ["Myr Softshell Jacket Women", 12_900], ["Myr Softshell Jacket Men", 12_900],
    ["Bekk Windbreaker", 6_990], ["Glo Insulated Vest", 9_490],
  ],
  boots: [
    ["Tinde Leather Hiking Boots Women", 16_900], ["Tinde Leather Hiking Boots Men", 16_900], ["Sti Mid Waterproof Boots Women", 13_900],
    ["Sti Mid Waterproof Boots Men", 13_900], ["Sti Low Trail Shoes Women", 10_900], ["Sti Low Trail Shoes Men", 10_900], ["Bre Mountaineering Boots", 28_900],
    ["Myr Rubber Boots", 6_490], ["Kids Sti Boots", 6_990], ["Hytte Camp Slippers", 3_990],
  ],
  stoves: [
    ["Glo Gas Stove", 4_990], ["Glo Gas Stove Pro", 7_990], ["Glo Spirit Burner", 2_990], ["Flamme Multi-Fuel Stove", 14_900], ["Bris Wind Shield", 1_690],
    ["Flamme Service Kit", 1_990], ["Fuel Bottle 0.6 l", 2_490],
  ],
  backpacks: [
    ["Lav 25 Daypack", 7_990], ["Lav 40 Backpack", 12_990], ["Vandre 55 Trekking Pack Women", 18_900], ["Vandre 55 Trekking Pack Men", 18_900],
    ["Vandre 70 Expedition Pack", 23_900], ["Sti 12 Running Vest", 8_490], ["Bekk 18 City Pack", 6_490], ["Kids Sti 15 Pack", 4_490], ["Child Carrier Vandre", 25_900],
    ["Rain Cover S", 1_990], ["Rain Cover L", 2_490],
  ],
  sleeping: [
    ["Dun 300 Summer Sleeping Bag", 16_900], ["Dun 600 Three-Season Sleeping Bag", 24_900], ["Dun 900 Winter Sleeping Bag", 36_900], ["Myr Synthetic Sleeping Bag", 9_990],
    ["Lav Inflatable Mat", 8_990], ["Lav Inflatable Mat Wide", 10_490], ["Closed-Cell Foam Mat", 2_990], ["Silk Sleeping Bag Liner", 4_990], ["Camp Pillow", 2_290],
  ],
  cookware: [
    ["Hytte Pot Set", 3_990], ["Titanium Mug 450 ml", 2_990], ["Steel Vacuum Flask 1 l", 3_490], ["Spork Set", 990], ["Folding Cutting Board", 1_290],
    ["Coffee Press Mug", 3_290], ["Water Filter Kilde", 4_490], ["Foldable Water Carrier 10 l", 1_790],
  ],
  accessories: [
    ["Merino Beanie", 2_990], ["Merino Base Layer Top", 6_990], ["Merino Hiking Socks", 1_890], ["Trekking Poles Tinde", 7_990], ["Head Torch Glo 400", 4_990],
    ["Camping Lantern", 3_990], ["Dry Bag 20 l", 2_490], ["Down Wash 250 ml", 1_190], ["Waterproofing Spray 300 ml", 1_490], ["Leather Wax 100 ml", 1_090], ["Tent Repair Kit", 1_290],
  ],
};

const SKU_PREFIX: Record<Category, string> = {
  tents: "TNT", jackets: "JKT", boots: "BOT", stoves: "STV", backpacks: "PCK", sleeping: "SLP", cookware: "CKW", accessories: "ACC",
};

/** Another currency's price, rounded to a whole unit less ten cents, as shop prices are. */
const convertPrice = (priceEurCents: number, rate: number): number => Math.max(90, Math.round((priceEurCents * rate) / 100) * 100 - 10);

/** Every product, always in the same order. */
export const products: readonly Product[] = CATEGORIES.flatMap((category) =>
  CATALOGUE[category].map(([name, priceEurCents], index) => ({
    sku: `${SKU_PREFIX[category]}-${String(index + 1).padStart(3, "0")}`,
    name,
    category,
    priceEurCents,
    priceGbpCents: convertPrice(priceEurCents, 0.87),
    priceUsdCents: convertPrice(priceEurCents, 1.12),
  })),
);

/** The product of this name. Throws when the catalogue has none: a demo order names a product that is gone. */
export function productNamed(name: string): Product {
  const product = products.find((candidate) => candidate.name === name);
  if (product === undefined) throw new RangeError(`no product named ${name}`);
  return product;
}
