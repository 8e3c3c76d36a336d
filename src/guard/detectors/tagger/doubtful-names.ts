import { PLAIN_WORDS } from "../plain-words.ts";

/** First names that are also words, places or brands: one of them alone is no name, with another capital word behind it it is. Folded. */
export const DOUBTFUL_NAMES: ReadonlySet<string> = new Set([
  ...PLAIN_WORDS,
  ..."amber holly ivy daisy florence austin victoria charlotte georgia jordan china india paris savannah aurora coral pearl ruby crystal ginger olive sage iris violet lily jasmine heather hazel melody dale glen cliff dean earl duke major sandy rusty rocky buddy chip dick bob gene ray dot carol angel mercedes isla dora jade sierra dakota virginia carolina brooklyn chelsea cameron logan rowan sterling clay reed heath ford penny nick jack jay don ken rob guy max matt pat art gray al ed eve ida may june mercy chance miles ash ade".split(" "),
]);
