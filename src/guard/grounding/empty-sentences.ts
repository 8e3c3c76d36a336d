import { readWords } from "./words.ts";

/** What is taken out of a sentence before it is asked whether anything is left that claims something. */
const PLEASANTRIES =
  /(?<!\p{L})(?:hello|hi|hey|dear|good (?:morning|afternoon|evening|day)|greetings|welcome(?: back)?|thank(?:s| you)(?: (?:so|very) much| a lot| again)?(?: for (?:(?:reaching|writing|getting) (?:out|in touch|to us|back)|contacting (?:us|me)|your (?:patience|message|question|understanding|feedback|enquiry|inquiry|reply|time)|asking|waiting|letting (?:me|us) know|the (?:details|information)))?|you(?:'re| are) (?:very |most )?welcome|(?:i(?:'m| am)|we(?:'re| are)) (?:(?:so|very|really|truly) )?(?:sorry|happy|glad|here) (?:to (?:help|hear(?: (?:that|this|about (?:this|that|it)))?|assist)|for (?:the|any|this) (?:inconvenience|trouble|delay|confusion|mix-up|wait))?|(?:my|our|sincere) apologies(?: for (?:the|any|this) (?:inconvenience|trouble|delay|confusion|wait))?|i (?:do |sincerely )?apologi[sz]e(?: for (?:the|any|this) (?:inconvenience|trouble|delay|confusion|wait))?|(?:i|we) (?:completely |totally |fully )?understand(?: (?:your|the|how) (?:frustration|concern|question|worry|frustrating|upsetting)[\p{L} ]{0,24})?|(?:i )?hope (?:this|that) helps|(?:please )?(?:let me know|feel free to (?:ask|reach out|contact (?:me|us))|don't hesitate to (?:ask|contact (?:me|us)|reach out))(?: if (?:you (?:have|need) [\p{L} ]{0,40}|there(?:'s| is) [\p{L} ]{0,40}))?|(?:is there )?anything else(?: (?:i|we) can (?:do|help)(?: for)?(?: you)?(?: with)?)?(?: today)?|have a (?:great|nice|good|lovely|wonderful) (?:day|evening|weekend|one)|(?:kind|best|warm) regards|sincerely|cheers|take care|no problem|great question|good question|of course|certainly|sure(?: thing)?|absolutely|got it|understood|hallo|guten (?:tag|morgen|abend)|vielen dank|danke(?: schön)?|gern(?:e)?(?: geschehen)?|es tut mir leid|mit freundlichen grüßen|viele grüße|bonjour|merci(?: beaucoup)?|je vous en prie|cordialement|bien à vous|désolé(?:e)?|hola|gracias|de nada|lo siento|un saludo|saludos|ciao|buongiorno|grazie|prego|mi dispiace|cordiali saluti|beste|bedankt|dank u(?: wel)?|met vriendelijke groet)(?!\p{L})/giu;

/** Sentences about the conversation itself: what the writer does not know, asks or does next. */
const ABOUT_OURSELVES = [
  /(?:^|[,;] )(?:(?:unfortunately|sorry),? )?(?:but )?(?:i|we) (?:could(?: not|n't)|can(?:not|'t)|was(?: not|n't) able to|were(?: not|n't) able to|am (?:not able|unable) to|are (?:not able|unable) to|did(?: not|n't)|do(?: not|n't)) (?:find|see|have|know|answer|say|tell|locate|confirm)(?![\p{L}])/iu,
  /(?:i|we)(?:'ll| will| am going to| can)? (?:hand|pass|transfer|forward|connect|refer|escalate|put)(?:ing|ed)? (?:this|you|it|your (?:case|request|question))[\p{L} ]{0,30} (?:to|with|through)(?![\p{L}])/iu,
  /(?:a|one of our|my|our) (?:human |support )?(?:colleagues?|agents?|team|person|specialist) will (?:be with you|take over|get back|reply|contact|help|look)/iu,
  /(?:^|[,;] )(?:i|we) (?:can|will|would be|am|are) ?(?:gladly |happy to |glad to )?(?:help|assist) (?:you )?/iu,
  /(?:i|we)(?:'ll| will) (?:look into|check|find out|ask|get back)/iu,
  /(?:could|can|would) you (?:please )?(?:tell|give|send|share|confirm|provide|let)|please (?:tell|give|send|share|confirm|provide) (?:me|us)|(?:i|we) need (?:your|to know|a few|some|more)/iu,
  /(?:nicht finden|keine (?:information|auskunft|antwort)|leite (?:sie|dich|das) [\p{L} ]{0,20}weiter|kolleg(?:e|in) meldet|pas trouvé|ne (?:trouve|sais) pas|je vous (?:transfère|mets en relation)|no (?:he encontrado|encuentro|tengo información)|le paso con|non ho trovato|niet gevonden)/iu,
];

/** How many content words such a sentence may have beside; more, and it is judged like any other. */
const MOST_WORDS_ABOUT_OURSELVES = 9;

export type Emptiness = "greeting" | "question" | "introduction" | "about the conversation" | null;

/** "These are the steps:" says nothing yet. */
const MOST_WORDS_OF_INTRODUCTION = 3;

/** Why a sentence claims nothing, or null when it may. Numbers and other exact things in it are looked at apart from this. */
export function readEmptiness(sentence: string): Emptiness {
  const plain = sentence.replaceAll("’", "'").replace(/\[\d{1,3}\]/g, "").replace(/\[[A-Z_]+_\d+\]/g, " ").trim();
  if (/[?？]["'”)*]*$/.test(plain) || /^(?:would|do|could|can|will|shall|may) (?:you|i|we) /i.test(plain)) return "question";
  const rest = plain.replace(PLEASANTRIES, " ");
  const left = readWords(rest).stems.size;
  if (left === 0) return "greeting";
  if (/:["'”)*]*$/.test(plain) && left <= MOST_WORDS_OF_INTRODUCTION) return "introduction";
  if (rest !== plain && left <= 1 && plain.length < 40) return "greeting";
  const isAboutOurselves = ABOUT_OURSELVES.some((pattern) => pattern.test(plain));
  return isAboutOurselves && left <= MOST_WORDS_ABOUT_OURSELVES ? "about the conversation" : null;
}
