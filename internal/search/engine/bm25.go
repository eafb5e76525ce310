package engine

// BM25F: how often an article has a term counts less and less, and each field
// by its weight and length.
// Robertson, Zaragoza: The Probabilistic Relevance Framework (2009).

// K1 says how soon more of a term counts no more.
const K1 = 1.2

// FieldWeight is how a field counts in BM25F.
type FieldWeight struct {
	Weight float32
	B      float32 // how much its length counts
}

// Weights are those of the Counting fields.
var Weights = [len(Counting)]FieldWeight{
	{1, 0.75},  // body
	{1, 0.5},   // title
	{1, 0.3},   // symptoms
	{0.3, 0.3}, // tags
	{0.5, 0.5}, // headings
}

// Norm is what a term's frequency in a field counts for, by the field's length
// and the average of all articles that have the field.
func (w FieldWeight) Norm(length, average float32) float32 {
	if average <= 0 {
		return w.Weight
	}
	return w.Weight / (1 - w.B + w.B*length/average)
}

// Saturate is the share of its weight that an article gains by a term.
func Saturate(frequency float32) float32 { return frequency / (frequency + K1) }
