import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { type Der, derIn } from "../src/text/der.ts";

/** A certificate's octets, from a text in PEM. */
export const octetsOf = (pem: string): Buffer => new X509Certificate(pem).raw;

/** Octets as a certificate in PEM, whatever they are. */
export const pemOf = (octets: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(octets)
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`;

/** A certificate with the first of what is like this written otherwise. */
function replaced(octets: Buffer, what: string | RegExp, change: (found: string) => string): string {
  const text = octets.toString("latin1");
  const changed = text.replace(what, change);
  if (changed === text) throw new Error(`nothing is like ${what}`);
  return pemOf(Buffer.from(changed, "latin1"));
}

const version = (number: number): string => String.fromCharCode(0xa0, 3, 2, 1, number);
/** From when a certificate counts. */
const time = /\d{12}Z/;

/** What OpenSSL takes for a certificate, and Envoy refuses with all that stands beside it; each is made of a good one. */
export const oddCertificates: Readonly<Record<string, (good: Buffer) => string>> = {
  "version 1 with extensions": (good) => replaced(good, version(2), () => version(0)),
  "version 2 with extensions": (good) => replaced(good, version(2), () => version(1)),
  "version 5": (good) => replaced(good, version(2), () => version(4)),
  "a thirteenth month": (good) => replaced(good, time, (found) => `${found.slice(0, 2)}13${found.slice(4)}`),
  "a 30th of February": (good) => replaced(good, time, (found) => `${found.slice(0, 2)}0230${found.slice(6)}`),
  "a time without its zone": (good) => replaced(good, time, (found) => `${found.slice(0, -1)}A`),
};

/** Values of DER, as a tree that can be changed. */
type Tree = { readonly tag: number; readonly content: Buffer | readonly Tree[] };

const treeOf = ({ tag, content }: Der): Tree => {
  const inner = (tag & 0x20) === 0 ? undefined : derIn(content);
  return { tag, content: inner?.map(treeOf) ?? Buffer.from(content) };
};

function written({ tag, content }: Tree): Buffer {
  const inner = Buffer.isBuffer(content) ? content : Buffer.concat(content.map(written));
  const digits = Buffer.from(inner.length.toString(16).padStart(2 * Math.ceil(inner.length.toString(16).length / 2), "0"), "hex");
  const length = inner.length < 0x80 ? [inner.length] : [0x80 | digits.length, ...digits];
  return Buffer.concat([Buffer.from([tag, ...length]), inner]);
}

type Change = (node: Tree) => readonly Tree[];

/** The tree with one of its nodes, counted from its root, changed. */
function changedAt(root: Tree, place: number, change: Change): Tree {
  let count = 0;
  const visit = (node: Tree): readonly Tree[] => {
    if (count++ === place) return change(node);
    return [Buffer.isBuffer(node.content) ? node : { ...node, content: [...node.content].flatMap(visit) }];
  };
  return visit(root)[0] ?? root;
}

/** Kinds of X.509, and some that it has not. */
const tags = [
  1, 2, 3, 4, 5, 6, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1e, 0x24, 0x30, 0x31, 0x80, 0x81, 0x82, 0xa0, 0xa1,
  0xa3,
];
const contents = [
  "",
  "\0",
  "\x01",
  "\x80",
  "\xff\xff",
  "\0\0",
  "\xd8\0",
  "\xed\xa0\x80",
  "\xef\xbf\xbf",
  "\xfd\xd0",
  "991231235959Z",
  "20490229000000Z",
  "000101000000Z",
  "5001010000Z",
  "991231235960Z",
];
const content = fc.oneof(
  fc.constantFrom(...contents).map((text) => Buffer.from(text, "latin1")),
  fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets)),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>(() => []),
  fc.constant<Change>((node) => [node, node]),
  fc.constantFrom(...tags).map((tag) => (node: Tree) => [{ ...node, tag }]),
  content.map((other) => (node: Tree) => [{ ...node, content: other }]),
  fc.tuple(fc.constantFrom(...tags), content).map(([tag, other]) => (node: Tree) => [node, { tag, content: other }]),
);

/** Certificates in which bits are others than in a good one, or values: left out, said twice, of another kind, with other octets, or with something behind them. */
export function mutatedCertificates(good: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const flipped = fc
    .tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 2 }))
    .map(([octets, flips]) => {
      const changed = Buffer.from(octets);
      for (const [at, bit] of flips) changed.writeUInt8(changed.readUInt8(at % changed.length) ^ (1 << bit), at % changed.length);
      return changed;
    });
  const edited = fc.tuple(fc.constantFrom(...good), fc.nat(70), change).map(([octets, place, how]) => {
    const [root] = derIn(octets) ?? [];
    return root === undefined ? octets : written(changedAt(treeOf(root), place, how));
  });
  return fc.oneof(flipped, edited);
}
