import { filesOf, modelOf } from "./gateway.ts";
import { generatedDocument } from "./generated.ts";

// Run by `compile.ts` in a process of its own, as every document is compiled in one: the size of what was compiled before counts no more.
// In: a number of operations. Out: the milliseconds that 1,000 of them take, after one compilation to warm up.

const operations = Number(process.argv[2]);
const most = 40_000;

const text = generatedDocument(operations);
const compile = (): unknown => filesOf([modelOf(text, 80)], 1, 2);
compile();
const start = performance.now();
for (let done = 0; done < most; done += operations) compile();
process.stdout.write(`${((performance.now() - start) / most) * 1000}\n`);
