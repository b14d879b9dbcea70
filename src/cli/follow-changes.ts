import type { Checked } from "../problem.ts";
import { mockSources } from "../resolve/mock-source.ts";
import { watchPaths } from "../source/watch.ts";
import { compileGateway, type PreparedGateway } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";
import type { RunningGateway } from "./start-gateway.ts";
import { reportUnexpected } from "./unexpected.ts";

/** What is followed, and how. */
export interface Followed {
  /** What the gateway serves now. */
  readonly served: PreparedGateway;
  /** Reads everything anew. `before` is what serves so far. */
  readonly prepare: (before: PreparedGateway) => Promise<Checked<PreparedGateway>>;
  /** The files and folders that were read, or would have been, so far. */
  readonly noticed: ReadonlySet<string>;
  readonly say: (line: string) => void;
}

/** Changes that are followed. */
interface Following {
  /** Says that something else than a file is another now. */
  changed(): void;
  close(): void;
}

const operationsOf = (apis: PreparedGateway["apis"]): number => apis.reduce((sum, { model }) => sum + model.operations.length, 0);

const notTaken = "The change was not taken: the state before serves on.";
const documentsNotTaken = "What is wrong was not taken: what was there before serves on in its place. What else was changed is in effect.";

/**
 * Takes every change from now on, one after the other, once the gateway is there; a wrong one is said, and the state before serves on. Changes that come
 * while one is taken are taken together, after it.
 */
export function followChanges(starting: Promise<Checked<RunningGateway>>, { served, prepare, noticed, say }: Followed): Following {
  let mocked = mockSources(served.apis);
  let serving = served;
  let closed = false;
  const report: typeof reportProblems = (...told) => {
    if (!closed) reportProblems(...told);
  };
  /** Serves what was prepared; whether that is another thing than before. */
  const place = async ({ gateway, mocks, environment }: RunningGateway, prepared: PreparedGateway): Promise<boolean> => {
    const [before, next] = [mocked, mockSources(prepared.apis)];
    // What came by a route of the state before still finds its answer.
    mocks.replace((api, operation) => next(api, operation) ?? before(api, operation));
    const files = compileGateway(prepared, environment);
    const replaced = files.ok ? await gateway.replace(files.value) : files;
    if (!replaced.ok) {
      mocks.replace(before);
      report(replaced.problems, [], process.stderr);
      return false;
    }
    mocked = next;
    serving = prepared;
    return replaced.value;
  };
  const take = async (): Promise<void> => {
    const running = await starting;
    if (!running.ok || closed) return;
    const began = performance.now();
    const prepared = await prepare(serving);
    if (!closed) watch.follow([...noticed]);
    if (!prepared.ok) {
      report(prepared.problems, [], process.stderr);
      return say(notTaken);
    }
    const { apis, files, untaken } = prepared.value;
    report([...prepared.problems, ...untaken], files, process.stderr);
    const isOther = await place(running.value, prepared.value);
    if (untaken.length > 0) say(isOther ? documentsNotTaken : notTaken);
    if (isOther) say(`Changed: ${operationsOf(apis)} operations, in effect after ${Math.round(performance.now() - began)} ms.`);
  };
  let busy = Promise.resolve();
  let waiting = false;
  const changed = (): void => {
    if (waiting) return;
    waiting = true;
    busy = busy
      .then(() => {
        waiting = false;
        return take();
      })
      .catch(reportUnexpected);
  };
  const watch = watchPaths(changed, (folder, why) =>
    say(`Changes in ${folder} are not followed: the system refuses to watch it (${why}).`),
  );
  watch.follow([...noticed]);
  return {
    changed,
    close() {
      closed = true;
      watch.close();
    },
  };
}
