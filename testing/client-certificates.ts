import { readFileSync } from "node:fs";
import { request } from "node:https";

/** A file of tests/fixtures/certificates. */
export const pem = (name: string): string => readFileSync(new URL(`../tests/fixtures/certificates/${name}`, import.meta.url), "utf8");

/** The status for a client that shows a certificate. */
export const statusWithCertificate = (port: number, path: string, client: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const shown = { cert: pem(`${client}.pem`), key: pem(`${client}.key`), rejectUnauthorized: false, agent: false };
    const asked = request({ host: "127.0.0.1", port, path, ...shown }, (answer) =>
      answer.resume().on("end", () => resolve(answer.statusCode ?? 0)),
    );
    asked.once("error", reject).end();
  });
