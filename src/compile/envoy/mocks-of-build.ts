import type { ApiModel, Operation } from "../../model/api.ts";
import { type Checked, checked, error, type Place, type Problem, warning } from "../../problem.ts";
import { isCountedGlobally } from "./global-limits.ts";
import { directMocks } from "./mock-route.ts";
import { mocksSocket } from "./names.ts";

/** An API, and where its operations are written. */
interface PlacedApi {
  readonly model: ApiModel;
  readonly place: (operation: Operation) => Place;
}

/**
 * The mock socket of gateway files that run without Portico, where nobody answers; undefined where nothing is mocked. Default answers are in the files; one that
 * is not could never be given (an error), and nobody can choose another (a warning).
 */
export function mocksOfBuild(apis: readonly PlacedApi[]): Checked<string | undefined> {
  const direct = directMocks(apis.map(({ model }) => model));
  const mocked = apis.flatMap((api) => api.model.operations.filter(isMocked).map((operation) => ({ api, operation })));
  const [first] = mocked;
  if (first === undefined) return checked(undefined, []);
  const unanswered = mocked.filter(({ operation }) => !direct.has(operation));
  const problems: readonly Problem[] = unanswered.map(({ api, operation }) =>
    error(
      "MockBackendNeeded",
      api.place(operation),
      `The mocked answer of \`${operation.id}\` cannot be in the gateway's files: ${obstacle(api.model, operation)}. Give the operation a backend, or serve it with \`portico run --mock\`.`,
    ),
  );
  const warned = warning(
    "MockBackendNeeded",
    first.api.place(first.operation),
    `Mocked operations answer with their default alone here: whoever asks for another with Prefer or Accept gets 502. \`portico run --mock\` serves those, too.`,
  );
  return checked(mocksSocket, [...problems, warned]);
}

const isMocked = ({ answer, access }: Operation): boolean => answer.kind === "mock" && access.kind !== "refused";

/** Why an answer is not one that routes hold themselves. */
function obstacle(api: ApiModel, operation: Operation): string {
  const { answer } = operation;
  if (isCountedGlobally(api, operation)) return "it has a limit that counts across gateways";
  if (answer.kind === "mock" && answer.reply.status >= 400) return `its status is ${answer.reply.status}`;
  return "the answers are too large together";
}
