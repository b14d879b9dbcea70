//go:build tools

// Package kaniko pins Kaniko's executor and all that it is built from.
package kaniko

import _ "github.com/GoogleContainerTools/kaniko/cmd/executor"
