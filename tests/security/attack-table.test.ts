import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { smuggled, targets } from "../../testing/odd-targets.ts";
import { accepted, odd, ownKeys, refused, tooLarge } from "../../testing/odd-tokens.ts";

/** How a row of docs/security.md begins, and the titles of the attacks that it stands for. */
const rows: readonly (readonly [row: string, titles: RegExp])[] = [
  ["`alg` none in any spelling", /^(?:alg none|alg None|alg nOnE|no alg|HMAC|an algorithm that is not|a list of algorithms)/],
  ["another `kid`", /kid|in jwk|in jku|in x5u/],
  ["expired, not yet valid", /^(?:expired for|expired$|not yet|without an|of an|for another audience|for no audience|an end)/],
  ["a list of audiences", /list of (?:other )?audiences/],
  [
    "a claim twice",
    /^(?:two ends|two audiences|claims with|claims behind|that must be|an (?:algorithm|audience) in letters|an algorithm with a blank)/,
  ],
  ["ten thousand claims", /ten thousand claims|a thousand claims|huge/],
  ["a signature that is cut off", /^with a signature/],
  [
    "two tokens in one header",
    /^(?:two tokens|a forged token|a password before|a (?:letter|tab|blank|word) .*(?:scheme|token)|a token in|another scheme|no scheme)/,
  ],
  ["claims of one token", /^(?:a letter changed|claims of another|four parts|two parts|letters that are none)/],
  ["expired a moment ago", /^(?:expired a moment|whose scheme)/],
  ["issued in the future", /^issued in the future/],
  ["dot segments", /^(?:dot segments|encoded dots)$/],
  ["encoded slashes and backslashes", /^(?:encoded slashes|backslashes)$/],
  ["double slashes", /^double slashes$/],
  ["parameters of segments", /^(?:parameters of segments|the case of letters|slashes at the end|other encodings)$/],
  ["letters that need no encoding", /^letters that are encoded$/],
  ["what is encoded twice", /^double encodings$/],
  ["absolute forms", /^(?:absolute forms|queries and fragments)$/],
  [
    "a request hidden in another one",
    /^(?:CL\.TE|TE\.CL|TE\.TE|bare|an extension|a chunk|a length|two lengths|a list of lengths|GET with|an upgrade|a line's end)/,
  ],
];

/** The rows of whose attacks there is no list: a test each, by its file and title. */
const tested: readonly (readonly [row: string, file: string, title: string])[] = [
  [
    "the headers in which backends are told who calls",
    "security/token-rules",
    "what the backend is told of who calls, which no client can say itself",
  ],
  ["an address in `X-Forwarded-For`", "edge/forwarding", "the client is the address that the proxy wrote last"],
  ["a certificate in `X-Forwarded-Client-Cert`", "security/certificates", "tell the backend who it is, which no client can say"],
  ["a token of one Security in the place", "security/many-issuers", "none is believed for a forged token beside a good one elsewhere"],
  ["a forged token beside the good one", "security/taken-for-another", "is the only one that a backend can find"],
  ["a token of somebody else's", "security/found-by-attack", "a signed key that is refused tells nobody's name beside one's own key"],
  ["the same, for a better plan", "security/taken-for-another", "is not that of a token which lets nobody in, beside a key that does"],
  ["a better client's key in the query", "security/taken-for-another", "is not that of another client's key"],
  ["a number for a name", "security/taken-for-another", "is kept out with those who cannot be told from it"],
  ["what stands for no key", "security/refused-beside-a-key", "lets nobody in where"],
  ["a header in which backends are told who calls, for functions", "security/refused-beside-a-key", "is no client's to write"],
  ["a thousand open requests by one client", "security/one-client", "by passwords, though each guess"],
  ["any of these headers behind a body", "security/trailers", "reaches no backend: "],
  ["55,000 blanks in a cookie", "security/seen-by-backends", "a cookie of many blanks takes no longer"],
  ["each of the 256 octets", "security/route-attacks", "no octet inside or at the end of a segment is a way around"],
  ["headers that name another method, path or host", "security/route-attacks", "headers that name another method or path say nothing"],
  ["HTTP/2: paths without a slash", "security/route-attacks", "HTTP/2's own fields are no way around"],
];

describe("the attacks of docs/security.md", () => {
  const docs = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
  const titles = [...refused, ...tooLarge, ...accepted, ...odd]
    .map(([what]) => what)
    .concat(Object.keys(ownKeys), Object.keys(targets), Object.keys(smuggled));

  for (const title of titles) it(`have a row for ${title}`, () => assert.ok(rows.some(([, named]) => named.test(title))));

  for (const [row, named] of rows)
    it(`say what was tried: ${row}`, () => {
      assert.ok(docs.includes(`\n| ${row}`));
      assert.ok(titles.some((title) => named.test(title)));
    });

  for (const [row, file, title] of tested)
    it(`say what was tried: ${row}`, () => {
      assert.ok(docs.includes(`\n| ${row}`));
      const text = readFileSync(new URL(`../${file}.test.ts`, import.meta.url), "utf8");
      assert.ok(text.includes(`it("${title}`) || text.includes(`it(\`${title}`));
    });

  it("are all in these two lists", () => {
    const said = [...docs.matchAll(/\n\| Attack \| Answer \|\n\| --- \| --- \|\n((?:\|.*\n)+)/g)].flatMap(([, table = ""]) =>
      table.trim().split("\n"),
    );
    const known = [...rows, ...tested].map(([row]) => `| ${row}`);
    assert.deepEqual(
      said.filter((line) => !known.some((row) => line.startsWith(row))),
      [],
    );
  });
});
