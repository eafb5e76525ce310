package naive_test

import (
	"testing"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/engine/naive"
	"whyfix/internal/search/terms"
)

func TestEngine(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, func(_ *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
		return naive.New(docs, synonyms)
	}, enginetest.AsWritten)
}
