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
fetch(base + "/openapi.json")
  .then((answer) => answer.json())
  .then((spec) => {
    if (spec.swagger === undefined) spec.servers = [{ url: base === "" ? "/" : base }];
    else spec.basePath = base === "" ? "/" : base;
    if (spec.info && spec.info.title) document.title = String(spec.info.title);
    SwaggerUIBundle({ spec, dom_id: "#page", deepLinking: true, validatorUrl: null });
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
