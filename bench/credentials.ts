import { tokenIssuer } from "../testing/token-issuer.ts";
import { serveFiles } from "./gateway.ts";
import { guardedDocument, guardedFiles, secret, security } from "./guarded.ts";
import { memoryOf } from "./memory.ts";
import { interleaved, median, table } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const sizes = {
  keys: [1, 2_500, 5_000, 10_000],
  issuers: [1, 250, 500, 1_000],
} as const;

const jwks = tokenIssuer().jwks;
const numbered = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

const resourcesOf = {
  keys: (count: number): readonly object[] => [
    security("one", { type: "apiKey", apiKey: { keys: { name: "keys" }, locations: [{ header: "x-api-key" }] } }),
    secret("keys", Object.fromEntries(numbered(count).map((index) => [`client-${index}`, `key-of-client-${index}`] as const))),
  ],
  issuers: (count: number): readonly object[] => [
    security("one", {
      type: "jwt",
      jwt: {
        issuers: numbered(count).map((index) => ({ issuer: `https://issuer-${index}.test`, jwks: { inline: jwks } })),
        audiences: ["pets"],
      },
    }),
  ],
};

/** How the time to be ready, and the memory, grow with the number of keys and of issuers. */
export async function benchCredentials(): Promise<string> {
  const rows: (readonly (string | number)[])[] = [];
  for (const kind of ["keys", "issuers"] as const)
    for (const count of sizes[kind]) {
      const objects = [guardedDocument(1, { "/one": [{ one: [] }] }), ...resourcesOf[kind](count)];
      let compiled = Number.NaN;
      const memory: number[] = [];
      const figures = await interleaved(rounds, {
        start: async () => {
          const gateway = await serveFiles((port, monitoring) => {
            const began = performance.now();
            const files = guardedFiles(objects, port, monitoring);
            compiled = performance.now() - began;
            return files;
          });
          memory.push(memoryOf(gateway.pid));
          await gateway.stop();
          return gateway.startMs;
        },
      });
      rows.push([`${count} ${kind}`, compiled.toFixed(0), median(figures.get("start") ?? []).toFixed(0), median(memory)]);
    }
  return `### Credentials: what more of them cost (median of ${rounds} starts)\n\n${table(
    ["what", "read and compiled, ms", "Envoy ready, ms", "Envoy's memory, MiB"],
    rows,
  )}`;
}
