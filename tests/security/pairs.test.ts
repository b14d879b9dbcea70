import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import { suiteScope } from "../../testing/scope.ts";
import { type Requirement, statusBy, type Worth } from "./evaluator.ts";
import { guarded } from "./protected-gateway.ts";
import { answerTo, gatewayOfKinds, kinds, type Shown } from "./seven-kinds.ts";

const names = Object.keys(kinds);
/** What nobody but the authoriser looks at: the backend sees it as it came. */
const passedOn = "own";
const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other] as const));

describe("two kinds of credential", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof gatewayOfKinds>>;
  before(async () => {
    const demand = (name: string): object => ({ [name]: [] });
    const paths = pairs.flatMap(([one, other]) => [
      [`/${one}/and/${other}`, guarded({ ...demand(one), ...demand(other) })],
      [`/${one}/or/${other}`, guarded(demand(one), demand(other))],
      [`/${one}/or/${other}/or/none`, guarded(demand(one), demand(other), {})],
    ]);
    gateway = await gatewayOfKinds(scope, Object.fromEntries(paths));
  });

  for (const [one, other] of pairs)
    it(`${one} and ${other}: both, either, or none`, async () => {
      const [a, b] = [kinds[one], kinds[other]];
      const shown = [[], [a?.good], [b?.good], [a?.good, b?.good], [a?.bad, b?.good], [a?.good, b?.bad], [a?.bad, b?.bad]];
      const statuses = (target: string): Promise<readonly number[]> =>
        Promise.all(shown.map(async (all) => (await answerTo(gateway.port, target, all)).status));
      assert.deepEqual(await statuses(`/${one}/and/${other}`), [401, 401, 401, 200, 401, 401, 401]);
      assert.deepEqual(await statuses(`/${one}/or/${other}`), [401, 200, 200, 200, 200, 200, 401]);
      assert.deepEqual(await statuses(`/${one}/or/${other}/or/none`), [200, 200, 200, 200, 200, 200, 200]);
    });
});

type State = "none" | "bad" | "good" | "scoped";

/** Any list of requirements (OpenAPI 3.1, 4.8.30) over all kinds; those that have scopes may ask for one. */
const requirement: fc.Arbitrary<Requirement> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.boolean()), { minLength: 1, maxLength: 3, selector: ([name]) => name })
  .map((schemes) =>
    Object.fromEntries(schemes.map(([name, isScoped]) => [name, isScoped && kinds[name]?.scoped !== undefined ? ["read"] : []])),
  );
const lists = fc.sample(fc.array(requirement, { minLength: 1, maxLength: 4 }), { numRuns: 60, seed: 20_261_130 });

const mixture: fc.Arbitrary<Readonly<Record<string, State>>> = fc.record(
  Object.fromEntries(names.map((name) => [name, fc.constantFrom<State>("none", "bad", "good", "scoped", "good", "scoped")])),
);

/** What is shown of a kind, and what it is worth to a demand. */
const shownOf = (name: string, state: State): Shown | undefined =>
  state === "none" ? undefined : (kinds[name]?.[state] ?? (state === "bad" ? undefined : kinds[name]?.good));
function worth(scopes: readonly string[], state: State): Worth {
  if (state === "none" || state === "bad") return "nothing";
  return scopes.length > 0 && state !== "scoped" ? "insufficient" : "good";
}

const expected = (list: readonly Requirement[], states: Readonly<Record<string, State>>): 200 | 401 | 403 =>
  statusBy(list, (name, scopes) => worth(scopes, states[name] ?? "none"));

/** The kinds of which the backend received what was shown, good or bad. */
const seenOf = (body: string, states: Readonly<Record<string, State>>): readonly string[] =>
  names.filter((name) => {
    const shown = shownOf(name, states[name] ?? "none");
    return name !== passedOn && shown !== undefined && shown !== "certificate" && body.includes(shown[2]);
  });

describe("any requirements over all kinds of credential", { timeout: 120_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof gatewayOfKinds>>;
  before(async () => {
    gateway = await gatewayOfKinds(scope, Object.fromEntries(lists.map((list, index) => [`/${index}`, guarded(...list)])));
  });

  it("let in whom OpenAPI says, whatever else is shown, and none of their credentials is passed on", () =>
    fc.assert(
      fc.asyncProperty(fc.nat(lists.length - 1), mixture, async (index, states) => {
        const list = lists[index] ?? [];
        const shown = names.map((name) => shownOf(name, states[name] ?? "none"));
        const { status, body } = await answerTo(gateway.port, `/${index}`, shown);
        assert.equal(status, expected(list, states), JSON.stringify(list));
        if (status !== 200) return;
        assert.match(body, /page=2.*theme=dark/, "what is no credential");
        assert.deepEqual(seenOf(body, states), [], JSON.stringify(list));
      }),
      { numRuns: 600 },
    ));
});
