# What gateways' images are made on: Envoy, and the folder it works in. No shell is needed. `npm run images -- DIR` prepares the context.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot
FROM ${BASE}
COPY envoy /usr/local/bin/envoy
COPY --chown=65532:65532 gateway /gateway
USER 65532:65532
WORKDIR /gateway
EXPOSE 8080 8081
ENTRYPOINT ["/usr/local/bin/envoy"]
CMD ["--config-path", "mounted/bootstrap.json"]
