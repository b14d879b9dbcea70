/** As many operations, and bytes, as the largest public document known has. */
export const largestOperations = 22_361;
const largestBytes = 47_000_000;

const roots = 40;
const children = 60;
const schemas = 800;

const words = "an entity of the directory with its relations to people groups devices and the messages they exchange over time".split(" ");

/** Text of about so many characters, always the same for the same number. */
function prose(seed: number, length: number): string {
  let text = "";
  for (let index = seed; text.length < length; index = (index * 31 + 7) % 65_537) text += `${words[index % words.length]} `;
  return text;
}

interface Path {
  readonly key: string;
  readonly methods: readonly string[];
}

/** Paths of entities, their children and grandchildren, with counts, functions and actions, as services of OData publish them. */
function* paths(): Generator<Path> {
  for (let root = 0; root < roots; root++) {
    const entities = `/entities${root}`;
    yield* collection(entities, `entity${root}-id`);
    for (let child = 0; child < children; child++) {
      const own = `${entities}/{entity${root}-id}/children${child}`;
      yield* collection(own, `child${child}-id`);
      yield { key: `${own}/{child${child}-id}/graph.move`, methods: ["post"] };
      yield { key: `${own}/graph.delta(token='{token}')`, methods: ["get"] };
      yield { key: `${own}/{child${child}-id}/parts/{part-id}`, methods: ["get", "patch"] };
    }
  }
}

function* collection(key: string, id: string): Generator<Path> {
  yield { key, methods: ["get", "post"] };
  yield { key: `${key}/$count`, methods: ["get"] };
  yield { key: `${key}/{${id}}`, methods: ["get", "patch", "delete"] };
}

/** The document as JSON: the same text each time. */
export function largestDocument(): string {
  const items: string[] = [];
  let operations = 0;
  for (const { key, methods } of paths()) {
    const own = methods.slice(0, largestOperations - operations).map((method) => [method, operation(method, key, operations++)] as const);
    if (own.length > 0) items.push(`${JSON.stringify(key)}:${JSON.stringify(Object.fromEntries(own))}`);
  }
  const components = JSON.stringify({
    schemas: Object.fromEntries(Array.from({ length: schemas }, (_, index) => [`Entity${index}`, schema(index)])),
  });
  const begin = `{"openapi":"3.0.4","info":{"title":"The largest document","version":"v1.0","description":`;
  const end = `},"servers":[{"url":"https://graph.example.com/v1.0"}],"paths":{${items.join(",\n")}},"components":${components}}`;
  return `${begin}${JSON.stringify(prose(1, largestBytes - begin.length - end.length))}${end}`;
}

function operation(method: string, key: string, index: number): unknown {
  const names = [...key.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
  const entity = { $ref: `#/components/schemas/Entity${index % schemas}` };
  return {
    operationId: `operation${index}.${method}`,
    tags: [`tag${index % 100}`],
    summary: prose(index, 80),
    description: prose(index + 1, 870),
    parameters: names.map((name) => ({ name, in: "path", required: true, description: prose(index + 2, 60), schema: { type: "string" } })),
    ...(method === "post" || method === "patch" ? { requestBody: { content: { "application/json": { schema: entity } } } } : {}),
    responses: {
      "2XX": { description: prose(index + 3, 60), content: { "application/json": { schema: entity } } },
      "4XX": { description: prose(index + 4, 200) },
      "5XX": { description: prose(index + 5, 200) },
    },
  };
}

/** An entity with a few properties, one of which leads to another entity, and in the end back to itself. */
function schema(index: number): unknown {
  const text = { type: "string", description: prose(index, 100) };
  return {
    type: "object",
    properties: {
      id: { type: "string", format: "uuid" },
      displayName: { ...text, example: prose(index, 20) },
      createdDateTime: { type: "string", format: "date-time" },
      count: { type: "integer", format: "int32", minimum: index },
      notes: { type: "array", items: text },
      ...(index % 3 === 0 ? { next: { $ref: `#/components/schemas/Entity${(index + 1) % schemas}` } } : {}),
    },
  };
}
