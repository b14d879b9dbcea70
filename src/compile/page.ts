import type { PageFile } from "../model/page.ts";

const folder = "image/page/";

/** Where the image part keeps a file of the page that documents are read with. */
export const pagePath = (file: PageFile): string => `${folder}${file}`;

export const isPage = (path: string): boolean => path.startsWith(folder);

/** The page: Swagger UI, which is told where to begin. */
const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** Published documents do not say where they are served: that is where the page is. */
const start = `"use strict";
const base = location.pathname.replace(/\\/docs$/, "");
const placed = (spec) => (spec.swagger === undefined ? { ...spec, servers: [{ url: base || "/" }] } : { ...spec, basePath: base || "/" });
SwaggerUIBundle({
  url: base + "/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null,
  responseInterceptor: (answer) => {
    if (!answer.url.endsWith(base + "/openapi.json")) return answer;
    const spec = placed(JSON.parse(answer.text));
    document.title = String(spec.info?.title ?? document.title);
    return Object.assign(answer, { text: JSON.stringify(spec), body: spec });
  },
});
`;

/** The page's files by where they are kept, with Swagger UI's own two. */
export const pageFiles = (library: PageLibrary): readonly (readonly [path: string, text: string])[] => [
  [pagePath("index.html"), html],
  [pagePath("start.js"), start],
  [pagePath("swagger-ui-bundle.js"), library.script],
  [pagePath("swagger-ui.css"), library.style],
];

/** Swagger UI's files (npm: swagger-ui-dist). */
export interface PageLibrary {
  readonly script: string;
  readonly style: string;
}
