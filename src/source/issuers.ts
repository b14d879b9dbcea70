import { type Checked, checked } from "../problem.ts";
import { discoverKeys, undiscovered } from "./discovery.ts";
import { type InTurn, turnsFor } from "./turns.ts";

/** Issuers whose keys are looked for at their own addresses. What was found last is kept, whatever becomes of the issuer. */
export interface Issuers {
  /**
   * Where the keys of each issuer are. The first question asks them, all at once, and is answered in time though they are silent: who asks again waits for none of these any more. They are
   * asked again by and by, until `close`. Each fails with MissingValue.
   */
  keysUrls(issuers: readonly string[]): Promise<ReadonlyMap<string, Checked<string>>>;
  /** What is known of an issuer: another text where that is something else. */
  version(issuer: string): string;
  close(): void;
}

/** How the issuers are followed. */
interface Following {
  /** Called with an issuer whose keys are elsewhere now, or are found at last. */
  readonly changed?: (issuer: string) => void;
  /** Whether somebody still wants to know: others are forgotten. */
  readonly isUsed?: (issuer: string) => boolean;
  readonly discover?: (issuer: string) => Promise<Checked<string>>;
  /** Milliseconds. */
  readonly everyMs?: number;
  readonly retryMs?: number;
  /** How long somebody waits for all issuers that he wants to know of. */
  readonly patienceMs?: number;
}

/** Keys move seldom; where they are is asked so often (milliseconds). */
const usualMs = 600_000;
/** How soon an issuer that said nothing is asked again, at first and at most (milliseconds). */
const firstRetryMs = 2_000;
const lastRetryMs = 60_000;

/** Longer than two questions to one issuer take: who names issuers that are silent is not to hold up the others (milliseconds). */
const usualPatienceMs = 12_000;

/** How many of the issuers that somebody wants to know of are asked at a time. Those of another one have turns of their own, for most of these may be silent. */
const atOnce = 64;

export function followIssuers({
  changed = () => {},
  isUsed = () => true,
  discover = discoverKeys,
  everyMs = usualMs,
  retryMs = firstRetryMs,
  patienceMs = usualPatienceMs,
}: Following = {}): Issuers {
  const known = new Map<string, Promise<Checked<string>>>();
  const found = new Map<string, string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let closed = false;

  const later = (issuer: string, delayMs: number, failures: number): void => {
    if (closed) return;
    const timer = setTimeout(() => void again(issuer, failures), delayMs);
    timer.unref();
    timers.set(issuer, timer);
  };

  const ask = async (issuer: string, failures: number): Promise<Checked<string>> => {
    const asked = await discover(issuer);
    const before = found.get(issuer);
    if (asked.ok) found.set(issuer, asked.value);
    later(issuer, asked.ok ? everyMs : Math.min(lastRetryMs, retryMs * 2 ** failures), asked.ok ? 0 : failures + 1);
    return !asked.ok && before !== undefined ? checked(before, []) : asked;
  };

  const again = async (issuer: string, failures: number): Promise<void> => {
    const before = found.get(issuer);
    if (!isUsed(issuer)) {
      known.delete(issuer);
      found.delete(issuer);
      timers.delete(issuer);
      return;
    }
    const answer = await ask(issuer, failures);
    if (closed) return;
    known.set(issuer, Promise.resolve(answer));
    if (found.get(issuer) !== before) changed(issuer);
  };

  /** What one says that is asked in its turn. An answer that nobody waits for any more is news. */
  const first = (issuer: string, inTurn: InTurn): Promise<Checked<string>> =>
    new Promise((resolve) => {
      let isLate = false;
      const late = setTimeout(() => {
        isLate = true;
        resolve(silent(issuer));
      }, patienceMs);
      void inTurn(async () => (closed ? silent(issuer) : ask(issuer, 0))).then((answer) => {
        clearTimeout(late);
        resolve(answer);
        if (!isLate) return;
        known.set(issuer, Promise.resolve(answer));
        if (answer.ok && !closed) changed(issuer);
      });
    });

  return {
    async keysUrls(issuers) {
      const inTurn = turnsFor(atOnce);
      const answers = issuers.map(async (issuer) => {
        const answer = known.get(issuer) ?? first(issuer, inTurn);
        known.set(issuer, answer);
        return [issuer, await answer] as const;
      });
      return new Map(await Promise.all(answers));
    },
    version: (issuer) => found.get(issuer) ?? "",
    close() {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

const silent = (issuer: string): Checked<never> => undiscovered(issuer, "it does not answer in time");
