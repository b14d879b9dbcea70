/** Targets that might be taken for the protected `/admin`, by what is odd about them. docs/security.md has how each ends. */
export const targets: Readonly<Record<string, readonly string[]>> = {
  "dot segments": ["/open/../admin/7", "/./admin/7", "/open/x/../../admin", "/admin/./7", "/admin/7/..", "/admin/../admin/7", "/.//admin"],
  "encoded dots": ["/open/%2e%2e/admin/7", "/%2e/admin/7", "/open/.%2E/admin", "/open/%2e%2e%2fadmin", "/admin/%2e"],
  "encoded slashes": ["/admin%2f7", "/%2fadmin/7", "/open/..%2fadmin", "/open/..%2Fadmin%2F7", "/open/%5cadmin", "/open/..%5cadmin"],
  "double slashes": ["//admin/7", "/admin//7", "///admin", "/open//../admin", "//a.test/admin/7", "/admin//"],
  "parameters of segments": ["/admin;a=b/7", "/admin/7;a", "/open/..;/admin", "/;/admin/7", "/admin;", "/..;/admin/7"],
  backslashes: ["/open/..\\admin", "/open\\..\\admin", "\\admin", "/admin\\7", "/\\admin/7"],
  "absolute forms": [
    "http://a.test/admin/7",
    "http://other.test/admin",
    "https://a.test/admin/7",
    "http://a.test//admin/7",
    "HTTP://a.test/admin",
  ],
  "the case of letters": ["/ADMIN/7", "/Admin", "/aDmin/7", "/%41dmin/7"],
  "slashes at the end": ["/admin/", "/admin/7/", "/admin/7//", "/admin/%20", "/admin%20", "/admin./7", "/admin.", "/admin/7."],
  "letters that are encoded": ["/%61dmin/7", "/adm%69n", "/%61%64%6d%69%6e/7"],
  "double encodings": [
    "/%2561dmin/7",
    "/open/%252e%252e/admin/7",
    "/open/..%252fadmin",
    "/open/%252e%252e%252fadmin/7",
    "/admin%252f7",
    "/%252fadmin",
    "/open/%255c..%255cadmin",
  ],
  "queries and fragments": ["/admin/7?", "/admin?/open/7", "/admin/7#", "/open/7#/../../admin", "/admin?a=b#c", "/?/../admin"],
  "other encodings": [
    "/%c0%ae%c0%ae/admin",
    "/open/%c0%af..%c0%afadmin",
    "/%u0061dmin",
    "/\xe1dmin",
    "/admin%00",
    "/%00admin",
    "/admin%0a",
    "/admin/7%09",
  ],
};

// The row that it belongs to stands in for the @@, so that lengths stay what they are.
const hidden = "GET /admin/7?row=@@ HTTP/1.1\r\nHost: a.test\r\n\r\n";
/** A request of the test's gateway with fields and a body as they are. */
export const post = (fields: string, body: string): string =>
  `POST /pets?row=@@ HTTP/1.1\r\nHost: a.test\r\nX-Key: key-of-alice\r\n${fields}\r\n\r\n${body}`;
const length = `Content-Length: ${hidden.length + 5}`;
/** Requests that might have another one hidden in them. */
export const smuggled: Readonly<Record<string, string>> = {
  "CL.TE": post(`${length}\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${hidden}`),
  "TE.CL": post("Content-Length: 4\r\nTransfer-Encoding: chunked", `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`),
  "TE.TE by a name that is not one": post(`${length}\r\nTransfer-Encoding: xchunked`, `0\r\n\r\n${hidden}`),
  "TE.TE by two lines": post(`${length}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity`, `0\r\n\r\n${hidden}`),
  "TE.TE by a list": post(`${length}\r\nTransfer-Encoding: chunked, identity`, `0\r\n\r\n${hidden}`),
  "TE.TE by a blank before the colon": post(`${length}\r\nTransfer-Encoding : chunked`, `0\r\n\r\n${hidden}`),
  "TE.TE by a tab": post(`${length}\r\nTransfer-Encoding:\tchunked`, `0\r\n\r\n${hidden}`),
  "TE.TE by a folded line": post(`${length}\r\nTransfer-Encoding:\r\n chunked`, `0\r\n\r\n${hidden}`),
  "TE.TE by a vertical tab": post(`${length}\r\nTransfer-Encoding: \x0bchunked`, `0\r\n\r\n${hidden}`),
  "bare LF between fields": `POST /pets?row=@@ HTTP/1.1\r\nHost: a.test\nTransfer-Encoding: chunked\r\n${length}\r\n\r\n0\r\n\r\n${hidden}`,
  "bare CR between fields": `POST /pets?row=@@ HTTP/1.1\r\nHost: a.test\rTransfer-Encoding: chunked\r\n${length}\r\n\r\n0\r\n\r\n${hidden}`,
  "bare LF in chunks": post("Transfer-Encoding: chunked", `0\n\n${hidden}`),
  "an extension of a chunk with a bare LF": post("Transfer-Encoding: chunked", `5;\nxxxxx\r\n0\r\n\r\n${hidden}`),
  "a chunk's size that is too long": post("Transfer-Encoding: chunked", `10000000000000000\r\n\r\n${hidden}`),
  "a length with a sign": post(`Content-Length: +${hidden.length}`, hidden),
  "two lengths": post(`Content-Length: 0\r\nContent-Length: ${hidden.length}`, hidden),
  "a list of lengths": post(`Content-Length: 0, ${hidden.length}`, hidden),
  "a length in hex": post("Content-Length: 0x10", hidden),
  "GET with a body": `GET /open/7?row=@@ HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
  "an upgrade to HTTP/2": `GET /open/7?row=@@ HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n${hidden}`,
  "a line's end in a field": `GET /open/7?row=@@ HTTP/1.1\r\nHost: a.test\r\nX-A: b\n\r\n${hidden}`,
};
