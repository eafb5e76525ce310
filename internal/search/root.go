package search

import "whyfix/internal/search/local"

// Root knows the file of an index that other programs may write again.
type Root = local.Root
