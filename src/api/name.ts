import { z } from "zod";

/** A DNS label (RFC 1123): what Kubernetes takes as a Service's name. */
export const dnsLabel = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "Not a DNS label. Write small letters, digits and hyphens, with a letter or digit at both ends.",
  );

/** The name of an object in Kubernetes: a DNS subdomain (Kubernetes: Object Names and IDs). */
export const objectNamePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export const objectName = z
  .string()
  .max(253)
  .regex(
    objectNamePattern,
    "Not the name of an object. Write small letters, digits, hyphens and dots, with a letter or digit at both ends.",
  );

/** A host name; its first label may be `*`. */
export const hostName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$/,
    "Not a host name. Write a name without scheme, port or path, such as `api.example.com` or `*.example.com`.",
  );

/** The key of an entry in a ConfigMap or Secret. */
export const entryKey = z
  .string()
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/, "Not a key of a ConfigMap or Secret. Write letters, digits, `-`, `_` and `.`.");

/** A reference to a whole object of the same namespace. */
export const objectReference = z.strictObject({ name: objectName.describe("The object's name.") });

/** A reference to one entry of a ConfigMap or Secret of the same namespace. */
export const keyReference = z.strictObject({
  name: objectName.describe("The object's name."),
  key: entryKey.optional().describe("The entry's key. Default: the only entry."),
});

/** A reference that may lead to another namespace, where a ReferenceGrant there allows it (Gateway API). */
export const grantedReference = z.strictObject({
  name: objectName.describe("The object's name."),
  namespace: dnsLabel.optional().describe("The object's namespace. Default: the namespace of the object that refers to it."),
});
