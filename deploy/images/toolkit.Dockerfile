# Portico's toolkit: makes a gateway's files from its project, where Kaniko builds. `npm run images -- DIR` prepares the context.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot
FROM ${BASE}
COPY node /usr/local/bin/node
COPY libatomic.so.1 /usr/local/lib/libatomic.so.1
COPY portico /opt/portico
ENV LD_LIBRARY_PATH=/usr/local/lib
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/opt/portico/portico.js"]
