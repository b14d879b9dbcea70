/** JSON Pointers (RFC 6901), the way to a value inside a document. */
const escapeToken = (token: string): string => (/[~/]/.test(token) ? token.replaceAll("~", "~0").replaceAll("/", "~1") : token);

const unescapeToken = (token: string): string => token.replaceAll("~1", "/").replaceAll("~0", "~");

/** The keys and indexes of a pointer: `/paths/~1pets/get` is ["paths", "/pets", "get"]. */
export function tokens(pointer: string): readonly string[] {
  return pointer === "" ? [] : pointer.slice(1).split("/").map(unescapeToken);
}

/** The pointer one step further. */
export function join(pointer: string, token: string | number): string {
  return `${pointer}/${typeof token === "number" ? token : escapeToken(token)}`;
}
