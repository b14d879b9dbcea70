import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { echoObjects, rolledOut } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { figure } from "../harness/figure.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { installOperator } from "../harness/operator.ts";

const rounds = [0, 1, 2];
const median = (seconds: readonly number[]): string => `${(seconds.toSorted((a, b) => a - b)[1] ?? Number.NaN).toFixed(1)} s`;

/** What a gateway's Service answers on one request, once it is there. */
const hostSeen = async (namespace: Namespace, api: string): Promise<string | undefined> => {
  const address = await namespace.field(`service/${api}-gateway`, ".spec.clusterIP").catch(() => "");
  if (address === "") return undefined;
  const answer = await fetch(`http://${address}/pets/7`).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const { headers } = JSON.parse(await answer.text());
  return String(headers.host);
};

const listed = z.object({ items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })) });

const made = "deployments,services,secrets";
const instanceOf = (api: string): string => `--selector=app.kubernetes.io/instance=${api}`;
const namedBy = (namespace: Namespace, api: string, kinds: string): Promise<string> =>
  namespace.kubectl("get", kinds, instanceOf(api), "--output=name");

/** What the operator made for an API, as somebody else may make it. */
async function objectsOf(namespace: Namespace, api: string): Promise<readonly object[]> {
  const found = await namespace.kubectl("get", made, instanceOf(api), "--output=json");
  return listed.parse(JSON.parse(found)).items.map(({ metadata, status: _, ...object }) => {
    const { name, labels, annotations } = metadata;
    return { ...object, metadata: { name, labels, annotations } };
  });
}

async function secondsUntil(what: string, act: () => Promise<unknown>, isSo: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  await act();
  await until(what, isSo, 240_000);
  return (performance.now() - began) / 1000;
}

describe("how soon an operator's gateways answer", { timeout: 900_000 }, () => {
  const ending = endings();
  before(() => installOperator(ending));
  after(ending.run);

  it("with a build, with an image that is there, and from another backend (medians of three)", async (t) => {
    const namespace = await makeNamespace(t);
    const urlOf = (host: string): string => `http://${host}.${namespace.name}`;
    const store = objectOf("TargetEndpoint", "store", { url: urlOf("one") });
    await namespace.apply(configMap("pets", pets), store, ...echoObjects("one"), ...echoObjects("other"));
    for (const name of ["one", "other"]) await rolledOut(namespace, name);
    const answers = (name: string) => async (): Promise<boolean> => (await hostSeen(namespace, name)) !== undefined;
    const first = async (of: (round: number) => readonly [name: string, spec: object]): Promise<string> => {
      const seconds: number[] = [];
      for (const round of rounds) {
        const [name, spec] = of(round);
        seconds.push(await secondsUntil("it answers", () => namespace.apply(apiOf(name, spec)), answers(name)));
      }
      return median(seconds);
    };
    await figure(t, "From an API to its first 200, built without a pod", await first((round) => [`layer-${round}`, {}]));
    await figure(t, "The same, built by Kaniko", await first((round) => [`kaniko-${round}`, { builder: "kaniko" }]));
    const image = await namespace.field("api/layer-0", ".status.image");
    assert.match(image, /@sha256:/);
    const present = (round: number) => [`present-${round}`, { definition: undefined, builder: undefined, image }] as const;
    await figure(t, "The same, of an image that is there", await first(present));
    const byKubectl: number[] = [];
    for (const round of rounds) {
      const name = `present-${round}`;
      const objects = await objectsOf(namespace, name);
      await namespace.kubectl("delete", "api", name);
      // A pod that ends answers as long as no other does.
      await until("they are gone", async () => (await namedBy(namespace, name, `${made},pods`)) === "", 120_000);
      byKubectl.push(await secondsUntil("it answers", () => namespace.apply(...objects), answers(name)));
      await namespace.kubectl("delete", made, instanceOf(name));
    }
    await figure(t, "The same objects, applied by kubectl alone", median(byKubectl));

    const changes: number[] = [];
    for (const round of rounds) {
      const url = urlOf(round % 2 === 0 ? "other" : "one");
      const isSeen = async (): Promise<boolean> => (await hostSeen(namespace, "layer-0")) === new URL(url).hostname;
      changes.push(await secondsUntil("it is seen", () => namespace.apply(objectOf("TargetEndpoint", "store", { url })), isSeen));
    }
    await figure(t, "From another backend's address to the first answer from there", median(changes));
  });
});
