import { anyOf, derIn, type Form, holding, kind, optional, some } from "../text/der.ts";

// What a certificate is made of (RFC 5280, section 4.1), as strictly as Envoy's BoringSSL reads it: it refuses all of a file for one that it does not take, and OpenSSL takes many such.

const sequence = 0x30;
const set = 0x31;

const truth = kind(0x01, ([value, ...more]) => (value === 0 || value === 0xff) && more.length === 0);
const octets = kind(0x04, () => true);
const nothing = kind(0x05, ({ length }) => length === 0);

/** In as few octets as it takes. */
const isWhole = ([first, second]: Uint8Array): boolean =>
  first !== undefined && (second === undefined || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)));
const whole = kind(0x02, isWhole);
const exactly = (number: number): Form => kind(0x02, (content) => content.length === 1 && content[0] === number);

/** The bits that are left over at the end are said in front, and are none. */
function areBits([left = 8, ...content]: Uint8Array): boolean {
  const last = content.at(-1);
  return left < 8 && (last === undefined ? left === 0 : (last & ((1 << left) - 1)) === 0);
}
const bits = kind(0x03, areBits);

/** No number of it begins with a digit of zero, and the last one has an end. */
const name = kind(
  0x06,
  (content) => (content.at(-1) ?? 0x80) < 0x80 && content.every((one, index) => one !== 0x80 || (content[index - 1] ?? 0) >= 0x80),
);

/** Characters that Unicode has given to nobody and never will, and halves of some, are in no text. */
const isCharacter = (code: number): boolean =>
  code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff) && (code < 0xfdd0 || code > 0xfdef) && (code & 0xfffe) !== 0xfffe;

function isUtf8(content: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    return [...text].every((one) => isCharacter(one.codePointAt(0) ?? 0));
  } catch {
    return false;
  }
}

/** Each character in so many octets. */
const isOf =
  (width: 2 | 4) =>
  (content: Uint8Array): boolean => {
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    const codes = Array.from({ length: Math.floor(content.length / width) }, (_, index) =>
      width === 2 ? view.getUint16(2 * index) : view.getUint32(4 * index),
    );
    return content.length % width === 0 && codes.every(isCharacter);
  };

/** UTF8String, UniversalString, BMPString; and NumericString, PrintableString, T61String and IA5String, of which each octet is taken for a character. */
const text = anyOf(
  kind(0x0c, isUtf8),
  kind(0x1c, isOf(4)),
  kind(0x1e, isOf(2)),
  ...[0x12, 0x13, 0x14, 0x16].map((tag) => kind(tag, () => true)),
);

/** A second of Greenwich's (RFC 5280, section 4.1.2.5): of a day that there is. */
const isTime =
  (digits: 2 | 4) =>
  (content: Uint8Array): boolean => {
    const written = Buffer.from(content).toString("latin1");
    const [, years = "", month = "", day = "", hours = "", minutes = "", seconds = ""] =
      new RegExp(`^(\\d{${digits}})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)Z$`).exec(written) ?? [];
    const year = digits === 4 ? years : Number(years) < 50 ? `20${years}` : `19${years}`;
    const time = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.000Z`;
    const read = new Date(time);
    return !Number.isNaN(read.getTime()) && read.toISOString() === time;
  };
const time = anyOf(kind(0x17, isTime(2)), kind(0x18, isTime(4)));

const areValues = (content: Uint8Array): boolean => derIn(content) !== undefined;
const algorithm = holding(sequence, name, optional(anyOf(nothing, name, kind(sequence, areValues))));
const holder = some(sequence, some(set, holding(sequence, name, text), 1), 0);
const validity = holding(sequence, time, time);
const key = holding(sequence, algorithm, bits);
const extension = holding(sequence, name, optional(truth), octets);
const extensions = holding(0xa3, some(sequence, extension, 1));
const ids = [optional(kind(0x81, areBits)), optional(kind(0x82, areBits))];

const version = (number: number): Form => holding(0xa0, exactly(number));
const common = [whole, algorithm, holder, validity, holder, key];
/** What is signed: of the first version nothing is told besides, and of the second no extension. */
const signed = anyOf(
  holding(sequence, ...common),
  holding(sequence, version(0), ...common),
  holding(sequence, version(1), ...common, ...ids),
  holding(sequence, version(2), ...common, ...ids, optional(extensions)),
);
const certificate = holding(sequence, signed, algorithm, bits);

/** Whether some octets are one certificate, and nothing else. */
export function isCertificate(octets: Uint8Array): boolean {
  const [one, ...more] = derIn(octets) ?? [];
  return one !== undefined && more.length === 0 && certificate(one);
}
