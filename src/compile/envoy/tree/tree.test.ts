import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareText, type PathTemplate, type Segment, shape, specificity } from "../../../model/path.ts";
import { pathPattern } from "../pattern.ts";
import { pathTree } from "./build.ts";
import type { Branch, Candidate, PathTree, Question } from "./tree.ts";

interface Named extends Candidate {
  readonly name: string;
}

const literal = fc.constantFrom("a", "b", "ab", "abc", "b.json", "%C3%A9", "pets", "pe", "a:b", "@a", "");
const parameter = { parameter: "x" };
const segment: fc.Arbitrary<Segment> = fc.oneof(
  { weight: 4, arbitrary: literal.map((text): Segment => (text === "" ? ["a"] : [text])) },
  { weight: 3, arbitrary: fc.constant<Segment>([parameter]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Segment>([parameter, ".json"], ["a", parameter], [parameter, ":cancel"], [parameter, "-", parameter]),
  },
);
const template: fc.Arbitrary<PathTemplate> = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([segments, slash]) => (slash ? [...segments, []] : segments));
const requestSegment = fc.constantFrom(
  "a",
  "b",
  "ab",
  "abc",
  "b.json",
  "pets",
  "pe",
  "p",
  "z.json",
  "a:cancel",
  "1-2",
  "%C3%A9",
  "%c3%a9",
  "a:b",
  "a%3ab",
  "a%3Ab",
  "@a",
  "%40a",
  "",
);
const request = fc.array(requestSegment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join("/")}`);

function documentOf(templates: readonly PathTemplate[]): readonly Named[] {
  const distinct = new Map(templates.map((path) => [shape(path), path] as const));
  const ordered = [...distinct.values()].toSorted((a, b) => specificity(a, b) || compareText(shape(a), shape(b)));
  return ordered.map((path) => ({ template: path, weight: 1, name: shape(path) }));
}

function matches(path: PathTemplate, asked: string): boolean {
  const pattern = pathPattern(path);
  return "path" in pattern ? pattern.path === asked : new RegExp(`^(?:${pattern.regex})$`, "u").test(asked);
}

const fromList = (candidates: readonly Named[], asked: string): string | undefined =>
  candidates.find((candidate) => matches(candidate.template, asked))?.name;

function answersYes({ segment: at, oneOf }: Question, asked: string): boolean {
  const text = asked.slice(1).split("/")[at];
  return text !== undefined && (oneOf === undefined || oneOf.includes(text));
}

function listFor(branch: Branch<Named>, asked: string): readonly Named[] {
  return branch.kind === "list" ? branch.candidates : listFor(answersYes(branch.question, asked) ? branch.yes : branch.no, asked);
}

function fromTree(tree: PathTree<Named>, asked: string): string | undefined {
  const prefix = [...tree.prefixes.keys()].filter((text) => asked.startsWith(text)).toSorted((a, b) => b.length - a.length)[0];
  const branch = prefix === undefined ? undefined : tree.prefixes.get(prefix);
  return branch && fromList(listFor(branch, asked), asked);
}

const copies = (branch: Branch<Named>): number =>
  branch.kind === "list" ? branch.candidates.length : copies(branch.yes) + copies(branch.no);
const totalCopies = (tree: PathTree<Named>): number => [...tree.prefixes.values()].reduce((sum, branch) => sum + copies(branch), 0);
const longest = (branch: Branch<Named>): number =>
  branch.kind === "list" ? branch.candidates.length : Math.max(longest(branch.yes), longest(branch.no));

describe("the tree of paths", () => {
  it("answers as the list does", () => {
    fc.assert(
      fc.property(
        fc.array(template, { minLength: 1, maxLength: 40 }),
        fc.array(request, { minLength: 1, maxLength: 20 }),
        (templates, requests) => {
          const candidates = documentOf(templates);
          const tree = pathTree(candidates);
          for (const asked of requests) assert.equal(fromTree(tree, asked), fromList(candidates, asked), asked);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("holds at most three copies of a path on average, whatever crosses", () => {
    fc.assert(
      fc.property(fc.array(template, { minLength: 1, maxLength: 60 }), (templates) => {
        const candidates = documentOf(templates);
        assert.ok(totalCopies(pathTree(candidates)) <= 3 * candidates.length);
      }),
      { numRuns: 500 },
    );
  });

  const shapes: readonly [string, (index: number) => PathTemplate][] = [
    ["a prefix of its own for each", (index) => [["v1"], [`things-${index}`], [parameter]]],
    ["one prefix shared by all", (index) => [["v1"], [parameter], [`things-${index}`], [parameter]]],
    ["a parameter in the first segment", (index) => [[parameter], [`things-${index}`], [parameter]]],
    ["a verb after a parameter", (index) => [["v1"], [`things-${index}`], [parameter, ":cancel"]]],
  ];
  for (const [what, path] of shapes) {
    it(`leaves short lists and few copies for 5,000 paths: ${what}`, () => {
      const candidates = documentOf(Array.from({ length: 5000 }, (_, index) => path(index)));
      const tree = pathTree(candidates);
      assert.ok(Math.max(...[...tree.prefixes.values()].map(longest)) <= 4);
      assert.equal(totalCopies(tree), 5000);
    });
  }
});
