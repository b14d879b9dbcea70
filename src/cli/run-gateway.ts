import { error, wholeFile } from "../problem.ts";
import { followIssuers } from "../source/issuers.ts";
import { devCredentials } from "./dev-credentials.ts";
import { sourcePaths } from "./document-options.ts";
import { failure } from "./failure.ts";
import { followChanges } from "./follow-changes.ts";
import { functionsRunHere } from "./functions-run-here.ts";
import { type PreparedGateway, prepareGateway, withIssuers } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";
import type { RunOptions } from "./run.ts";
import { greeting } from "./run-greeting.ts";
import { startGateway } from "./start-gateway.ts";

/** Serves documents until somebody ends it; the exit code. */
export async function run(documents: readonly string[], options: RunOptions): Promise<number> {
  const stopAsked = untilStopAsked();
  const say = (text: string): void => {
    // Envoy's last words when it is asked to end are no news.
    if (!stopAsked.already()) process.stderr.write(`${text}\n`);
  };
  const noticed = new Set<string>();
  const dev = options.dev ? devCredentials(process.env) : undefined;
  const paths = sourcePaths(documents, options);
  // An issuer may answer before anybody follows.
  let isNews = false;
  let told = (): void => {
    isNews = true;
  };
  const issuers = followIssuers({ changed: () => told() });
  const prepare = async (before: PreparedGateway | undefined) => {
    const prepared = await prepareGateway(paths, settingsOf(options), {
      noticed: (path) => noticed.add(path),
      unchecked: "warning",
      ...(before === undefined ? {} : { before }),
      issuers,
      added: dev?.added,
    });
    return functionsRunHere(prepared);
  };
  const prepared = await prepare(undefined);
  if (!prepared.ok) return failure(prepared.problems);
  reportProblems(prepared.problems, prepared.value.files, process.stderr);
  const starting = startGateway(prepared.value, options, say);
  // Followed from here on: what is changed while Envoy starts counts, too. Where files are not followed, it is what issuers say of themselves.
  const following = options.watch
    ? followChanges(starting, { served: prepared.value, prepare, noticed, say })
    : followChanges(starting, { served: prepared.value, prepare: () => withIssuers(prepared, issuers), noticed: new Set(), say });
  told = following.changed;
  if (isNews) told();
  const running = await starting;
  if (!running.ok) {
    following.close();
    issuers.close();
    return failure(running.problems);
  }
  say(greeting(prepared.value, running.value.environment, options, dev?.shownFor));
  const end = await Promise.race([stopAsked.asked, running.value.gateway.envoy.ended]);
  following.close();
  issuers.close();
  await running.value.stop();
  if (end === "asked") return 0;
  return failure([
    error("EnvoyFailed", wholeFile("envoy"), "Envoy ended by itself. Start again; if it goes on, please report it with Envoy's log above."),
  ]);
}

const settingsOf = ({ mock, unprotected, ratelimit, withRatelimit }: RunOptions) =>
  ({
    mock,
    credentials: unprotected ? "unprotected" : "refuse",
    countsGlobally: ratelimit !== undefined || withRatelimit === true,
  }) as const;

function untilStopAsked(): { readonly asked: Promise<"asked">; already(): boolean } {
  let already = false;
  const asked = new Promise<"asked">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => {
        already = true;
        resolve("asked");
      });
    }
  });
  return { asked, already: () => already };
}
