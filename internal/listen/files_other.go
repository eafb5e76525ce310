//go:build !unix

package listen

import "math"

// MostConnections is how many the system lets this process have.
func MostConnections() int { return math.MaxInt32 }
