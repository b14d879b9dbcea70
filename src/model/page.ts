/** The files of the page that a document is read with. */
export const pageFileNames = ["index.html", "start.js", "swagger-ui-bundle.js", "swagger-ui.css"] as const;
export type PageFile = (typeof pageFileNames)[number];
