import { members, type Node } from "../../text/node.ts";

/** A response of the document that answers, and with which status. */
export interface ChosenResponse {
  readonly status: number;
  /** The response's key and value; its reference, if it is one, is not followed. */
  readonly response: Node;
}

const codeKey = /^(?:[2-5]\d\d|[2-5]XX|default)$/i;

/**
 * The responses of an operation by their keys: codes, ranges such as 2XX, and `default`. Interim responses (1xx) are left out: they
 * answer nothing by themselves (RFC 9110, section 15.2).
 */
function documented(responses: Node): ReadonlyMap<string, Node> {
  const keys = members(responses).filter(([key]) => codeKey.test(key));
  return new Map(keys.map(([key, response]) => [key.toLowerCase() === "default" ? "default" : key.toUpperCase(), response]));
}

/** The keys as written, for a person to choose from. */
export const documentedCodes = (responses: Node): readonly string[] => [...documented(responses).keys()];

/**
 * The response that an operation answers with when nobody asks for another: the lowest 2xx, else `default` as 200, else 2XX as 200,
 * else the lowest 3xx, else the lowest there is. Undefined when there is none.
 */
export function defaultResponse(responses: Node): ChosenResponse | undefined {
  const known = documented(responses);
  const choices = [...known].flatMap(([key, response]) =>
    key === "default" ? [] : [{ key, status: Number(key.replace("XX", "00")), response }],
  );
  choices.sort((a, b) => a.status - b.status || Number(a.key.endsWith("XX")) - Number(b.key.endsWith("XX")));
  const success = choices.find(({ key }) => /^2\d\d$/.test(key));
  const other = known.get("default");
  return success ?? (other === undefined ? choices[0] : { status: 200, response: other });
}

/** The response with a code, for a code outside the document's the one for its range, else `default` with that code. */
export function responseWithCode(responses: Node, code: string): ChosenResponse | undefined {
  if (!/^[2-5]\d\d$/.test(code)) return undefined;
  const known = documented(responses);
  const response = known.get(code) ?? known.get(`${code[0]}XX`) ?? known.get("default");
  return response === undefined ? undefined : { status: Number(code), response };
}
