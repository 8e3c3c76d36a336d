/** What tells a language apart: frequent short words, letters few others use, and endings or clusters inside words. */
export type LanguageProfile = { language: string; words: string; letters: string; clusters: string };

/** Languages in Latin script. Words stand without accents folded, as people write them. */
export const LATIN_PROFILES: readonly LanguageProfile[] = [
  {
    language: "en",
    words:
      "the of and to is you that it he was for on are as with his they at be this have from or had by but not what all were we when your can said there use an each which she do how their if will up about out many then them these so some her would make like him into has look two more go see no way could my than been who its now did get may i i'm i've don't can't didn't isn't please thanks thank hello order refund return delivery where why want need help still yet received arrived cancel does am me our hi hey give tell time say speak any after before again never always charged money card account package parcel address wrong broken change status tracking shipped arrive late ok yes idk perhaps couldn't won't wasn't what's where's name few good wanna create new set show find play today tomorrow",
    letters: "",
    clusters: "tion ing wh ould ght ough the ee oo ck",
  },
  {
    language: "de",
    words:
      "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man ich du wir ihr mein meine meinen bitte danke hallo bestellung rechnung lieferung wo warum kann habe wurde wann möchte immer kein keine schon ihnen ihre mir mich wieder bin paket geld zurück guten tag morgen abend moin grüße hilfe brauche ware umtauschen rückgabe erstattung versand adresse rechnungen gekauft bestellt bekommen angekommen kaputt defekt falsch passt nie heute gestern jetzt sehr gerne dank vielen ja nein bestellnummer kunde konto passwort doppelt abgebucht will soll muss",
    letters: "ßäöü",
    clusters: "sch ich ung ein cht lich keit eit tz pf ich",
  },
  {
    language: "fr",
    words:
      "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son elle je vous nous mon ma mes votre vos notre cette être fait mais comme si tout aux ses leur été bien merci bonjour commande remboursement livraison où quand pourquoi comment j'ai c'est n'ai n'est l'ai d'un d'une qu'il suis ai puis peux veux toujours reçu colis encore svp moi très depuis salut bonsoir deux fois débité on d'accord non oui aujourd'hui hier demain jamais arrivé reçue retour échanger adresse compte facture argent cassé carte acheté livré livrée envoyé bientôt monsieur madame voudrais besoin aide même après avant",
    letters: "çèêàùœëîûâ",
    clusters: "eau eux ait ment ois ous que oi tion emb ez ille",
  },
  {
    language: "es",
    words:
      "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte hola gracias pedido reembolso entrega dónde cuándo cómo quiero puedo necesito tengo estoy llegado paquete todavía ustedes usted favor buenos días buenas tardes noches día veces cobraron cobrado ayer hoy mañana nunca llegó cambiar devolver devolución dirección cuenta factura dinero roto tarjeta comprado enviado talla ayuda donde estan mis compra sí",
    letters: "ñ¿¡áíóú",
    clusters: "ción ado ido ll rr mente dad ñ ue ie que",
  },
  {
    language: "it",
    words:
      "di e il la che in un a per è una sono non del con si da i le della al mi ha ma lo come più alla dei nel se o anche io ho mio mia gli ci questo questa cosa quando perché dove quanto essere stato sul dal molto bene tutto ancora voi vostro grazie ciao buongiorno ordine rimborso consegna vorrei posso ricevuto pacco arrivato c'è l'ordine dell nella degli delle chi fatto sia però due volte addebitato avete abbiamo sera ieri oggi domani mai arrivata cambiare restituire reso indirizzo conto fattura soldi rotto carta comprato spedito taglia aiuto troppo piccola piccolo grande sì subito buonasera salve prego",
    letters: "àèìòù",
    clusters: "zione gli chi che ll tt zz cc issimo ato ito ggi",
  },
  {
    language: "nl",
    words:
      "de het een en van ik te dat die in is hij niet zijn op aan met als voor had er maar om hem dan zou of wat mijn men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze u want nog zal me zij nu ge geen omdat iets worden toch al waren veel meer doen toen moet ben zonder kan hun dus alles onder ja hallo bedankt bestelling levering waar waarom wanneer graag alstublieft pakket terug wil ontvangen jullie goedemorgen goedemiddag goedenavond dag twee keer afgeschreven gisteren vandaag morgen nooit aangekomen ruilen retour retourneren adres rekening factuur geld kapot kaart gekocht verzonden maat hulp klein groot dank nee hoeveel",
    letters: "",
    clusters: "ij aa ee oo uu cht sch aar oor ijk heid eu ie",
  },
  {
    language: "pt",
    words:
      "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu minha olá obrigado obrigada pedido reembolso entrega onde quero preciso chegou encomenda ainda vocês posso recebi favor bom dia duas vezes cobrado fui boa tarde noite ontem hoje amanhã nunca trocar devolver devolução endereço morada conta fatura dinheiro partido quebrado cartão comprei enviado tamanho ajuda sim pequeno grande sou estava meus",
    letters: "ãõçáéíóúâêô",
    clusters: "ção ões ão nh lh eir mente dade inh ou em",
  },
  {
    language: "sv",
    words:
      "och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan man när år säger hon under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra mycket än här då över bara in blir upp även vad två ha sitt inom mitt min mina hej tack beställning leverans varför vill behöver mig ni er paket ännu fått kommit returnera gånger dragit pengar pengarna paketet kom aldrig fram igår idag imorgon byta retur adress konto faktura trasig kort köpt köpte skickat storlek hjälp liten stor ja nej god morgon hejsan jackan leverera skickad",
    letters: "åäö",
    clusters: "sk tt nn ade ning ör är ll ckt lig",
  },
  {
    language: "da",
    words:
      "og i at det er en til af den på for ikke der var med de han har som jeg vi et om så kan hun men vil fra ham hvad sig nu da være bliver blev eller her mig dig skal hvor også hvis når efter mere noget bare ud op over under kunne skulle mit min mine hej tak bestilling levering hvorfor gerne endnu fået kommet pakke jer hvornår penge tilbage nogen meget ordre ved to gange trukket beløbet pengene pakken aldrig frem går dag morgen bytte retur returnere adresse konto faktura stykker kort købt sendt størrelse hjælp lille stor ja nej god goddag jakken hvilken blevet sidste måned købte gået uge bestilte varen fejl forkert modtaget jeres allerede hjem sæt derfor",
    letters: "æøå",
    clusters: "ede øj hv ø æ gt ld rd nd lig else tion uge",
  },
  {
    language: "no",
    words:
      "og i det er på til som en å for av at har med de ikke den han om et fra men vi var jeg seg sin så kan ble skal vil etter når også ved hun ut hadde nå være da noe bli dette eller over opp mot bare må alle mer der hva min mitt mine hei takk bestilling levering hvorfor gjerne ennå fått kommet pakke dere hvor noen hvordan penger tilbake meg deg mye bestillingen gått ordre to ganger trukket beløpet pengene pakken kom aldri frem går dag morgen bytte retur returnere adresse konto faktura ødelagt kort kjøpt sendt størrelse hjelp liten stor ja nei blir god hallo jakken hvilken kunne blitt forrige måned kjøpte løsnet uke bestilte varen feil mottatt deres allerede hjem derfor",
    letters: "æøå",
    clusters: "ett kk øy ei hv skj ø å ning sjon tt nn",
  },
  {
    language: "pl",
    words:
      "i w na z do się nie to że jest o a jak za od po co ale tak dla czy by przez być tym tego jego ich tylko już jej oraz może mam mnie mój moja moje ja ty on ona my wy są był była było przed przy bardzo kiedy gdzie dlaczego proszę dziękuję dzień dobry zamówienie zwrot dostawa chcę potrzebuję paczka jeszcze państwo pan pani mi otrzymałem otrzymałam nadal zamówienia jestem te ten ta tej dwa razy pobrano opłatę wczoraj dziś jutro nigdy dotarła dotarło wymienić zwrócić adres konto faktura pieniądze pieniędzy uszkodzony karta kupiłem wysłane rozmiar pomoc mała mały duża witam cześć przesyłka",
    letters: "ąćęłńóśźż",
    clusters: "cz sz rz dz prz nie owa ych ego szcz ści",
  },
];

/** Scripts that tell the language, or most likely tell it, by themselves. Order matters: kana before Han. */
export const SCRIPTS: readonly { language: string; letters: RegExp }[] = [
  { language: "ja", letters: /[\u3040-\u30ff]/gu },
  { language: "ko", letters: /[\uac00-\ud7af\u1100-\u11ff]/gu },
  { language: "zh", letters: /\p{Script=Han}/gu },
  { language: "uk", letters: /[іїєґ]/gu },
  { language: "ru", letters: /\p{Script=Cyrillic}/gu },
  { language: "el", letters: /\p{Script=Greek}/gu },
  { language: "he", letters: /\p{Script=Hebrew}/gu },
  { language: "fa", letters: /[پچژگ]/gu },
  { language: "ar", letters: /\p{Script=Arabic}/gu },
  { language: "hi", letters: /\p{Script=Devanagari}/gu },
  { language: "th", letters: /\p{Script=Thai}/gu },
];
