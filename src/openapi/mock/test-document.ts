import { child, type Node, root, type SourceFile } from "../../text/node.ts";
import { tokens } from "../../text/pointer.ts";
import { follow as followIn } from "../references.ts";
import type { MockSource } from "./replies.ts";
import type { Follow } from "./schema.ts";

/** A document that a test writes as a value, perhaps with other files that it refers to by their names. */
export interface TestDocument {
  readonly at: (pointer: string) => Node;
  readonly follow: Follow;
}

export function testDocument(value: unknown, others: Readonly<Record<string, unknown>> = {}): TestDocument {
  const file = (name: string, content: unknown): SourceFile => ({ name, text: "", document: 0, value: content });
  const main = file("main.yaml", value);
  const files = new Map([...Object.entries(others)].map(([name, content]) => [name, file(name, content)]));
  return {
    at: (pointer) => tokens(pointer).reduce(child, root(main)),
    follow: (node) => {
      const found = followIn({ root: main, files }, node);
      return found.ok ? found.value : { ...node, value: undefined };
    },
  };
}

/** The mock source of an operation with these responses. */
export function testSource(
  responses: unknown,
  format: MockSource["format"] = "3",
  produces: readonly string[] = [],
  components: unknown = {},
): MockSource {
  const { at, follow } = testDocument({ responses, components });
  return { responses: at("/responses"), produces, format, follow };
}
