# The operator: the toolkit, told to run it. So the image with which Kaniko makes gateways' files is on the cluster's nodes already.
# `npm run images -- DIR` prepares the context, which is empty.
ARG BASE=registry.example/portico/toolkit:1
FROM ${BASE}
EXPOSE 8081
CMD ["operator", "run"]
