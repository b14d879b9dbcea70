import { testImage } from "./target.ts";

/** A document of two operations, whose requests go to the TargetEndpoint `store`. */
export const pets = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  "x-portico": { backend: "store" },
  paths: {
    "/pets": { get: { operationId: "listPets", responses: {} } },
    "/pets/{id}": { get: { operationId: "getPet", responses: {} } },
  },
};

/** A ConfigMap with a document. */
export const configMap = (name: string, document: object): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { "swagger.json": JSON.stringify(document) },
});

/** An object of one of the four kinds. */
export const objectOf = (kind: string, name: string, spec: object): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind,
  metadata: { name },
  spec,
});

/** An API of the ConfigMap `pets`, built without a pod. */
export const apiOf = (name: string, spec: object = {}): object =>
  objectOf("API", name, { definition: [{ configMap: { name: "pets" } }], builder: "layer", ...spec });

/** A TargetEndpoint for which the echo image is deployed. */
export const store = objectOf("TargetEndpoint", "store", {
  deploy: { image: testImage("echo"), port: 8080, readinessPath: "/ready" },
});
