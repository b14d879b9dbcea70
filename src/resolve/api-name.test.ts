import assert from "node:assert/strict";
import { it } from "node:test";
import { testApi } from "../../testing/model.ts";
import { nameFrom, versionsApart } from "./api-name.ts";

const named = (name: string, version: string, isNamed = false) => ({ model: { ...testApi, name, version }, isNamed });
const names = (...apis: readonly ReturnType<typeof named>[]): readonly string[] => versionsApart(apis).map(({ model }) => model.name);

it("a title becomes a name of a host's letters", () => {
  assert.deepEqual(["Swagger Petstore – v3", "Ölmühle", "!!", "x".repeat(90)].map(nameFrom), [
    "swagger-petstore-v3",
    "o-lmu-hle",
    "api",
    "x".repeat(63),
  ]);
});

it("versions of one API are told apart by their version, and nothing else is", () => {
  assert.deepEqual(names(named("shop", "1.0.0"), named("shop", "2.0.0"), named("users", "1")), ["shop-1-0-0", "shop-2-0-0", "users"]);
  assert.deepEqual(names(named("shop", "1"), named("shop", "1")), ["shop", "shop"]);
  assert.deepEqual(names(named("shop", "1", true), named("shop", "2")), ["shop", "shop-2"]);
  const long = names(named("x".repeat(63), "1.0"), named("x".repeat(63), "2.0"));
  assert.deepEqual(
    long.map((name) => [name.length, name.slice(-4)]),
    [
      [63, "-1-0"],
      [63, "-2-0"],
    ],
  );
});
