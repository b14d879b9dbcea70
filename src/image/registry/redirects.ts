import type { Authorization } from "./authorization.ts";
import type { Http, HttpRequest, HttpResponse } from "./http.ts";

const mostRedirects = 5;
const redirecting: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * One request along its redirects, where it only reads. The credential goes to the registry's own origin alone: registries send readers on to
 * storage that must not see it. From TLS no redirect leads to none.
 */
export async function followed(
  http: Http,
  first: HttpRequest,
  origin: string,
  authorization: Pick<Authorization, "header"> | undefined,
): Promise<HttpResponse> {
  let request = first;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const own = authorization !== undefined && request.url.origin === origin ? { authorization: authorization.header.reveal() } : {};
    const response = await http.send({ ...request, headers: { ...request.headers, ...own } });
    const { location } = response.headers;
    if (location === undefined || !redirecting.has(response.status) || !/^(GET|HEAD)$/.test(request.method)) return response;
    response.discard();
    const url = new URL(location, request.url);
    if (url.protocol !== request.url.protocol && url.protocol !== "https:") throw new Error(`a redirect to ${url.origin} is not followed`);
    request = { ...request, url };
  }
  throw new Error("too many redirects");
}
