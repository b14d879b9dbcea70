import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAll } from "../text/parse.ts";
import { readResources } from "./resource.ts";

function read(text: string) {
  const files = parseAll("r.yaml", text);
  assert.ok(files.ok);
  return readResources(files.value);
}

const problemsIn = (text: string) =>
  read(text).problems.map(({ reason, message, where }) => `${where.line}:${where.column} ${where.pointer} ${reason}: ${message}`);

const endpoint = (name: string, spec = "{url: http://a.example}") =>
  `apiVersion: portico.dev/v1alpha1\nkind: TargetEndpoint\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

describe("objects of the four kinds are read from files", () => {
  it("each by its kind and name, with what it says", () => {
    const result = read(
      [
        endpoint("pets"),
        "apiVersion: portico.dev/v1alpha1\nkind: RateLimiting\nmetadata: {name: pets}\nspec: {type: api, requests: 5, unit: second}\n",
        "apiVersion: portico.dev/v1alpha1\nkind: API\nmetadata: {name: pets, namespace: a, labels: {x: y}}\nspec: {image: a/b}\nstatus: {}\n",
        "apiVersion: portico.dev/v1alpha1\nkind: Security\nmetadata: {name: login}\nspec: {type: basic, basic: {users: {name: users}}}\n",
      ].join("---\n"),
    );
    assert.deepEqual(result.problems, []);
    const { apis, targetEndpoints, rateLimitings, securities } = result.value;
    assert.deepEqual(targetEndpoints.get("pets")?.spec, { url: "http://a.example" });
    assert.deepEqual(rateLimitings.get("pets")?.spec, { type: "api", requests: 5, unit: "second" });
    assert.equal(apis.get("pets")?.node.file.document, 2);
    assert.deepEqual([...securities.keys()], ["login"]);
  });

  it("nothing between two lines of --- is nothing", () => {
    const result = read(`---\n---\n${endpoint("pets")}---\n`);
    assert.deepEqual(result.problems, []);
    assert.equal(result.value.targetEndpoints.size, 1);
  });

  it("a list is opened", () => {
    const result = read(
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: portico.dev/v1alpha1, kind: TargetEndpoint, metadata: {name: a}, spec: {url: http://a}}\n",
    );
    assert.deepEqual(result.problems, []);
    assert.equal(result.value.targetEndpoints.get("a")?.node.pointer, "/items/0");
  });

  it("other groups' objects are passed over", () => {
    const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: apps/v1\nkind: Deployment\n";
    assert.deepEqual(problemsIn(text), []);
  });
});

describe("what is wrong with an object is said where it stands", () => {
  const ours = "apiVersion: portico.dev/v1alpha1\n";
  const cases: readonly [string, string, readonly string[]][] = [
    [
      "an unknown kind",
      `${ours}kind: TargetEndpoints\nmetadata: {name: a}\nspec: {}\n`,
      ["2:1 /kind UnknownKind: `TargetEndpoints` is no kind of portico.dev. Did you mean `TargetEndpoint`?"],
    ],
    [
      "a kind like no other",
      `${ours}kind: Zebra\nmetadata: {name: a}\nspec: {}\n`,
      ["2:1 /kind UnknownKind: `Zebra` is no kind of portico.dev. There are `API`, `TargetEndpoint`, `RateLimiting`, `Security`."],
    ],
    [
      "another version",
      "apiVersion: portico.dev/v1\nkind: API\n",
      ["1:1 /apiVersion WrongValue: `portico.dev/v1` is no version that Portico reads. Write `apiVersion: portico.dev/v1alpha1`."],
    ],
    [
      "WSO2's group",
      "apiVersion: wso2.com/v1alpha1\nkind: API\n",
      ["1:1 /apiVersion WrongValue: `wso2.com/v1alpha1` is no version that Portico reads. Write `apiVersion: portico.dev/v1alpha1`."],
    ],
    [
      "a misspelt group",
      "apiVersion: portco.dev/v1alpha1\nkind: Api\n",
      ["1:1 /apiVersion WrongValue: `portco.dev/v1alpha1` is no version that Portico reads. Write `apiVersion: portico.dev/v1alpha1`."],
    ],
    ["no apiVersion", "kind: API\n", ["1:1 /apiVersion MissingField: `apiVersion` is missing. Write `apiVersion: portico.dev/v1alpha1`."]],
    ["no object", "- a\n", ["1:1  WrongType: This is no Kubernetes object. Write a mapping with apiVersion, kind, metadata and spec."]],
    [
      "no name",
      `${ours}kind: TargetEndpoint\nmetadata: {}\nspec: {url: http://a}\n`,
      ["3:1 /metadata/name MissingField: `name` is missing. Add it."],
    ],
    ["no spec", `${ours}kind: TargetEndpoint\nmetadata: {name: a}\n`, ["1:1 /spec MissingField: `spec` is missing. Add it."]],
    [
      "a name that no Service can have",
      endpoint("a.b"),
      ["3:12 /metadata/name WrongValue: Not a DNS label. Write small letters, digits and hyphens, with a letter or digit at both ends."],
    ],
    [
      "a misspelt field",
      endpoint("a", "{ulr: http://a, url: http://a}"),
      ["4:8 /spec/ulr UnknownField: `ulr` is no field that Portico knows here. Did you mean `url`?"],
    ],
    [
      "a law that is broken",
      endpoint("a", "{url: http://a, urls: [http://b]}"),
      [
        "4:1 /spec WrongValue: Exactly one of `url`, `urls`, `targets`, `deploy` says what is meant here. Give one, and leave the others out.",
      ],
    ],
    [
      "a protocol that is not the url's",
      endpoint("a", "{url: http://a, protocol: https}"),
      ["4:1 /spec WrongValue: `protocol` says another scheme than the url. Let them agree, or leave `protocol` out."],
    ],
    [
      "a name twice",
      `${endpoint("a")}---\n${endpoint("a")}`,
      ["8:12 /metadata/name DuplicateResource: There is a TargetEndpoint `a` already, at r.yaml:3:12. Rename or remove one."],
    ],
    [
      "several objects, each with its own",
      `${endpoint("a", "{url: 7}")}---\n${endpoint("b", "{}")}`,
      [
        "4:8 /spec/url WrongType: `url` is a number, but takes a text. Write a text.",
        "9:1 /spec WrongValue: Exactly one of `url`, `urls`, `targets`, `deploy` says what is meant here. Give one, and leave the others out.",
      ],
    ],
  ];
  for (const [what, text, expected] of cases) it(what, () => assert.deepEqual(problemsIn(text), expected));
});
