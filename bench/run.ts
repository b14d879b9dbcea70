import { loadGeneratorMissing } from "./load.ts";

const missing = loadGeneratorMissing();
if (missing !== undefined) {
  process.stderr.write(`${missing}\n`);
  process.exit(1);
}

const wanted = process.argv.slice(2);
const benches: Readonly<Record<string, () => Promise<string>>> = {
  compile: async () => (await import("./compile.ts")).benchCompile(),
  start: async () => (await import("./start.ts")).benchStart(),
  routing: async () => (await import("./routing.ts")).benchRouting(),
};
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) process.stdout.write(`${await bench()}\n\n`);
}
