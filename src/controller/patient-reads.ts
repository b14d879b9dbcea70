import { inTime } from "../apply/in-time.ts";
import { type ImageReference, showReference } from "../image/reference.ts";
import { type Checked, error, failed, type Problem, wholeFile } from "../problem.ts";

/** Reads something of an image out of its registry. */
export type ReadImage<T> = (reference: ImageReference) => Promise<Checked<T>>;

/** How long the work on an API waits for an image to be read (milliseconds). */
export interface ReadPatience {
  /** For a registry whose last answer came in time, and for one of the others at a time. */
  readonly longMs: number;
  /** For another one beside that, while none is known to be silent. */
  readonly shortMs: number;
  /** So long after one was silent. */
  readonly silenceMs: number;
}

const usual: ReadPatience = { longMs: 15_000, shortMs: 2_000, silenceMs: 60_000 };

/**
 * Whoever may write an API names the registry: those that do not answer are not to hold up the others, however many they are. While one is silent, a single API at a time waits for
 * registries that did not answer last time. The others are told at once that theirs does not; what is read then goes on beside, and says whether the next one may wait again.
 */
export function patientReads<T>(read: ReadImage<T>, { longMs, shortMs, silenceMs }: ReadPatience = usual): ReadImage<T> {
  /** Registries whose last answer came in time. */
  const heard = new Set<string>();
  /** Images that are read though nobody waits for them any more, and their registries. They are not asked for once more meanwhile. */
  const beside = new Map<string, string>();
  let isTrying = false;
  let lastSilence = Number.NEGATIVE_INFINITY;

  const silent = (registry: string): void => {
    heard.delete(registry);
    lastSilence = performance.now();
  };

  const begin: ReadImage<T> = async (reference) => {
    const began = performance.now();
    const says = await read(reference);
    if (isUnreachable(says.problems)) silent(reference.registry);
    else if (performance.now() - began < longMs) heard.add(reference.registry);
    return says;
  };

  const leave = (reference: ImageReference, answer: Promise<unknown>): Checked<never> => {
    const image = showReference(reference);
    beside.set(image, reference.registry);
    const ended = (): void => void beside.delete(image);
    void answer.then(ended, ended);
    return failed(tooSlow(image));
  };

  const within = (reference: ImageReference, patienceMs: number): Promise<Checked<T>> => {
    const answer = begin(reference);
    return inTime(answer, patienceMs, () => {
      silent(reference.registry);
      return leave(reference, answer);
    });
  };

  const tried: ReadImage<T> = async (reference) => {
    isTrying = true;
    try {
      return await within(reference, longMs);
    } finally {
      isTrying = false;
    }
  };

  return async (reference) => {
    const { registry } = reference;
    if (beside.has(showReference(reference))) return failed(tooSlow(showReference(reference)));
    if (heard.has(registry)) return within(reference, longMs);
    if (!isTrying) return tried(reference);
    if (performance.now() - lastSilence >= silenceMs) return within(reference, shortMs);
    // One read tells whether a registry answers: as many as there are APIs would all come at once when it does.
    return [...beside.values()].includes(registry) ? failed(tooSlow(showReference(reference))) : leave(reference, begin(reference));
  };
}

const isUnreachable = (problems: readonly Problem[]): boolean => problems.some(({ reason }) => reason === "RegistryUnreachable");

const tooSlow = (image: string): Problem =>
  error("RegistryUnreachable", wholeFile(image), "The registry did not hand out the image in time. It is asked again.");
