import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

/** A reporter of node:test that says of every test that failed which one it was, where it is and why; of the others nothing. */
export default async function* failures(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type !== "test:fail") continue;
    const { name, file, line, details } = event.data;
    // A suite fails with what is in it.
    if (details.error.message.endsWith("subtests failed") || details.error.message.endsWith("subtest failed")) continue;
    yield `${name} (${file}:${line})\n${inspect(details.error.cause ?? details.error)}\n\n`;
  }
}
