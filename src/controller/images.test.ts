import assert from "node:assert/strict";
import { it } from "node:test";
import { until } from "../../testing/until.ts";
import { error, wholeFile } from "../problem.ts";
import { type ImageState, makeImages } from "./images.ts";

const madeWith = { toolkit: "1.0.0", base: undefined };

it("an image is looked for once; a failure is told, tried again at the next question, and shown until that ends", async () => {
  const told: string[] = [];
  const ends: ((state: Exclude<ImageState, { kind: "building" }>) => void)[] = [];
  const signals: AbortSignal[] = [];
  const images = makeImages(
    (api) => told.push(api),
    () => assert.fail(),
  );
  const ensure = (ask = "one") =>
    images.ensure("a/pets", ask, (signal) => {
      signals.push(signal);
      return new Promise((resolve) => ends.push(resolve));
    }).kind;
  const end = async (index: number, state: Exclude<ImageState, { kind: "building" }>): Promise<void> => {
    ends[index]?.(state);
    await until("it is told", () => told.length === index + 1);
  };
  const failure = { kind: "failed", problems: [error("RegistryUnreachable", wholeFile("r"), "Nobody answers.")] } as const;
  const there = { kind: "there", reference: "r/pets@sha256:1", madeWith } as const;
  assert.deepEqual([ensure(), ensure(), ends.length], ["building", "building", 1]);
  await end(0, failure);
  assert.deepEqual([ensure(), ends.length], ["failed", 1]);
  assert.deepEqual([ensure(), ensure(), ends.length], ["failed", "failed", 2]);
  await end(1, there);
  assert.deepEqual([ensure(), ensure(), ends.length], ["there", "there", 2]);
  assert.deepEqual([ensure("two"), ends.length, signals[1]?.aborted], ["building", 3, true]);
  images.forget("a/pets");
  assert.ok(signals[2]?.aborted);
  ends[2]?.(there);
  assert.equal(ensure("two"), "building");
  assert.equal(told.length, 2, "what was forgotten tells nobody");
});

it("what a build throws is a failure of that API's image, and nobody else's", async () => {
  const thrown: string[] = [];
  let told = false;
  const images = makeImages(
    () => {
      told = true;
    },
    (api, what) => thrown.push(`${api} ${String(what)}`),
  );
  const ensure = (): ImageState => images.ensure("a/pets", "one", () => Promise.reject(new Error("oops")));
  assert.equal(ensure().kind, "building");
  await until("it is told", () => told);
  const state = ensure();
  assert.deepEqual(state.kind === "failed" && state.problems.map(({ reason }) => reason), ["BuildFailed"]);
  assert.deepEqual(thrown, ["a/pets Error: oops"]);
});

it("why a build does not begin is told, and shown until it ends", async () => {
  let told = 0;
  let end: (state: Exclude<ImageState, { kind: "building" }>) => void = () => {};
  let wait: (why: string) => void = () => {};
  const images = makeImages(
    () => told++,
    () => assert.fail(),
  );
  const ensure = (): ImageState =>
    images.ensure("a/pets", "one", (_, now) => {
      wait = (why) => now({ why });
      return new Promise((resolve) => {
        end = resolve;
      });
    });
  ensure();
  wait("It finds no node.");
  assert.deepEqual([told, ensure()], [1, { kind: "building", why: "It finds no node." }]);
  end({ kind: "there", reference: "r/pets@sha256:1", madeWith });
  await until("it is told", () => told === 2);
  wait("Too late.");
  assert.deepEqual([told, ensure().kind], [2, "there"]);
});

it("so many are looked for at a time; the others say that they wait, and begin as soon as one ends", async () => {
  const ends: ((state: Exclude<ImageState, { kind: "building" }>) => void)[] = [];
  const images = makeImages(
    () => {},
    () => assert.fail(),
  );
  const ensure = (index: number): ImageState => images.ensure(`a/${index}`, "one", () => new Promise((resolve) => ends.push(resolve)));
  for (let index = 0; index < 9; index++) ensure(index);
  await until("eight have begun", () => ends.length === 8);
  assert.match(JSON.stringify(ensure(8)), /waits for its turn/);
  ends[0]?.({ kind: "there", reference: "r/pets@sha256:1", madeWith });
  await until("the ninth begins", () => ends.length === 9);
  assert.deepEqual([ensure(0).kind, ensure(8)], ["there", { kind: "building" }]);
});

it("all that runs ends when it is told to, and what waits for its turn does not begin", async () => {
  let begun = 0;
  const images = makeImages(
    () => assert.fail("nobody is told"),
    () => assert.fail(),
  );
  const provide = (signal: AbortSignal): Promise<Exclude<ImageState, { kind: "building" }>> => {
    begun++;
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve({ kind: "failed", problems: [] })));
  };
  for (let index = 0; index < 12; index++) images.ensure(`a/${index}`, "one", provide);
  await until("eight have begun", () => begun === 8);
  await images.stop();
  assert.equal(begun, 8);
});

it("another ask for an API begins when what it takes the place of has ended", async () => {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const images = makeImages(
    () => {},
    () => assert.fail(),
  );
  const ensure = (ask: string): ImageState =>
    images.ensure("a/pets", ask, () => {
      begun.push(ask);
      return new Promise((resolve) => ends.push(() => resolve({ kind: "there", reference: `r/pets@${ask}`, madeWith })));
    });
  for (const ask of ["one", "two", "three"]) ensure(ask);
  assert.deepEqual(begun, ["one"]);
  ends[0]?.();
  await until("the last begins", () => begun.length === 2);
  assert.deepEqual(begun, ["one", "three"], "what nobody waits for any more never begins");
  ends[1]?.();
  await until("it is there", () => ensure("three").kind === "there");
});
