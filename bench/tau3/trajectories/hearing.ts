/**
 * What a server knows from the conversation when a call is about to be made; set anew before each call of a recording.
 *
 * `isConfirmed`: the customer's last message agrees to what was put before them. `said`: all that both sides have said, in lower case.
 */
export type Hearing = { isConfirmed: boolean; said: string };

export const NOTHING_HEARD: Hearing = { isConfirmed: false, said: "" };

const WORDS = { gift_card: /gift card|\bgc\b/, credit_card: /credit card|\bcard (?:ending|on file)|\bmy (?:\d{4} )?card|visa|mastercard/, certificate: /certificate/ } as const;

/** Whether a way to pay has come up at all: its kind, its last digits or its id. Replay: pure. */
export function namesPayment({ said }: Hearing, method: { id: string; source: keyof typeof WORDS; lastFour: string | null }): boolean {
  return said.includes(method.id) || WORDS[method.source].test(said) || (method.lastFour !== null && said.includes(method.lastFour));
}
