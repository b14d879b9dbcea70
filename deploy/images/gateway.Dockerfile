# What gateways' images are made on: Envoy, the program that starts and drains it, and the folder they work in. No shell is needed.
# `npm run images -- DIR` prepares the context.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot
FROM ${BASE}
COPY envoy /usr/local/bin/envoy
COPY node /usr/local/bin/node
COPY libatomic.so.1 /usr/local/lib/libatomic.so.1
COPY portico /opt/portico
COPY --chown=65532:65532 gateway /gateway
ENV LD_LIBRARY_PATH=/usr/local/lib
USER 65532:65532
WORKDIR /gateway
EXPOSE 8080 8081
ENTRYPOINT ["/usr/local/bin/node", "/opt/portico/gateway.js"]
CMD ["start"]
