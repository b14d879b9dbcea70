//go:build tools

// Package ratelimit pins Envoy's rate limit service and all that it is built from.
package ratelimit

import _ "github.com/envoyproxy/ratelimit/src/service_cmd"
