import { type Checked, checked } from "../problem.ts";
import { discoverKeys } from "./discovery.ts";

/** Issuers whose keys are looked for at their own addresses. What was found last is kept, whatever becomes of the issuer. */
export interface Issuers {
  /** Where an issuer's keys are. The first question asks the issuer; it is asked again by and by, until `close`. Fails with MissingValue. */
  keysUrl(issuer: string): Promise<Checked<string>>;
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
}

/** Keys move seldom; where they are is asked so often (milliseconds). */
const usualMs = 600_000;
/** How soon an issuer that said nothing is asked again, at first and at most (milliseconds). */
const firstRetryMs = 2_000;
const lastRetryMs = 60_000;

export function followIssuers({
  changed = () => {},
  isUsed = () => true,
  discover = discoverKeys,
  everyMs = usualMs,
  retryMs = firstRetryMs,
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

  return {
    keysUrl(issuer) {
      const answer = known.get(issuer) ?? ask(issuer, 0);
      known.set(issuer, answer);
      return answer;
    },
    version: (issuer) => found.get(issuer) ?? "",
    close() {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
