import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { gatewayObjects, mounted, portico, pulled, pushed, registryOptions } from "../harness/gateway.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  servers: [{ url: "http://echo/v1" }],
  paths: { "/pets/{id}": { get: { operationId: "showPet", responses: {} } } },
});

describe("a gateway's image from the layer builder", { timeout: 300_000 }, () => {
  it("is pulled by its digest and serves, as nobody and read-only; the same input is the same image", async (t) => {
    const namespace = await makeNamespace(t);
    const folder = await testFolder(t);
    const pets = join(folder, "pets.json");
    await writeFile(pets, document);
    const names = ["--base", pushed(testImage("envoy")), "--to", pushed(`${target.registry}/e2e/${namespace.name}`)];
    const build = async (): Promise<string> => pulled((await portico("image", "build", pets, ...names, ...registryOptions)).trim());
    const image = await build();
    assert.match(image, /@sha256:[0-9a-f]{64}$/);
    assert.equal(await build(), image);
    await portico("build", pets, "--out", join(folder, "gateway"));
    await namespace.apply(...echoObjects("echo"));
    await rolledOut(namespace, "echo");
    await namespace.kubectl("label", "namespace", namespace.name, "pod-security.kubernetes.io/enforce=restricted");
    await namespace.apply(await mounted(join(folder, "gateway")), ...gatewayObjects("gateway", image));
    await rolledOut(namespace, "gateway");
    const received = JSON.parse(await requestFrom(namespace, "echo", "http://gateway/v1/pets/7"));
    assert.deepEqual([received.method, received.path], ["GET", "/v1/pets/7"]);
    assert.match(await requestFrom(namespace, "echo", "http://gateway/v1/none"), /https:\/\/portico\.dev\/errors\/not-found/);
  });
});
