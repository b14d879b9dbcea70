import { loadGeneratorMissing } from "./load.ts";

/** `npm run bench` measures everything; `npm run bench -- compile start` only these. Tables in Markdown on stdout. */
const benches: Readonly<Record<string, () => Promise<string>>> = {
  compile: async () => (await import("./compile.ts")).benchCompile(),
  start: async () => (await import("./start.ts")).benchStart(),
  routing: async () => loadGeneratorMissing() ?? (await import("./routing.ts")).benchRouting(),
  security: async () => loadGeneratorMissing() ?? (await import("./security.ts")).benchSecurity(),
  agent: async () => loadGeneratorMissing() ?? (await import("./agent.ts")).benchAgent(),
  credentials: async () => (await import("./credentials.ts")).benchCredentials(),
  limits: async () => loadGeneratorMissing() ?? (await import("./limits.ts")).benchLimits(),
  "global-limits": async () => loadGeneratorMissing() ?? (await import("./global-limits.ts")).benchGlobalLimits(),
  validation: async () => loadGeneratorMissing() ?? (await import("./validation.ts")).benchValidation(),
  interceptors: async () => loadGeneratorMissing() ?? (await import("./interceptors.ts")).benchInterceptors(),
  images: async () => (await import("./images.ts")).benchImages(),
  corpus: async () => (await import("./corpus.ts")).benchCorpus(),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(", ")}. There are ${Object.keys(benches).join(", ")}.\n`);
  process.exitCode = 2;
} else {
  for (const [name, bench] of Object.entries(benches)) {
    if (wanted.length === 0 || wanted.includes(name)) process.stdout.write(`${await bench()}\n\n`);
  }
}
