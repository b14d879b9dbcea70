import { z } from "zod";
import { isObject, type JsonObject } from "../text/node.ts";
import { group, type Kind, type KindName, kinds, version } from "./kinds.ts";
import { celRules } from "./law.ts";

/** The CustomResourceDefinition (apiextensions.k8s.io/v1) of a kind. */
export function customResourceDefinition(name: KindName): JsonObject {
  const kind: Kind = kinds[name];
  const { plural, singular, shortNames, columns } = kind;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: {
        kind: name,
        listKind: `${name}List`,
        plural,
        singular,
        ...(shortNames.length > 0 ? { shortNames } : {}),
        categories: ["portico"],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: objectSchema(kind) },
        },
      ],
    },
  };
}

/** A name that a Service gets too must be a DNS label. That it is a DNS subdomain Kubernetes sees to. */
const labelRule = {
  rule: "self.metadata.name.size() <= 63 && !self.metadata.name.contains('.')",
  message: "The name becomes a Service's. Keep it to 63 characters, without dots.",
};

function objectSchema({ description, spec, status, nameIsLabel }: Kind): JsonObject {
  return {
    type: "object",
    description,
    required: ["spec"],
    ...(nameIsLabel ? { "x-kubernetes-validations": [labelRule] } : {}),
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: { description: "What is wanted.", ...structuralSchema(spec) },
      status: { description: "What is the case.", ...structuralSchema(status) },
    },
  };
}

/** A schema as Kubernetes wants it (Kubernetes: CustomResourceDefinition, "Specifying a structural schema"). */
export function structuralSchema(schema: z.ZodType): JsonObject {
  const json: unknown = z.toJSONSchema(schema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      const rules = celRules.get(zodSchema)?.rules;
      if (rules !== undefined) jsonSchema["x-kubernetes-validations"] = rules;
    },
  });
  return structural(json);
}

/** Words of JSON Schema that a structural schema has in the same meaning. */
const carried = [
  "description",
  "type",
  "enum",
  "pattern",
  "format",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "required",
  "x-kubernetes-validations",
];

/** Words that mean nothing to Kubernetes, or that are said in another way below. */
const left = ["$schema", "anyOf", "properties", "additionalProperties", "items", "propertyNames", "default", "const"];

function structural(json: unknown): JsonObject {
  if (!isObject(json)) throw new TypeError("A structural schema has a mapping at every place.");
  const unknown = Object.keys(json).filter((word) => !carried.includes(word) && !left.includes(word));
  if (unknown.length > 0) throw new TypeError(`A structural schema has no ${unknown.join(", ")}.`);
  if ("anyOf" in json) return intOrString(json);
  const kept: Record<string, unknown> = Object.fromEntries(carried.filter((key) => key in json).map((key) => [key, json[key]]));
  if (json.type === undefined) return { ...kept, "x-kubernetes-preserve-unknown-fields": true };
  if (kept.format === "date-time") delete kept.pattern;
  if (json.type === "integer") return withoutSafeBounds({ ...kept, format: "int64" });
  if (isObject(json.properties)) {
    kept.properties = Object.fromEntries(Object.entries(json.properties).map(([key, member]) => [key, structural(member)]));
  } else if (isObject(json.additionalProperties)) {
    if (Object.keys(json.additionalProperties).length === 0) kept["x-kubernetes-preserve-unknown-fields"] = true;
    else kept.additionalProperties = structural(json.additionalProperties);
  }
  if (json.items !== undefined) kept.items = structural(json.items);
  return kept;
}

/** Bounds that only say how large an integer a double can hold. */
function withoutSafeBounds(json: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(json).filter(([, value]) => value !== Number.MAX_SAFE_INTEGER && value !== Number.MIN_SAFE_INTEGER),
  );
}

/** The one union that Kubernetes has: a whole number or a text. */
function intOrString({ anyOf, description }: JsonObject): JsonObject {
  const options = Array.isArray(anyOf) ? anyOf.filter(isObject) : [];
  const text = options.find((option) => option.type === "string");
  const number = options.find((option) => option.type === "integer");
  if (options.length !== 2 || text === undefined || number === undefined)
    throw new TypeError("Kubernetes takes no union but of integer and string.");
  return {
    ...(description === undefined ? {} : { description }),
    anyOf: [{ type: "integer" }, { type: "string" }],
    ...(text.pattern === undefined ? {} : { pattern: text.pattern }),
    ...(number.minimum === undefined || number.minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum: number.minimum }),
    "x-kubernetes-int-or-string": true,
  };
}
