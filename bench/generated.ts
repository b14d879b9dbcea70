/** A document of N operations in groups of five to a path's family, each with parameters, a body and answers, as text of JSON. */
export function generatedDocument(count: number): string {
  const paths: Record<string, Record<string, unknown>> = {};
  for (let index = 0; index < count; index++) {
    const [template, method] = place(index);
    paths[template] = { ...paths[template], [method]: operation(index, template) };
  }
  return JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Generated", version: "1.0.0" },
    servers: [{ url: "http://backend.test" }],
    paths,
    components: { schemas: { Thing: thing } },
  });
}

function place(index: number): readonly [string, string] {
  const collection = `/v1/things-${Math.floor(index / 5)}`;
  const places: readonly (readonly [string, string])[] = [
    [collection, "get"],
    [collection, "post"],
    [`${collection}/{thingId}`, "get"],
    [`${collection}/{thingId}`, "put"],
    [`${collection}/{thingId}/parts/{partId}`, "get"],
  ];
  return places[index % 5] ?? [collection, "get"];
}

const thing = {
  type: "object",
  required: ["id", "name"],
  properties: {
    id: { type: "string", format: "uuid" },
    name: { type: "string", minLength: 1, maxLength: 200, description: "What people call it" },
    count: { type: "integer", minimum: 0 },
    parts: { type: "array", items: { $ref: "#/components/schemas/Thing" } },
  },
};

function operation(index: number, template: string): unknown {
  const parameters = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    description: "Which one is meant",
    schema: { type: "string", format: "uuid" },
  }));
  const answer = (description: string) => ({
    description,
    content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
  });
  return {
    operationId: `operation-${index}`,
    summary: `The operation number ${index} of this document`,
    description: "A paragraph of words as people write them to say what an operation is for, when it is called, and what it leaves behind.",
    tags: ["things"],
    parameters: [
      ...parameters,
      { name: "limit", in: "query", description: "How many at most", schema: { type: "integer", minimum: 1, maximum: 100, default: 20 } },
      { name: "x-trace", in: "header", description: "What to find the request by", schema: { type: "string" } },
    ],
    responses: { 200: answer("It is done"), 400: answer("The request is wrong"), 404: answer("There is no such thing") },
  };
}
