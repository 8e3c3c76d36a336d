import type { Random } from "./random.ts";

export type Currency = "EUR" | "GBP" | "USD";
export type Carrier = "PostNord" | "DHL" | "GLS" | "Royal Mail" | "UPS";

export type Country = {
  code: string;
  name: string;
  /** Share of our customers, in percent. */
  share: number;
  currency: Currency;
  carrier: Carrier;
  /** Working days of standard delivery, as the help article on delivery times says. */
  deliveryDays: readonly [fastest: number, slowest: number];
  shippingCents: number;
  freeShippingFromCents: number;
  /** How a street and a house number are written. */
  numberFirst: boolean;
  /** City and the pattern of its postal code. */
  cities: readonly (readonly [city: string, postalPattern: string])[];
  streets: readonly string[];
  firstNames: readonly string[];
  lastNames: readonly string[];
};

const EU = { currency: "EUR", shippingCents: 490, freeShippingFromCents: 6_000 } as const;
const ABROAD = { currency: "EUR", shippingCents: 990, freeShippingFromCents: 15_000 } as const;
const list = (words: string): string[] => words.split(", ");

/** The countries most of our customers live in. */
export const countries: readonly Country[] = [
  {
    ...EU, code: "SE", name: "Sweden", share: 18, carrier: "PostNord", deliveryDays: [1, 3], numberFirst: false,
    cities: [["Göteborg", "41# ##"], ["Stockholm", "11# ##"], ["Malmö", "21# ##"], ["Uppsala", "75# ##"], ["Umeå", "90# ##"]],
    streets: list("Storgatan, Kungsgatan, Skolgatan, Björkvägen, Ringvägen, Strandvägen"),
    firstNames: list("Astrid, Elsa, Maja, Linnéa, Karin, Sara, Erik, Lars, Oskar, Gustav, Johan, Nils"),
    lastNames: list("Andersson, Johansson, Karlsson, Lindqvist, Bergström, Nyström, Åkesson, Holm, Sjöberg, Lundgren"),
  },
  {
    ...EU, code: "DE", name: "Germany", share: 18, carrier: "DHL", deliveryDays: [2, 4], numberFirst: false,
    cities: [["Berlin", "10###"], ["Hamburg", "20###"], ["München", "80###"], ["Köln", "50###"], ["Leipzig", "04###"]],
    streets: list("Hauptstraße, Gartenweg, Lindenstraße, Bergstraße, Schulstraße, Am Markt"),
    firstNames: list("Anna, Lena, Katharina, Sophie, Miriam, Julia, Lukas, Felix, Maximilian, Tobias, Stefan, Jan"),
    lastNames: list("Müller, Schmidt, Schneider, Fischer, Becker, Hoffmann, Krüger, Vogel, Groß, Zimmermann"),
  },
  {
    ...EU, code: "NL", name: "Netherlands", share: 9, carrier: "DHL", deliveryDays: [2, 4], numberFirst: false,
    cities: [["Amsterdam", "10## ??"], ["Utrecht", "35## ??"], ["Rotterdam", "30## ??"], ["Groningen", "97## ??"]],
    streets: list("Kerkstraat, Dorpsstraat, Molenweg, Prinsengracht, Stationsweg"),
    firstNames: list("Sanne, Eva, Lotte, Femke, Anouk, Daan, Bram, Sem, Thijs, Ruben"),
    lastNames: list("de Jong, Jansen, de Vries, van den Berg, Bakker, Visser, Smit, Mulder, Bos, Dekker"),
  },
  {
    ...EU, code: "DK", name: "Denmark", share: 7, carrier: "PostNord", deliveryDays: [1, 3], numberFirst: false,
    cities: [["København", "21##"], ["Aarhus", "80##"], ["Odense", "50##"], ["Aalborg", "90##"]],
    streets: list("Nørregade, Vestergade, Søndergade, Skovvej, Havnegade"),
    firstNames: list("Freja, Ida, Sofie, Clara, Mathilde, Mikkel, Rasmus, Søren, Frederik, Anders"),
    lastNames: list("Nielsen, Jensen, Hansen, Pedersen, Sørensen, Kjær, Mortensen, Østergaard, Thomsen, Bang"),
  },
  {
    ...EU, code: "FI", name: "Finland", share: 6, carrier: "PostNord", deliveryDays: [2, 4], numberFirst: false,
    cities: [["Helsinki", "001##"], ["Tampere", "331##"], ["Turku", "201##"], ["Oulu", "901##"]],
    streets: list("Mannerheimintie, Kauppakatu, Koulukatu, Rantatie, Puistokatu"),
    firstNames: list("Aino, Emmi, Helmi, Noora, Sanna, Mikko, Antti, Juho, Eero, Ville"),
    lastNames: list("Korhonen, Virtanen, Mäkinen, Nieminen, Hämäläinen, Laine, Heikkinen, Koskinen, Järvinen, Salo"),
  },
  {
    ...EU, code: "FR", name: "France", share: 8, carrier: "GLS", deliveryDays: [3, 5], numberFirst: true,
    cities: [["Paris", "750##"], ["Lyon", "690##"], ["Grenoble", "38000"], ["Nantes", "44000"], ["Annecy", "74000"]],
    streets: list("rue de la République, avenue Victor Hugo, rue des Écoles, chemin du Lac, rue du Moulin"),
    firstNames: list("Camille, Chloé, Manon, Élodie, Claire, Hugo, Louis, Mathieu, Théo, Antoine"),
    lastNames: list("Martin, Bernard, Dubois, Moreau, Lefèvre, Girard, Fontaine, Chevalier, Mercier, Perrin"),
  },
  {
    ...EU, code: "AT", name: "Austria", share: 4, carrier: "DHL", deliveryDays: [3, 5], numberFirst: false,
    cities: [["Wien", "10##"], ["Innsbruck", "6020"], ["Salzburg", "5020"], ["Graz", "8010"]],
    streets: list("Mariahilfer Straße, Bergweg, Kirchengasse, Seestraße, Talstraße"),
    firstNames: list("Hannah, Magdalena, Theresa, Verena, Jakob, David, Florian, Matthias"),
    lastNames: list("Gruber, Huber, Wagner, Steiner, Moser, Pichler, Hofer, Leitner"),
  },
  {
    ...EU, code: "ES", name: "Spain", share: 4, carrier: "GLS", deliveryDays: [4, 6], numberFirst: false,
    cities: [["Madrid", "280##"], ["Barcelona", "080##"], ["Bilbao", "480##"], ["Granada", "180##"]],
    streets: list("Calle Mayor, Calle Real, Avenida de la Constitución, Calle del Carmen, Paseo del Prado"),
    firstNames: list("Lucía, Carmen, Marta, Elena, Pablo, Álvaro, Diego, Javier"),
    lastNames: list("García, Fernández, Martínez, López, Sánchez, Romero, Navarro, Ibáñez"),
  },
  {
    ...EU, code: "IT", name: "Italy", share: 4, carrier: "GLS", deliveryDays: [4, 6], numberFirst: false,
    cities: [["Milano", "201##"], ["Torino", "101##"], ["Bolzano", "39100"], ["Bologna", "401##"]],
    streets: list("Via Roma, Via Garibaldi, Corso Italia, Via Dante, Via Verdi"),
    firstNames: list("Giulia, Chiara, Francesca, Martina, Marco, Luca, Matteo, Davide"),
    lastNames: list("Rossi, Bianchi, Ferrari, Esposito, Colombo, Ricci, Marino, Conti"),
  },
  {
    ...EU, code: "IE", name: "Ireland", share: 3, carrier: "GLS", deliveryDays: [4, 6], numberFirst: true,
    cities: [["Dublin", "D0# ??##"], ["Cork", "T12 ??##"], ["Galway", "H91 ??##"]],
    streets: list("Main Street, Church Road, Sea View, Abbey Street, Mill Lane"),
    firstNames: list("Aoife, Niamh, Saoirse, Ciara, Conor, Cian, Patrick, Eoin"),
    lastNames: list("Murphy, Kelly, O'Sullivan, Walsh, Byrne, Ryan, O'Brien, Doyle"),
  },
  {
    code: "GB", name: "United Kingdom", share: 9, currency: "GBP", carrier: "Royal Mail", deliveryDays: [2, 4], shippingCents: 450,
    freeShippingFromCents: 5_000, numberFirst: true,
    cities: [["Leeds", "LS6 #??"], ["London", "N1# #??"], ["Bristol", "BS8 #??"], ["Edinburgh", "EH1# #??"], ["Sheffield", "S1# #??"]],
    streets: list("High Street, Station Road, Victoria Road, Mill Lane, Park Avenue, Queen Street"),
    firstNames: list("Olivia, Amelia, Isla, Grace, Priya, Harry, George, Oliver, Callum, Imran"),
    lastNames: list("Smith, Jones, Taylor, Patel, Hughes, Campbell, Wright, Ahmed, Turner, Fraser"),
  },
  {
    code: "US", name: "United States", share: 6, currency: "USD", carrier: "UPS", deliveryDays: [3, 6], shippingCents: 690,
    freeShippingFromCents: 7_500, numberFirst: true,
    cities: [["Columbus, OH", "432##"], ["Denver, CO", "802##"], ["Portland, OR", "972##"], ["Burlington, VT", "0540#"], ["Seattle, WA", "981##"]],
    streets: list("Oak Street, Maple Avenue, Cedar Lane, Lakeview Drive, Washington Street"),
    firstNames: list("Madison, Abigail, Mia, Zoe, Tyler, Ethan, Mason, Logan, Carlos, Aaliyah"),
    lastNames: list("Miller, Davis, Rodriguez, Anderson, Nguyen, Thompson, Clark, Rivera, Johnson, Parker"),
  },
  {
    ...ABROAD, code: "NO", name: "Norway", share: 3, carrier: "PostNord", deliveryDays: [3, 5], numberFirst: false,
    cities: [["Oslo", "05##"], ["Bergen", "50##"], ["Trondheim", "70##"], ["Tromsø", "90##"]],
    streets: list("Storgata, Kirkeveien, Fjordveien, Skolegata, Strandgata"),
    firstNames: list("Ingrid, Silje, Marte, Kari, Magnus, Henrik, Sindre, Håkon"),
    lastNames: list("Olsen, Larsen, Haugen, Bakke, Solberg, Strand, Dahl, Moen"),
  },
  {
    ...ABROAD, code: "CH", name: "Switzerland", share: 1, carrier: "DHL", deliveryDays: [4, 6], numberFirst: false,
    cities: [["Zürich", "80##"], ["Bern", "30##"], ["Luzern", "600#"], ["Basel", "40##"]],
    streets: list("Bahnhofstrasse, Seestrasse, Dorfstrasse, Bergstrasse, Kirchweg"),
    firstNames: list("Nina, Selina, Corinne, Reto, Urs, Beat, Andrin, Fabienne"),
    lastNames: list("Meier, Keller, Frei, Brunner, Baumann, Gerber, Zürcher, Graf"),
  },
];

export type Address = { street: string; postalCode: string; city: string; country: string };

export function countryOf(code: string): Country {
  const country = countries.find((candidate) => candidate.code === code);
  if (country === undefined) throw new RangeError(`no country ${code}`);
  return country;
}

export function drawAddress(random: Random, country: Country): Address {
  const [city, postalPattern] = random.pick(country.cities);
  const [street, number] = [random.pick(country.streets), random.between(1, country.code === "US" ? 2_400 : 148)];
  return {
    street: country.numberFirst ? `${number} ${street}` : `${street} ${number}`,
    postalCode: random.fill(postalPattern),
    city,
    country: country.code,
  };
}

/** One line, in the order of the country: `Storgatan 12, 411 38 Göteborg, Sweden`. */
export function writeAddress(address: Address): string {
  const isCodeLast = ["GB", "US", "IE"].includes(address.country);
  const place = isCodeLast ? `${address.city} ${address.postalCode}` : `${address.postalCode} ${address.city}`;
  return `${address.street}, ${place}, ${countryOf(address.country).name}`;
}

const FOLDED: Record<string, string> = { ß: "ss", ø: "o", æ: "ae", å: "a", ł: "l" };

/** A mail address made of the name; `example.com` and its sisters belong to nobody (RFC 2606). */
export function writeEmail(name: string, domain: string, number: number | null): string {
  const local = name
    .toLowerCase()
    .replace(/[ßøæåł]/g, (letter) => FOLDED[letter] ?? letter)
    .normalize("NFD")
    .replace(/[^a-z ]/g, "")
    .trim()
    .replace(/ +/g, ".");
  return `${local}${number ?? ""}@${domain}`;
}
