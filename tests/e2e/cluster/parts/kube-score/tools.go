//go:build tools

// Package kubescore pins kube-score and all that it is built from.
package kubescore

import _ "github.com/zegl/kube-score/cmd/kube-score"
