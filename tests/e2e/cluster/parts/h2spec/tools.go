//go:build tools

// Package h2spec pins h2spec and all that it is built from.
package h2spec

import _ "github.com/summerwind/h2spec/cmd/h2spec"
