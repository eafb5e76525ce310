package publish

import (
	"slices"
	"strings"
)

// Allow is what pages of a site may use beside their own host, by the kind of
// what they load: origins such as https://stats.example.org, or all hosts below
// one, https://*.example.org.
type Allow struct {
	Scripts     []string `json:"scripts,omitempty"`
	Connections []string `json:"connections,omitempty"` // what scripts may ask
	// Pictures, films and recordings may come from anywhere by https, until the
	// site says from where; an empty list, which is not nil, is nowhere else.
	Images []string `json:"images,omitzero"`
	Media  []string `json:"media,omitzero"`
}

// same reports whether two allow the same.
func (a Allow) same(b Allow) bool {
	restricts := func(l []string) bool { return l != nil }
	return slices.Equal(a.Scripts, b.Scripts) && slices.Equal(a.Connections, b.Connections) &&
		slices.Equal(a.Images, b.Images) && restricts(a.Images) == restricts(b.Images) &&
		slices.Equal(a.Media, b.Media) && restricts(a.Media) == restricts(b.Media)
}

// PagePolicy is the Content-Security-Policy of the pages of a site: a page uses
// what its own site serves, what the site allows, and the endpoint that it asks;
// no other site may frame it. Whoever hands pages out sends this one.
func PagePolicy(endpoint string, frames []string, allow Allow) string {
	var b strings.Builder
	part := func(name, own string, hosts ...string) {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(name + " " + own)
		for _, h := range hosts {
			if h != "" {
				b.WriteString(" " + h)
			}
		}
	}
	seen := func(hosts []string) []string {
		if hosts == nil {
			return []string{"https:"}
		}
		return hosts
	}
	part("default-src", "'self'")
	if len(allow.Scripts) > 0 {
		part("script-src", "'self'", allow.Scripts...)
	}
	asked := allow.Connections
	if !slices.Contains(asked, endpoint) {
		asked = slices.Concat([]string{endpoint}, asked)
	}
	part("connect-src", "'self'", asked...)
	part("img-src", "'self' data:", seen(allow.Images)...)
	part("media-src", "'self'", seen(allow.Media)...)
	part("frame-src", "'self'", frames...)
	part("object-src", "'none'")
	part("base-uri", "'self'")
	part("form-action", "'self'", endpoint)
	part("frame-ancestors", "'self'")
	return b.String()
}

// FilePolicy is that of what a writer has put beside the articles. It may be
// anybody's: a drawing or a page that came with a script would run it with all
// that the site may do.
const FilePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"

// Permissions is the Permissions-Policy: no page of a help site needs a camera or
// the like, nor does what it embeds.
const Permissions = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"

// policy is the page policy of a release.
func (m *Manifest) policy() string { return PagePolicy(m.Endpoint, m.Frames, m.Allow) }
