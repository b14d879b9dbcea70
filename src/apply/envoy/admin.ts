import { request } from "node:http";
import { text } from "node:stream/consumers";

interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

/** Envoy's administration interface on its Unix socket. Undefined is: Envoy does not answer (not yet, no longer, or not in 5 s). */
export interface AdminClient {
  /** The path begins with a slash and may have a query. */
  get(path: string): Promise<AdminAnswer | undefined>;
  post(path: string): Promise<AdminAnswer | undefined>;
  /** The counters, gauges and text readouts whose names match; empty when Envoy does not answer. The expression is RE2's, as Envoy reads it. */
  stats(filter: RegExp): Promise<ReadonlyMap<string, number | string>>;
}

const patience = 5_000;

/** A client for the socket at this path; nothing is opened before the first question. */
export function adminClient(socketPath: string): AdminClient {
  const ask = (method: string) => (path: string) =>
    new Promise<AdminAnswer | undefined>((resolve) => {
      const nothing = () => resolve(undefined);
      const question = request({ socketPath, path, method, agent: false, signal: AbortSignal.timeout(patience) }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), nothing);
      });
      question.on("error", nothing).end();
    });
  const get = ask("GET");
  return {
    get,
    post: ask("POST"),
    stats: async (filter) => {
      const answer = await get(`/stats?format=json&filter=${encodeURIComponent(filter.source)}`);
      return answer?.status === 200 ? readStats(answer.body) : new Map();
    },
  };
}

/** Takes name and value from `{"stats": [{"name": "...", "value": 1}, ..., {"histograms": ...}]}`. */
function readStats(body: string): ReadonlyMap<string, number | string> {
  const answer: unknown = JSON.parse(body);
  const stats = new Map<string, number | string>();
  if (typeof answer !== "object" || answer === null || !("stats" in answer) || !Array.isArray(answer.stats)) return stats;
  for (const stat of answer.stats) {
    if (typeof stat !== "object" || stat === null || !("name" in stat) || !("value" in stat)) continue;
    const { name, value } = stat;
    if (typeof name === "string" && (typeof value === "number" || typeof value === "string")) stats.set(name, value);
  }
  return stats;
}
