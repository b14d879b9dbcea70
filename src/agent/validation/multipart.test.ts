import assert from "node:assert/strict";
import { it } from "node:test";
import { array, asyncProperty, constantFrom, assert as holds, oneof, string, tuple, uint8Array } from "fast-check";
import { partsIn } from "./multipart.ts";

it("finds what a client of the platform has written", async () => {
  const name = oneof(string(), constantFrom("a", 'a"b', "a\r\nb", "ä", "__proto__")).filter((one) => !one.includes("\\"));
  const value = oneof(string(), uint8Array(), constantFrom("\r\n", "--", "\r\n--"));
  await holds(
    asyncProperty(array(tuple(name, value), { maxLength: 4 }), async (fields) => {
      const form = new FormData();
      for (const [field, written] of fields)
        form.append(field.toWellFormed(), typeof written === "string" ? written.toWellFormed() : new Blob([Buffer.from(written)]));
      const request = new Response(form);
      const boundary = /boundary=(.*)/.exec(request.headers.get("content-type") ?? "")?.[1] ?? "";
      const parts = partsIn(new Uint8Array(await request.arrayBuffer()), boundary) ?? [];
      assert.deepEqual(
        parts.map((part) => [lineEnds(part.name), part.isFile, lineEnds(Buffer.from(part.bytes).toString("latin1"))]),
        fields.map(([field, written]) => [
          lineEnds(field.toWellFormed()),
          typeof written !== "string",
          lineEnds(Buffer.from(typeof written === "string" ? written.toWellFormed() : written).toString("latin1")),
        ]),
      );
    }),
  );
});

/** Clients write every end of a line as two characters. */
const lineEnds = (text: string): string => text.replaceAll(/\r\n|\r|\n/g, "\n");

it("reads no message that others might read in another way", () => {
  const part = 'content-disposition: form-data; name="a"\r\n\r\n1\r\n';
  assert.equal(partsIn(Buffer.from(`--X\r\n${part}--X--`), "X")?.length, 1);
  assert.equal(partsIn(Buffer.from(`\r\n--X\r\n${part}--X--\r\n`), "X")?.length, 1);
  for (const text of [
    "",
    `--X\r\n${part}`,
    `before\r\n--X\r\n${part}--X--`,
    `--X\r\n${part}--X--\r\nafter`,
    `--X\r\n${part}--Xtra\r\n${part}--X--`,
    `--X\n${part.replaceAll("\r", "")}--X--`,
    `--X\r\n${part.replace("name=", "name=b; name=")}--X--`,
    `--X\r\n${part.replace("form-data", "attachment")}--X--`,
    `--X\r\n${part.replace("content-", "content-disposition: form-data; name=b\r\ncontent-")}--X--`,
    `--X\r\n${part.replace("; name", ";\r\n name")}--X--`,
    `--X\r\n${part.replace('"a"', '"a\\"b"')}--X--`,
    `--X\r\n${part.replace('"a"', `"a"; name*=utf-8''b`)}--X--`,
    `--X\r\n${part.replace('"a"', '"a"; xname="b"')}--X--`,
    `--X\r\n${part.replace('"a"', '"a\u0000b"')}--X--`,
    `--X\r\n${part.replace('name="a"', String.raw`a="\"; name="a"; b="; name=b; c="`)}--X--`,
    `--X\r\n${part.replace("1", '1\n--X\ncontent-disposition: form-data; name="b"\n\n2')}--X--`,
    `--X\r\n${part.replace("1", '1\r--X\rcontent-disposition: form-data; name="b"\r\r2')}--X--`,
    `--X\r\n${part.replace("1", "1--X")}--X--`,
    `--X\r\n${part.replace("content-", "x: \n--X\r\ncontent-")}--X--`,
    `--X \r\n${part}--X--`,
    `--X\u00a0\r\n${part}--X--`,
    `--X\r\n${part}--X--\u000b`,
    "--X\r\n\r\n1\r\n--X--",
  ])
    assert.equal(partsIn(Buffer.from(text), "X"), undefined, JSON.stringify(text));
});

it("takes a file's name in a charset of its own beside the plain one, as some clients write it", () => {
  const part = `content-disposition: form-data; name=a; filename=a.txt; filename*=utf-8''a.txt\r\n\r\n1\r\n`;
  assert.equal(partsIn(Buffer.from(`--X\r\n${part}--X--\r\n`), "X")?.[0]?.isFile, true);
});

it("takes no boundary that others might cut off", () => {
  for (const boundary of ["", "a;b", "a b", "a,b", 'a"', "ä", "a".repeat(71)])
    assert.equal(partsIn(Buffer.from(`--${boundary}--`), boundary), undefined, boundary);
});
