//go:build tools

// Package coredns pins CoreDNS and all that it is built from.
package coredns

import _ "github.com/coredns/coredns"
