/** First and family names that are also plain words: alone they count only when written as a name, inside a sentence. Folded. */
export const PLAIN_WORDS: ReadonlySet<string> = new Set(
  "will mark may grant rose bill hope joy grace faith art jack frank drew chase max summer autumn dawn june april august march rich rob sue pat guy miles page price cook baker young long short white black brown green gray king love day wood stone field hill rivers banks best good case cash close hall moon north west lane park power street sharp strong small swift wise klein groß gross lang kurz jung weiß weiss schwarz braun roth koch bauer fuchs wolf vogel stein berg bach sommer winter herbst frank ernst blanc noir petit grand leon luz paz sol rey reyes costa ring post said sweet star storm so an in my he".split(
    " ",
  ),
);
