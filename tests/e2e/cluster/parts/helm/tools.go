//go:build tools

// Package helm pins Helm and all that it is built from.
package helm

import _ "helm.sh/helm/v3/cmd/helm"
